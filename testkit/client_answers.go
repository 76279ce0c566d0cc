package testkit

import (
	"context"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// AwaitAnswer awaits the first answer of a user to a message. In a direct message
// that the client made, an answer may relate to nothing: see DirectAnswers.
func (c *Client) AwaitAnswer(t testing.TB, room id.RoomID, from id.UserID, to id.EventID) *event.Event {
	t.Helper()
	find := Answers
	c.mu.Lock()
	if c.direct[room] {
		find = DirectAnswers
	}
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	evt, err := c.waitFor(ctx, room, func(events []*event.Event) *event.Event {
		if answers := find(events, from, to); len(answers) > 0 {
			return answers[0]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return evt
}

// IsAnswer reports whether an event is a message of a user that replies to another
// message, or stands in the thread of that message, and is not an edit.
func IsAnswer(evt *event.Event, from id.UserID, to id.EventID) bool {
	if evt.Type != event.EventMessage || evt.Sender != from {
		return false
	}
	relation := evt.Content.AsMessage().OptionalGetRelatesTo()
	return relation.GetReplyTo() == to || relation.GetThreadParent() == to
}

// Answers returns the events that answer a message.
func Answers(events []*event.Event, from id.UserID, to id.EventID) []*event.Event {
	var answers []*event.Event
	for _, evt := range events {
		if IsAnswer(evt, from, to) {
			answers = append(answers, evt)
		}
	}
	return answers
}

// DirectAnswers returns the events that answer a message in a direct message: those
// that reply to it, and those that relate to nothing and follow it before the next
// message of a person, as a reader understands them.
func DirectAnswers(events []*event.Event, from id.UserID, to id.EventID) []*event.Event {
	var answers []*event.Event
	var last id.EventID // the last message of a person
	for _, evt := range events {
		message := evt.Type == event.EventMessage
		switch {
		case evt.Sender != from && (message || evt.Type == event.EventEncrypted):
			last = evt.ID
		case IsAnswer(evt, from, to),
			message && evt.Sender == from && last == to && evt.Content.AsMessage().OptionalGetRelatesTo() == nil:
			answers = append(answers, evt)
		}
	}
	return answers
}
