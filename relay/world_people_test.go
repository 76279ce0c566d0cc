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
	return w.related(room, user, chat.Message{Body: body, Thread: root, RelationEncrypted: true})
}

func (w *world) reply(room chat.RoomID, user chat.UserID, to chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.related(room, user, chat.Message{Body: body, ReplyTo: to, RelationEncrypted: true})
}

// related adds a message that relates to another one. Its relation is inside the
// ciphertext if RelationEncrypted is set and the room is encrypted; the homeserver may
// have written any other relation.
func (w *world) related(room chat.RoomID, user chat.UserID, m chat.Message) chat.EventID {
	w.Helper()
	trust := w.trust(room)
	m.RelationEncrypted = m.RelationEncrypted && trust != chat.TrustServer
	return w.do(room, user, chat.Event{Trust: trust, Message: &m})
}

func (w *world) edit(room chat.RoomID, user chat.UserID, of chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.related(room, user, chat.Message{Body: body, Edits: of, RelationEncrypted: true})
}

func (w *world) react(room chat.RoomID, user chat.UserID, to chat.EventID, key string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Reaction: &chat.Reaction{Target: to, Key: key}})
}

func (w *world) remove(room chat.RoomID, user chat.UserID, event chat.EventID) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Redaction: &chat.Redaction{Target: event}})
}

// moderate makes a moderator reply to a message.
func (w *world) moderate(room chat.RoomID, user chat.UserID, to chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Level: chat.LevelModerator, Message: &chat.Message{Body: body, ReplyTo: to}})
}

// message serves relay.Options.Message. It answers with what it read before w.reading,
// if that is set, is closed.
func (w *world) message(_ context.Context, room chat.RoomID, event chat.EventID) (chat.Event, error) {
	said, err := w.read(room, event)
	if w.reading != nil {
		<-w.reading
	}
	return said, err
}

// read returns a person's message with the text of its last edit.
func (w *world) read(room chat.RoomID, event chat.EventID) (chat.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var said chat.Event
	for _, e := range w.timeline {
		switch {
		case e.by == nil || e.room != room || w.gone[event]:
		case e.id == event && e.by.Message != nil:
			said = *e.by
			message := *e.by.Message
			message.RelationEncrypted = true
			said.Message = &message
		case e.by.Message != nil && e.by.Message.Edits == event && e.by.Sender == said.Sender:
			said.Message.Body, said.Message.RelationEncrypted = e.by.Message.Body, e.by.Message.RelationEncrypted
		}
	}
	if said.ID == "" {
		return said, chat.ErrNotFound
	}
	return said, nil
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

// members serves relay.Options.Members: the experts' room has two experts of the name
// Alix beside those who answer.
func (w *world) members(_ context.Context, room chat.RoomID) (map[chat.UserID]string, error) {
	if w.reading != nil {
		<-w.reading
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[chat.UserID]string{}
	switch room {
	case experts:
		all = map[chat.UserID]string{bruno: names[bruno], dora: "Dora", noor: "Noor Élias [Ministère]", bot: "Héraut", "@alix.b:example.org": "Alix", "@alix.c:example.org": "alix", "@sam:example.org": ""}
	case lawyers:
		all = map[chat.UserID]string{emma: "Emma", bot: "Héraut"}
	}
	for user := range w.left {
		delete(all, user)
	}
	return all, nil
}

// hasLeft serves relay.Options.HasLeft.
func (w *world) hasLeft(_ context.Context, _ chat.RoomID, user chat.UserID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left[user]
}

// goes makes the homeserver know that a person left; no event says so yet.
func (w *world) goes(user chat.UserID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left[user] = true
}
