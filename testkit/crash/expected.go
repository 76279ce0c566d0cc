package main

import (
	"context"
	"fmt"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// expected is a message about a question that the bot writes itself, or its answer to a
// command, which must be in a room exactly once.
type expected struct {
	cause id.EventID // the command or message of a person that leads to it
	room  id.RoomID
	words string // in its text
	edits bool   // it is an edit
	reply bool   // it replies to cause, as no other message of the bot does
	// What it proves, for the last line: a question was joined to another one, or a
	// colleague looks after it.
	joins, assigns bool
}

// expect adds the expected messages to r.expected.
func (r *relay) expect(all ...expected) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expected = append(r.expected, all...)
}

// command sends a command to a room and expects one reply, which contains the words. It
// returns the command's event.
func (r *relay) command(ctx context.Context, client *testkit.Client, room id.RoomID, line, words string) (id.EventID, error) {
	command, err := client.SendEvent(ctx, room, event.EventMessage, &event.MessageEventContent{MsgType: event.MsgText, Body: line})
	if err == nil {
		r.expect(expected{cause: command, room: room, words: words, reply: true})
	}
	return command, err
}

// count checks that the message is in its room's history once, and adds the result to
// the tally t.
func (e expected) count(history []*event.Event, bot id.UserID, t *tally) {
	n, said := 0, false
	for _, evt := range history {
		if evt.Sender != bot || evt.Type != event.EventMessage || isEdit(evt) != e.edits {
			continue
		}
		has := strings.Contains(plain(evt), e.words)
		if e.reply && testkit.IsAnswer(evt, bot, e.cause) || !e.reply && has {
			n++
			said = said || has
		}
	}
	if !said {
		n = 0 // the replies say something else
	}
	if n > 0 && e.joins {
		t.joined++
	}
	if n > 0 && e.assigns {
		t.assigned++
	}
	t.countOnce(e.cause, fmt.Sprintf("message «%s» after %s", e.words, e.cause), n)
}
