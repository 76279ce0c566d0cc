package testkit

import (
	"context"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// AwaitAnswer waits until a person or a bot, whose user id is from, answers the message
// with the event id to. It returns the first such answer, and ends the test if none
// comes in half a minute. In a direct message that the client made, an answer need not
// refer to the message: see DirectAnswers.
func (c *Client) AwaitAnswer(t testing.TB, room id.RoomID, from id.UserID, to id.EventID) *event.Event {
	t.Helper()
	find := c.answersIn(room)
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

// AnswersTo reads the room's history from the homeserver and returns the answers of the
// user from to the message to. An answer is a message that replies to the message to or
// stands in its thread; in a direct message that the client made, also one that relates
// to no message and comes after it, before the next message of a person (DirectAnswers).
// It ends the test on an error.
func (c *Client) AnswersTo(t testing.TB, room id.RoomID, from id.UserID, to id.EventID) []*event.Event {
	t.Helper()
	return c.answersIn(room)(c.History(t, room), from, to)
}

// answersIn returns the function that finds the answers of the user from to the message
// to among a room's events: DirectAnswers if the room is a direct message that the
// client made, Answers for any other room.
func (c *Client) answersIn(room id.RoomID) func(events []*event.Event, from id.UserID, to id.EventID) []*event.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.direct[room] {
		return DirectAnswers
	}
	return Answers
}

// IsAnswer reports whether evt is a message of the user from that replies to the
// message to, or stands in its thread. It is false for edits and for undecrypted
// messages.
func IsAnswer(evt *event.Event, from id.UserID, to id.EventID) bool {
	if evt.Type != event.EventMessage || evt.Sender != from {
		return false
	}
	relation := evt.Content.AsMessage().OptionalGetRelatesTo()
	return relation.GetReplyTo() == to || relation.GetThreadParent() == to
}

// Answers returns the events that answer the message to: the messages of the user from
// that reply to this message or are in its thread (IsAnswer).
func Answers(events []*event.Event, from id.UserID, to id.EventID) []*event.Event {
	var answers []*event.Event
	for _, evt := range events {
		if IsAnswer(evt, from, to) {
			answers = append(answers, evt)
		}
	}
	return answers
}

// DirectAnswers returns the events of a direct message that answer the message to: the
// messages of the user from that reply to this message or are in its thread. A message
// of that user that relates to no other also counts if it comes after the message to
// and before the next message of a person. The greeting with which the user from enters
// the room answers nothing.
func DirectAnswers(events []*event.Event, from id.UserID, to id.EventID) []*event.Event {
	var answers []*event.Event
	var last id.EventID // the last message of a person
	entered := false    // the user wrote something
	for _, evt := range events {
		message := evt.Type == event.EventMessage
		switch {
		case message && evt.Sender == from && !entered && greets(evt):
			entered = true
		case evt.Sender != from && (message || evt.Type == event.EventEncrypted):
			last = evt.ID
		case IsAnswer(evt, from, to),
			message && evt.Sender == from && last == to && evt.Content.AsMessage().OptionalGetRelatesTo() == nil:
			answers, entered = append(answers, evt), true
		}
	}
	return answers
}

// greets reports whether a message is the greeting with which the bot enters a room.
func greets(evt *event.Event) bool {
	return strings.HasPrefix(Body(evt), "Bonjour, je suis Héraut") || strings.HasPrefix(Body(evt), "Hello, I am Héraut")
}
