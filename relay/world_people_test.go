package relay_test

import (
	"context"
	"testing/synctest"

	"heraut/chat"
)

// trust returns the trust of a message whose client encrypts where it should.
func (w *world) trust(room chat.RoomID) chat.Trust {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rooms[room].Encrypted {
		return chat.TrustMember
	}
	return chat.TrustServer
}

func (w *world) say(room chat.RoomID, user chat.UserID, body string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Message: &chat.Message{Body: body}})
}

func (w *world) inThread(room chat.RoomID, user chat.UserID, root chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Message: &chat.Message{Body: body, Thread: root}})
}

func (w *world) reply(room chat.RoomID, user chat.UserID, to chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Message: &chat.Message{Body: body, ReplyTo: to}})
}

func (w *world) edit(room chat.RoomID, user chat.UserID, of chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Message: &chat.Message{Body: body, Edits: of}})
}

func (w *world) react(room chat.RoomID, user chat.UserID, to chat.EventID, key string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Reaction: &chat.Reaction{Target: to, Key: key}})
}

func (w *world) remove(room chat.RoomID, user chat.UserID, event chat.EventID) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Redaction: &chat.Redaction{Target: event}})
}

// forget makes the bot forget a person.
func (w *world) forget(user chat.UserID) {
	w.Helper()
	err := w.queue.Do(context.Background(), func(ctx context.Context) error { return w.carrier.Forget(ctx, user) })
	if err != nil {
		w.Fatal(err)
	}
	synctest.Wait()
}
