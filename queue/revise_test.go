package queue_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// meets lists the states in which an edit or a deletion may find an answer.
var meets = map[string]struct {
	fault fault // of the first attempt
	// after runs once the edits and deletions have come in.
	after func(b *bot)
}{
	"sent": {nil, nil},
	"waiting": {notHere(time.Minute), func(b *bot) {
		time.Sleep(2 * time.Minute)
	}},
	"being sent": {slow(30 * time.Second), func(b *bot) {
		time.Sleep(time.Minute)
	}},
	"being sent, then put off": {func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.Sleep(30 * time.Second)
		return tooMany(time.Second)(ctx, s, o)
	}, func(b *bot) {
		time.Sleep(time.Minute)
	}},
	"in doubt, arrived": {cut, func(b *bot) {
		b.settle()
	}},
	"in doubt, not arrived": {lost, func(b *bot) {
		b.settle()
	}},
	"settled and waiting": {lost, nil}, // see revised
	"settled, and arrives all the same": {late(30 * time.Second), func(b *bot) {
		time.Sleep(35 * time.Second)
		b.sync()
	}},
	"being sent, after other doubts": {slow(30 * time.Second), func(b *bot) {
		time.Sleep(time.Minute)
	}},
	"refused": {forbidden, nil},
}

// revised sends a command, revises it while its answer is in the given state, and
// waits until everything is sent.
func revised(b *bot, state string, restart bool, revise ...func(id chat.EventID)) chat.EventID {
	meet := meets[state]
	if meet.fault != nil {
		b.server.failNext(meet.fault)
	}
	b.start()
	if state == "being sent, after other doubts" {
		b.server.failNext(lost, arrives, meet.fault)
		b.server.say(bureau, "!elsewhere")
		b.sync()
		b.settle()
		time.Sleep(5 * time.Second)
	}
	id := b.server.say(salon, "!a")
	b.sync()
	if strings.HasPrefix(state, "settled") {
		b.server.failNext(notHere(time.Minute))
		b.settle()
	}
	for _, r := range revise {
		if restart && !strings.HasPrefix(state, "being sent") {
			b.kill()
			b.start()
			synctest.Wait()
		}
		r(id)
		b.sync()
	}
	if meet.after != nil {
		meet.after(b)
	}
	for range 3 {
		b.settle()
		time.Sleep(time.Minute)
		synctest.Wait()
	}
	b.server.wantNoDuplicates(b.T)
	return id
}

func TestRevisions(t *testing.T) {
	edit := func(b *bot, body string) func(chat.EventID) {
		return func(id chat.EventID) {
			time.Sleep(time.Millisecond)
			b.server.edit(salon, id, body)
		}
	}
	remove := func(b *bot) func(chat.EventID) {
		return func(id chat.EventID) { b.server.remove(salon, id) }
	}
	tests := map[string]struct {
		revise func(b *bot) []func(chat.EventID)
		want   []string
	}{
		"edit":            {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "!b")} }, []string{"b"}},
		"edit twice":      {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "!b"), edit(b, "!c")} }, []string{"c"}},
		"same text":       {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "!a")} }, []string{"a"}},
		"longer":          {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "!b|c")} }, []string{"b", "c"}},
		"longer, shorter": {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "!b|c|d"), edit(b, "!e")} }, []string{"e"}},
		"no command now":  {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "never mind")} }, nil},
		"no command, then one": {func(b *bot) []func(chat.EventID) {
			return []func(chat.EventID){edit(b, "never mind"), edit(b, "!b")}
		}, []string{"b"}},
		"deletion":            {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){remove(b)} }, nil},
		"edit, then deletion": {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){edit(b, "!b"), remove(b)} }, nil},
		"deletion, then edit": {func(b *bot) []func(chat.EventID) { return []func(chat.EventID){remove(b), edit(b, "!b")} }, nil},
		"longer, then deletion": {func(b *bot) []func(chat.EventID) {
			return []func(chat.EventID){edit(b, "!b|c"), remove(b)}
		}, nil},
	}
	for name, test := range tests {
		for state := range meets {
			for _, restart := range []bool{false, true} {
				title := name + "/" + state
				if restart {
					if !slices.Contains([]string{"edit", "longer, shorter", "no command, then one", "deletion"}, name) {
						continue
					}
					title += "/restarted"
				}
				t.Run(title, func(t *testing.T) {
					t.Parallel()
					inBubble(t, func(b *bot) {
						revised(b, state, restart, test.revise(b)...)
						want := test.want
						if state == "refused" && name == "same text" {
							want = []string{"a"} // the same command gets a new answer
						}
						b.server.wantSeen(t, salon, want...)
					})
				})
			}
		}
	}
}

