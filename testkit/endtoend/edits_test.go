package endtoend

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// change is a command that its sender edits or deletes.
type change struct {
	place
	when            string
	waits           bool // not answered yet at the time of the change
	deletes         bool
	command, answer id.EventID // answer: empty if the command waits
}

// TestEditsAndDeletions changes answered and waiting commands, in clear and
// encrypted rooms, before a restart, while the bot is down, and after it.
func TestEditsAndDeletions(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	proxy := testkit.NewProxy(t, hs.URL)
	started := []time.Time{time.Now()}
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: proxy.URL, Account: account})
	var all []*change
	for _, p := range places(t, hs, me, 2) {
		for _, when := range []string{"before", "meanwhile", "after"} {
			for _, waits := range []bool{false, true} {
				all = append(all, &change{place: p, when: when, waits: waits}, &change{place: p, when: when, waits: waits, deletes: true})
			}
		}
	}
	// say sends the commands of that kind.
	say := func(when string, waits bool) {
		t.Helper()
		for _, c := range all {
			if c.when != when || c.waits != waits {
				continue
			}
			c.command = c.person.Say(t, c.room, "!sill gimp")
			if !waits {
				c.answer = c.person.AwaitAnswer(t, c.room, me, c.command).ID
			}
		}
	}
	// alter changes them, and returns the events that the bot must handle.
	alter := func(when string) (changes []id.EventID) {
		t.Helper()
		for _, c := range all {
			switch {
			case c.when != when:
			case c.deletes:
				changes = append(changes, c.person.Redact(t, c.room, c.command))
			default:
				changes = append(changes, c.person.Edit(t, c.room, c.command, "!sill inkscape"))
			}
		}
		return changes
	}
	heard := func(changes []id.EventID) {
		t.Helper()
		for _, change := range changes {
			proxy.Await(t, 1, func(r *testkit.Request) bool {
				return testkit.Syncs(r) && bytes.Contains(r.Response, []byte(change))
			})
		}
	}
	// block makes the homeserver refuse sends and deletions for a while.
	block := func() (unblock func()) {
		return proxy.Add(testkit.Rule{Name: "blocked", Match: func(r *testkit.Request) bool {
			return testkit.Sends(r) || testkit.Redactions(r)
		}, Do: testkit.RateLimited(testkit.RetryAfter{Body: 300 * time.Millisecond})})
	}
	tried := func() {
		t.Helper()
		blocked := func(r *testkit.Request) bool { return r.Rule == "blocked" }
		proxy.Await(t, len(proxy.Requests(blocked))+2, blocked)
	}
	settled := func(when string) {
		t.Helper()
		for _, c := range all {
			if c.when == when {
				c.settled(t, me)
			}
		}
	}

	for _, when := range []string{"before", "meanwhile", "after"} {
		say(when, false)
	}
	unblock := block()
	say("before", true)
	tried()
	heard(alter("before"))
	unblock()
	settled("before")

	unblock = block()
	say("meanwhile", true)
	say("after", true)
	tried()
	bot.Kill()
	changes := alter("meanwhile")
	started = append(started, time.Now())
	bot.Start(t)
	heard(append(changes, alter("after")...))
	unblock()
	settled("meanwhile")
	settled("after")
	noClearText(t, proxy, started...)
}

// settled awaits the outcome of the change and fails the test on any other outcome.
func (c *change) settled(t *testing.T, me id.UserID) {
	t.Helper()
	// This answer comes after everything that the room's lane holds now.
	c.person.AwaitAnswer(t, c.room, me, c.person.Say(t, c.room, "!sill gimp"))
	history := c.person.History(t, c.room)
	if !c.deletes {
		if !shows(history, me, c.command, "Inkscape") {
			t.Errorf("%s, waiting %v: the command that was edited has no answer to its new text alone:\n%s", c.when, c.waits, testkit.Transcript(history))
		}
		return
	}
	for _, answer := range testkit.Answers(history, me, c.command) {
		if answer.Unsigned.RedactedBecause == nil && testkit.Body(answer) != "" {
			t.Errorf("%s, waiting %v: the command that was deleted has an answer:\n%s", c.when, c.waits, testkit.Transcript(history))
		}
	}
	if c.waits {
		return
	}
	answer, err := c.person.GetEvent(t.Context(), c.room, c.answer)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Content.Raw) != 0 {
		t.Errorf("%s: the answer to the command that was deleted is still %v", c.when, answer.Content.Raw)
	}
}

// shows reports whether the command has exactly one answer, and its latest text
// contains text.
func shows(history []*event.Event, bot id.UserID, command id.EventID, text string) bool {
	answers := testkit.Answers(history, bot, command)
	if len(answers) != 1 {
		return false
	}
	said := testkit.Body(answers[0])
	for _, edit := range testkit.Edits(history, answers[0].ID) {
		said = testkit.Body(edit)
	}
	return strings.Contains(said, text)
}
