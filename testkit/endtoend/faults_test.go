package endtoend

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// noClearText fails the test if a message left in clear text that should not have.
func noClearText(t *testing.T, proxy *testkit.Proxy, starts ...time.Time) {
	t.Helper()
	for _, fault := range testkit.ClearText(proxy.Requests(nil), starts) {
		t.Error(fault)
	}
}

// place is a room with a person in it.
type place struct {
	person *testkit.Client
	room   id.RoomID
}

// places makes rooms with the bot in them, every second one encrypted.
func places(t *testing.T, hs *testkit.Homeserver, bot id.UserID, n int) []place {
	t.Helper()
	all := make([]place, n)
	for i := range all {
		options := testkit.ClientOptions{Encrypted: i%2 == 1, CrossSigned: i%2 == 1}
		person := hs.Person(t, fmt.Sprintf("agent%d", i), options)
		all[i] = place{person, invited(t, person, bot, testkit.Room{Encrypted: options.Encrypted})}
	}
	return all
}

// awaitAll waits until every command has an answer, and then as long as a second one
// may need; each must have exactly one.
func awaitAll(t *testing.T, bot id.UserID, commands map[id.EventID]place) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute) // hundreds of commands, on a busy machine
	defer cancel()
	for command, p := range commands {
		_, err := p.person.Wait(ctx, p.room, func(evt *event.Event) bool { return testkit.IsAnswer(evt, bot, command) })
		if err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(4 * time.Second) // the bot settles a doubt after 2 s
	histories := map[place][]*event.Event{}
	for command, p := range commands {
		if histories[p] == nil {
			histories[p] = p.person.History(t, p.room)
		}
		if answers := testkit.Answers(histories[p], bot, command); len(answers) != 1 {
			t.Errorf("the command has %d answers", len(answers))
		}
	}
}

// TestFaults sends commands while the connection to the homeserver fails in every
// possible way; the bot keeps running.
func TestFaults(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	proxy := testkit.NewProxy(t, hs.URL)
	started := time.Now()
	const perSecond, burst = 20, 5
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: proxy.URL, Account: account,
		Set: map[string]any{"pace.per_second": perSecond, "pace.burst": burst},
	})
	all := places(t, hs, account.UserID, 4)

	sends := func(r *testkit.Request) bool { return testkit.Sends(r) || testkit.Redactions(r) }
	soon := testkit.RateLimited(testkit.RetryAfter{Body: 200 * time.Millisecond, Header: time.Second})
	for _, fault := range []testkit.Rule{
		{Name: "429 storm", Match: sends, Skip: 3, Times: 6, Do: soon},
		{Name: "dropped after acting", Match: sends, Skip: 8, Times: 2, Do: testkit.AfterActing(testkit.Drop)},
		{Name: "sync twice", Match: testkit.Syncs, Skip: 6, Times: 2, Do: testkit.RepeatSync},
		{Name: "429", Match: sends, Chance: 0.1, Do: soon},
		{Name: "dropped after acting", Match: sends, Chance: 0.08, Do: testkit.AfterActing(testkit.Drop)},
		{Name: "dropped before acting", Match: sends, Chance: 0.05, Do: testkit.Drop},
		{Name: "502 after acting", Match: sends, Chance: 0.05, Do: testkit.AfterActing(testkit.BadGateway)},
		{Name: "504", Match: sends, Chance: 0.05, Do: testkit.GatewayTimeout},
		{Name: "web page after acting", Match: sends, Chance: 0.05, Do: testkit.AfterActing(testkit.WebPage)},
		{Name: "truncated", Match: sends, Chance: 0.05, Do: testkit.Truncate},
		{Name: "new login", Match: testkit.Syncs, Skip: 12, Times: 1, Do: testkit.SoftLogout()},
		{Name: "sync twice", Match: testkit.Syncs, Chance: 0.15, Do: testkit.RepeatSync},
		{Name: "very large sync", Match: testkit.Syncs, Skip: 4, Times: 1, Do: testkit.Rewrite(func(r *testkit.Response) {
			padding := `{"org.example.padding":"` + strings.Repeat("a", 32<<20) + `",`
			r.Body = append([]byte(padding), bytes.TrimPrefix(r.Body, []byte("{"))...)
		})},
		{Name: "sync page", Match: testkit.Syncs, Chance: 0.03, Do: testkit.WebPage},
		{Name: "sync truncated", Match: testkit.Syncs, Chance: 0.03, Do: testkit.Truncate},
		{Name: "sync 502", Match: testkit.Syncs, Chance: 0.03, Do: testkit.BadGateway},
	} {
		proxy.Add(fault)
	}
	commands := map[id.EventID]place{}
	for n := range 40 {
		p := all[n%len(all)]
		commands[p.person.Say(t, p.room, "!sill gimp")] = p
	}
	awaitAll(t, account.UserID, commands)
	proxy.Clear()
	if n := len(proxy.Requests(testkit.Redactions)); n > 0 {
		t.Errorf("%d messages were deleted: they went out twice", n)
	}

	noClearText(t, proxy, started)
	holdsPace(t, proxy.Requests(sends), perSecond, burst)
	for _, name := range []string{"429 storm", "dropped after acting", "sync twice", "very large sync", "new login"} {
		if len(proxy.Requests(func(r *testkit.Request) bool { return r.Rule == name })) == 0 {
			t.Errorf("%s: the test made no such fault", name)
		}
	}
	if n := len(proxy.Requests(testkit.Logins)); n != 2 {
		t.Errorf("%d logins, want the first one and the one after the soft logout", n)
	}
	if n := len(all[0].person.Devices(t)); n != 1 {
		t.Errorf("the person has %d devices", n)
	}
	if status := bot.Stop(); status != 0 {
		t.Errorf("the bot ended with status %d", status)
	}
}