// An answer that nobody has seen is replaced or cancelled, not edited afterwards.
func TestUnseenAnswersAreReplaced(t *testing.T) {
	tests := map[string]struct {
		revise func(b *bot, id chat.EventID)
		want   []string
	}{
		"edit":     {func(b *bot, id chat.EventID) { b.server.edit(salon, id, "!b") }, []string{"b"}},
		"shorter":  {func(b *bot, id chat.EventID) { b.server.edit(salon, id, "!") }, []string{""}},
		"deletion": {func(b *bot, id chat.EventID) { b.server.remove(salon, id) }, nil},
		"longer":   {func(b *bot, id chat.EventID) { b.server.edit(salon, id, "!b|c|d") }, []string{"b", "c", "d"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				revised(b, "waiting", false, func(id chat.EventID) { test.revise(b, id) })
				b.server.wantOwn(t, salon, test.want...)
			})
		})
	}
}

func TestSentAnswersAreEdited(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		id := b.server.say(salon, "!a|b")
		b.sync()
		b.server.edit(salon, id, "!c")
		b.sync()
		b.server.wantOwn(t, salon, "a", "b", "c (edit)", "(deletion)")
		b.server.edit(salon, id, "!d|e")
		b.sync()
		b.server.wantOwn(t, salon, "a", "b", "c (edit)", "(deletion)", "d (edit)", "e")
		b.server.remove(salon, id)
		b.sync()
		b.server.wantSeen(t, salon)
	})
}

// Of several edits of a sent answer that wait, only the last one is sent.
func TestOnlyTheLastEditIsSent(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		id := b.server.say(salon, "!a")
		b.sync()
		b.server.failNext(notHere(time.Minute))
		b.server.say(salon, "!x") // holds the lane
		b.sync()
		for _, text := range []string{"!b", "!c", "!d"} {
			time.Sleep(time.Millisecond)
			b.server.edit(salon, id, text)
			b.sync()
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a", "x", "d (edit)")
	})
}

func TestEditsOfWhatWasNoCommand(t *testing.T) {
	for name, age := range map[string]time.Duration{"young": 0, "dropped for its age": time.Hour} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				id := b.server.put(chat.Event{Room: salon, At: time.Now().Add(-age), Message: &chat.Message{Body: "hm"}})
				b.sync()
				b.server.edit(salon, id, "!a")
				b.sync()
				time.Sleep(time.Millisecond)
				b.server.edit(salon, id, "!b")
				b.sync()
				b.server.wantSeen(t, salon, "b")
			})
		})
	}
}

// Edits race with the sender over the post that it is about to send.
func TestEditsRaceWithTheSender(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.server.fail(slow(7 * time.Millisecond))
		b.start()
		id := b.server.say(salon, "!0")
		last := ""
		for n := range 200 {
			last = string(rune('a'+n%26)) + string(rune('a'+n/26))
			b.server.edit(salon, id, "!"+last)
			if err := b.trySync(nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(n%5) * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.server.wantSeen(t, salon, last)
		if got := len(b.server.own(salon)); got < 10 || got > 180 {
			t.Errorf("%d events for 200 edits", got)
		}
	})
}
