package endtoend

import (
	"net/http"
	"os"
	"regexp"
	"syscall"
	"testing"
	"time"

	"heraut/testkit"
)

// TestSoak runs the bot for the time that HERAUT_SOAK gives («30m») while people talk to
// it, and breaks its surroundings in turn. Everything said must have exactly one answer,
// copy or announcement, and the process must not grow. In the first half the bot is also
// restarted and killed; the figures of growth are those of the process of the second half.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("HERAUT_SOAK"))
	if err != nil {
		t.Skip("HERAUT_SOAK gives no time, such as 30m")
	}
	s := newSoak(t)
	s.people.start(t)
	s.figures.start(t, s.deployment)
	begin := time.Now()
	for cycle := 0; time.Since(begin) < length; cycle++ {
		s.restarts = time.Since(begin) < length/2
		for _, step := range s.steps() {
			if time.Since(begin) >= length {
				break
			}
			t.Logf("%5s cycle %d: %s", time.Since(begin).Round(time.Second), cycle+1, step.name)
			step.do()
		}
	}
	s.proxy.Clear()
	s.people.stop()
	s.awaitReady()
	tally := s.people.settle(t, 5*time.Minute)
	s.figures.stop()
	s.report(tally)
}

// soak is one run.
type soak struct {
	*deployment
	t       *testing.T
	people  *crowd
	figures *samples
	// restarts: a step may end the process.
	restarts bool
	starts   []time.Time
	counts   map[string]int // how often each step ran
}

func newSoak(t *testing.T) *soak {
	site := newSite(t)
	people := newCrowd(t, site)
	d := site.deploy(t, "bot", people.config())
	s := &soak{deployment: d, t: t, people: people, figures: &samples{}, counts: map[string]int{}}
	s.launch()
	people.invite(t, d.account.UserID)
	return s
}

func (s *soak) launch() {
	s.t.Helper()
	s.starts = append(s.starts, time.Now())
	if err := s.bot.Launch(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.bot.AwaitReady(s.t)
}

func (s *soak) awaitReady() {
	s.t.Helper()
	s.await(s.t, "the bot to be ready", func() bool {
		report, listens := s.troubles(s.t)
		return listens && report.Ready
	})
}

// soakStep is one fault, with the calm after it.
type soakStep struct {
	name string
	do   func()
}

// steps returns the faults of one cycle, some four minutes.
func (s *soak) steps() []soakStep {
	const calm = 12 * time.Second
	step := func(name string, do func()) soakStep {
		return soakStep{name, func() {
			do()
			s.counts[name]++
			s.awaitReady()
			time.Sleep(calm)
		}}
	}
	fault := func(name string, lasts time.Duration, rule testkit.Rule) soakStep {
		return step(name, func() {
			remove := s.proxy.Add(rule)
			time.Sleep(lasts)
			remove()
		})
	}
	return []soakStep{
		fault("homeserver down", 25*time.Second, testkit.Rule{Do: testkit.Drop}),
		step("reload", func() { s.reload(s.t, "La configuration est rechargée") }),
		fault("three of ten requests fail", 20*time.Second, testkit.Rule{Chance: .3, Do: testkit.BadGateway}),
		step("restart", s.restart(func() { s.bot.Stop() })),
		fault("half of the sends lose their answer", 20*time.Second, testkit.Rule{Match: testkit.Sends, Chance: .5, Do: testkit.AfterActing(testkit.Drop)}),
		step("account expires and comes back", func() { s.expire(false) }),
		fault("syncs are cut short", 20*time.Second, testkit.Rule{Match: testkit.Syncs, Chance: .5, Do: testkit.Truncate}),
		fault("syncs come twice", 20*time.Second, testkit.Rule{Match: testkit.Syncs, Chance: .2, Do: testkit.RepeatSync}),
		step("kill", s.restart(func() { s.bot.Kill() })),
		fault("sends are limited", 20*time.Second, testkit.Rule{Match: testkit.Sends, Chance: .7, Do: testkit.RateLimited(testkit.RetryAfter{Body: 2 * time.Second})}),
		step("account expired at the start", func() { s.expire(true) }),
		step("two reloads at once", func() {
			_ = syscall.Kill(s.bot.PID(), syscall.SIGHUP)
			s.reload(s.t, "La configuration est rechargée")
		}),
	}
}

// restart returns a step that ends the process and starts it again; in the second half
// it does nothing.
func (s *soak) restart(end func()) func() {
	return func() {
		if s.restarts {
			end()
			s.launch()
		}
	}
}

// expire lets the account expire for a minute; with restart, the bot starts meanwhile.
func (s *soak) expire(restart bool) {
	s.proxy.Add(testkit.Rule{Match: testkit.On(http.MethodPost, `send_mail$`), Do: testkit.Answer(http.StatusOK, map[string]any{})})
	remove := s.proxy.Add(testkit.Rule{Match: authenticated, Do: testkit.MatrixError(http.StatusForbidden, "ORG_MATRIX_EXPIRED_ACCOUNT")})
	s.awaitTrouble(s.t, "account_expired")
	if restart && s.restarts {
		s.bot.Stop()
		s.starts = append(s.starts, time.Now())
		if err := s.bot.Launch(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
		s.awaitTrouble(s.t, "account_expired")
	}
	time.Sleep(45 * time.Second)
	remove()
	s.awaitWell(s.t, "account_expired")
	s.proxy.Clear()
}

// report prints the figures and fails the test if something was lost or doubled, or if
// the process grew.
func (s *soak) report(n tally) {
	t, log := s.t, s.bot.Log()
	t.Logf("steps: %v", s.counts)
	t.Logf("starts %d, logins %d, renewal mails %d", len(s.starts), s.logins(), len(s.proxy.Requests(testkit.On(http.MethodPost, `send_mail$`))))
	t.Logf("log: %d errors, %d warnings; account_expired begins %d times, ends %d times", lines(log, " ERR "), lines(log, " WRN "),
		lines(log, " ERR ", "state=account_expired"), lines(log, " INF ", "state=account_expired"))
	n.report(t)
	s.figures.report(t)
	s.mustLogIn(t, 1)
	if mails := len(s.proxy.Requests(testkit.On(http.MethodPost, `send_mail$`))); mails > 1 {
		t.Errorf("the renewal mail was asked for %d times in a day", mails)
	}
	for _, fault := range testkit.ClearText(s.proxy.Requests(nil), s.starts) {
		t.Error(fault)
	}
	if failed := regexp.MustCompile(`heraut_events_failed_total [1-9]`).FindString(s.get(t, "/metrics", "")); failed != "" {
		t.Error(failed)
	}
}
