package endtoend

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"heraut/testkit"
)

func TestRestarts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, test := range map[string]struct{ localpart, user string }{
		"user id":   {"bot-user-id", "@bot-user-id:" + s.Name},
		"localpart": {"bot-localpart", "bot-localpart"},
		"mail":      {"bot-mail.example", "Bot@mail.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, test.localpart, map[string]any{"matrix.user": test.user})
			d.bot.Start(t)
			device := d.device(t)
			talk := d.talk(t)
			for i := range 5 {
				if i%2 == 0 {
					d.bot.Kill()
				} else if status := d.bot.Stop(); status != stopped {
					t.Errorf("stopped with status %d", status)
				}
				d.bot.Start(t)
			}
			if now := d.device(t); now != device {
				t.Errorf("the device is %s, and was %s", now, device)
			}
			d.mustLogIn(t, 1)
			talk.mustAnswer(t)
		})
	}
}

// TestKillAtEachStep kills the bot's first start at each of its requests, before the
// homeserver acts on it and after: the next start makes the account usable.
func TestKillAtEachStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	whole := s.deploy(t, "whole", nil)
	whole.bot.Start(t)
	steps := len(whole.proxy.Requests(func(r *testkit.Request) bool { return !r.Done.IsZero() }))
	whole.device(t)
	whole.recovers(t)
	if steps < 10 {
		t.Fatalf("a first start takes %d requests only", steps)
	}
	for step := 1; step <= steps; step++ {
		for when, act := range map[string]func(testkit.Action) testkit.Action{
			"before": func(kill testkit.Action) testkit.Action { return kill },
			"after":  testkit.AfterActing,
		} {
			t.Run(fmt.Sprintf("%s request %d", when, step), func(t *testing.T) {
				t.Parallel()
				d := s.deploy(t, fmt.Sprintf("bot-%s-%d", when, step), nil)
				launched, killed := make(chan struct{}), false
				d.proxy.Add(testkit.Rule{Skip: step - 1, Times: 1, Do: act(testkit.Run(func() {
					<-launched
					d.bot.Kill()
					killed = true
				}))})
				if err := d.bot.Launch(t.Context()); err != nil {
					t.Fatal(err)
				}
				close(launched)
				d.bot.AwaitEnd(t)
				last := d.proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Number == step })
				if !killed {
					t.Fatal("the bot ended before it was killed")
				}
				t.Logf("killed at %s %s", last.Method, last.Path)

				d.bot.Start(t)
				d.device(t)
				d.recovers(t)
				if step%6 == 0 {
					d.talk(t).mustAnswer(t)
				}
			})
		}
	}
	t.Run("before the keys are made", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-without-keys", nil)
		login := testkit.Rule{Match: testkit.Logins, Do: testkit.MatrixError(http.StatusForbidden, "M_FORBIDDEN")}
		remove := d.proxy.Add(login)
		d.ends(t, refused)
		d.lose(t, "crypto.db") // the bot had chosen the device before
		remove()
		d.bot.Start(t)
		d.device(t)
		d.recovers(t)
	})
}

// TestStopWhileStarting stops the bot while a request gets no answer.
func TestStopWhileStarting(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, path := range map[string]string{
		"versions": `/versions$`, "login": `/login$`, "keys": `/keys/upload$`, "secrets": `/account_data/m.cross_signing.self_signing$`,
		"cross-signing": `/device_signing/upload$`, "name": `/displayname$`, "filter": `/filter$`, "sync": `/sync$`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, "bot-"+name, nil)
			reached := make(chan struct{})
			d.proxy.Add(testkit.Rule{Match: testkit.On("", path), Times: 1, Do: func(x *testkit.Exchange) {
				close(reached)
				testkit.Delay(time.Minute)(x)
			}})
			if err := d.bot.Launch(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-reached
			if status := d.bot.Stop(); status != stopped {
				t.Errorf("stopped with status %d", status)
			}
			d.bot.Start(t)
			d.device(t)
		})
	}
	t.Run("without homeserver", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-waiting", nil)
		d.bot.Start(t)
		d.bot.Stop()
		d.proxy.Add(testkit.Rule{Name: "down", Do: testkit.Drop})
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.proxy.Await(t, 2, func(r *testkit.Request) bool { return r.Rule == "down" })
		if status := d.bot.Stop(); status != stopped {
			t.Errorf("stopped with status %d", status)
		}
	})
}

// TestHomeserverDownAtStart starts a bot with a session while its homeserver does
// not answer, or another server answers in its place.
func TestHomeserverDownAtStart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, fault := range map[string]testkit.Action{
		"cut": testkit.Drop, "bad gateway": testkit.BadGateway, "web page": testkit.WebPage,
		"limited": testkit.RateLimited(testkit.RetryAfter{Body: 100 * time.Millisecond}),
		"error":   testkit.MatrixError(http.StatusInternalServerError, "M_UNKNOWN"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, fmt.Sprintf("bot-%x", name), nil)
			d.bot.Start(t)
			device := d.device(t)
			d.bot.Stop()
			// The homeserver goes down before the start, and again in the middle of
			// it.
			down := testkit.Rule{Name: "down", Times: 1, Do: fault}
			d.proxy.Add(down)
			down.Match = testkit.On("", `/keys/query$`)
			d.proxy.Add(down)
			d.bot.Start(t)
			mustWrite(t, d.bot.Log(), "The homeserver does not answer yet")
			if n := len(d.proxy.Requests(func(r *testkit.Request) bool { return r.Rule == "down" })); n != 2 {
				t.Errorf("%d requests failed, want 2", n)
			}
			if now := d.device(t); now != device {
				t.Errorf("the device is %s, and was %s", now, device)
			}
			d.mustLogIn(t, 1)
		})
	}
	t.Run("probes", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-probed", nil)
		d.bot.Start(t)
		d.bot.Stop()
		remove := d.proxy.Add(testkit.Rule{Name: "down", Do: testkit.BadGateway})
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "down" })
		for path, want := range map[string]int{"/livez": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
			status, _, err := testkit.GetPage(t.Context(), d.bot.URL+path, "")
			if err != nil {
				t.Fatal(err)
			}
			if status != want {
				t.Errorf("%s is %d, want %d", path, status, want)
			}
		}
		remove()
		d.bot.AwaitReady(t)
	})
}

func TestOneProcessPerState(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	d.bot.Start(t)
	for _, command := range []string{"run", "login"} {
		status, _, stderr := d.run(t, command, "")
		if status != failed {
			t.Errorf("a second bot %s ended with status %d, want %d", command, status, failed)
		}
		mustWrite(t, stderr, "répertoire d’état")
	}
	d.talk(t).mustAnswer(t) // the first process still works
}