// holdsPace fails the test if any span of time has more requests than the pace
// allows.
func holdsPace(t *testing.T, requests []testkit.Request, perSecond float64, burst int) {
	t.Helper()
	const jitter = 0.05 // seconds that a request may spend on its way
	for i := range requests {
		for j := i + burst; j < len(requests); j++ {
			span := requests[j].At.Sub(requests[i].At).Seconds()
			if allowed := float64(burst) + perSecond*(span+jitter) + 1; float64(j-i+1) > allowed {
				t.Fatalf("%d sends in %.2f s, where the pace allows %.1f", j-i+1, span, allowed)
			}
		}
	}
}

// TestMissedWhileDown sends more commands than one sync holds while the bot is down:
// the bot answers each once or, if they are older than answer_within, counts them.
func TestMissedWhileDown(t *testing.T) {
	t.Parallel()
	const many = 300
	for name, tooOld := range map[string]bool{"answered": false, "too old": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			account := hs.Account(t, "heraut")
			proxy := testkit.NewProxy(t, hs.URL)
			within := "1h"
			if tooOld {
				within = "3s"
			}
			starts := []time.Time{time.Now()}
			bot := testkit.StartBot(t, testkit.BotConfig{
				Homeserver: proxy.URL, Account: account, Set: map[string]any{"answer_within": within},
			})
			all := places(t, hs, account.UserID, 2)
			bot.Stop()
			commands := map[id.EventID]place{}
			for n := range many {
				p := all[n%len(all)]
				commands[p.person.Say(t, p.room, "!sill gimp")] = p
			}
			if tooOld {
				time.Sleep(4 * time.Second) // until the last command is too old
			}
			starts = append(starts, time.Now())
			bot.Start(t)
			if !tooOld {
				awaitAll(t, account.UserID, commands)
				noClearText(t, proxy, starts...)
				return
			}
			for _, p := range all {
				p.person.AwaitAnswer(t, p.room, account.UserID, p.person.Say(t, p.room, "!sill vlc"))
				history := p.person.History(t, p.room)
				for command, where := range commands {
					if n := len(testkit.Answers(history, account.UserID, command)); where == p && n != 0 {
						t.Errorf("what was too old has %d answers", n)
					}
				}
			}
			noClearText(t, proxy, starts...)
			if want := fmt.Sprintf("heraut_events_dropped_total %d\n", many); !strings.Contains(get(t, bot.URL+"/metrics"), want) {
				t.Errorf("the metrics lack %q:\n%s", want, get(t, bot.URL+"/metrics"))
			}
			logged := 0
			for _, found := range regexp.MustCompile(`Dropped what was said too long ago.* events=(\d+)`).FindAllStringSubmatch(bot.Log(), -1) {
				n, err := strconv.Atoi(found[1])
				if err != nil {
					t.Fatal(err)
				}
				logged += n
			}
			if logged != many {
				t.Errorf("the log counts %d dropped events, want %d:\n%s", logged, many, bot.Log())
			}
		})
	}
}

// TestLateJoin invites the bot into a room with earlier messages.
func TestLateJoin(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	proxy := testkit.NewProxy(t, hs.URL)
	started := time.Now()
	testkit.StartBot(t, testkit.BotConfig{Homeserver: proxy.URL, Account: account})
	for name, options := range map[string]testkit.ClientOptions{"clear": {}, "encrypted": encrypted} {
		t.Run(name, func(t *testing.T) {
			person := hs.Person(t, "late-"+name, options)
			room := person.Room(t, testkit.Room{Encrypted: options.Encrypted})
			var past []id.EventID
			for range 60 {
				past = append(past, person.Say(t, room, "!sill gimp"))
			}
			person.Invite(t, room, account.UserID)
			person.AwaitMember(t, room, account.UserID, event.MembershipJoin)
			person.AwaitAnswer(t, room, account.UserID, person.Say(t, room, "!sill vlc"))
			history := person.History(t, room)
			for _, command := range past {
				if len(testkit.Answers(history, account.UserID, command)) != 0 {
					t.Fatal("a command from before the invitation was answered")
				}
			}
		})
	}
	noClearText(t, proxy, started)
}
