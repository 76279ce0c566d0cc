package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// An edit or a deletion may come in before its message.
func TestOutOfOrder(t *testing.T) {
	tests := map[string]struct {
		act  func(b *bot)
		want []string
	}{
		"edit of a locked one": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.server.lock(id)
			b.sync()
			b.server.edit(salon, id, "!b")
			b.sync()
			b.unlock()
		}, []string{"b"}},
		"deletion of a locked one": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.server.lock(id)
			b.sync()
			b.server.remove(salon, id)
			b.sync()
			b.unlock()
		}, nil},
		"deletion before it is handled": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.server.remove(salon, id)
			b.sync()
		}, nil},
		"edit before it is handled": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.server.edit(salon, id, "!b")
			b.sync()
		}, []string{"b"}},
		"locked edit of a deleted one": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.sync()
			edit := b.server.edit(salon, id, "!b")
			b.server.lock(edit)
			b.server.remove(salon, id)
			b.sync()
			b.unlock()
		}, nil},
		"deletion of a locked edit": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.sync()
			edit := b.server.edit(salon, id, "!b")
			b.server.lock(edit)
			b.server.remove(salon, edit)
			b.sync()
			b.unlock()
		}, []string{"a"}},
		"an older edit is unlocked": {func(b *bot) {
			id := b.server.say(salon, "!a")
			b.sync()
			b.server.lock(b.server.edit(salon, id, "!b"))
			time.Sleep(time.Millisecond)
			b.server.edit(salon, id, "!c")
			b.sync()
			b.unlock()
		}, []string{"c"}},
		"edit first": {func(b *bot) {
			edit := chat.Event{ID: "$e", Room: salon, Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!b", Edits: "$o"}}
			original := chat.Event{ID: "$o", Room: salon, Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!a"}}
			b.accept(edit)
			b.accept(original)
		}, []string{"b"}},
		"edit by another first": {func(b *bot) {
			edit := chat.Event{ID: "$e", Room: salon, Sender: domi, At: time.Now(), Message: &chat.Message{Body: "!b", Edits: "$o"}}
			original := chat.Event{ID: "$o", Room: salon, Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!a"}}
			b.accept(edit)
			b.accept(original)
		}, []string{"a"}},
		"edit of nothing": {func(b *bot) {
			b.accept(chat.Event{ID: "$e", Room: salon, Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!b", Edits: "$x"}})
		}, nil},
		"edit of what nobody can tell": {func(b *bot) {
			b.accept(chat.Event{ID: "$e", Room: salon, Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!b", Edits: "$y"}})
		}, nil},
		"deletion first": {func(b *bot) {
			deletion := chat.Event{ID: "$d", Room: salon, Sender: domi, At: time.Now(), Redaction: &chat.Redaction{Target: "$o"}}
			original := chat.Event{ID: "$o", Room: salon, Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!a"}}
			b.accept(deletion)
			b.accept(original)
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				// The fake homeserver does not know messages from accept: an answer
				// cannot reply to them.
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					r, err := echo(ctx, e)
					for i := range r.Posts {
						r.Posts[i].ReplyTo = chat.Target{}
					}
					return r, err
				}
				b.config.SenderOf = func(_ context.Context, _ chat.RoomID, id chat.EventID) (chat.UserID, error) {
					switch id {
					case "$o":
						return camille, nil
					case "$y":
						return "", errors.New("no answer")
					}
					return "", chat.ErrNotFound
				}
				b.start()
				test.act(b)
				b.server.wantSeen(t, salon, test.want...)
			})
		})
	}
}

// accept takes in an event as if a sync brought it alone.
func (b *bot) accept(e chat.Event) {
	b.Helper()
	err := b.queue.Accept(b.ctx, queue.Batch{
		Began: time.Now(), Received: time.Now(),
		Arrivals: []queue.Arrival{{ID: e.ID, Room: e.Room, At: e.At, Event: &e}},
	})
	if err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// Only the author's edit changes an answer. Any deletion of the message deletes its
// answer: the homeserver decides who may delete.
func TestWhoMayRevise(t *testing.T) {
	tests := map[string]struct {
		locked bool
		event  chat.Event
		want   []string
	}{
		"edit by another":                 {false, chat.Event{Room: salon, Sender: domi, Message: &chat.Message{Body: "!b", Edits: "$1"}}, []string{"a"}},
		"edit by another of a locked one": {true, chat.Event{Room: salon, Sender: domi, Message: &chat.Message{Body: "!b", Edits: "$1"}}, []string{"a"}},
		"edit from another room":          {false, chat.Event{Room: bureau, Sender: camille, Message: &chat.Message{Body: "!b", Edits: "$1"}}, []string{"a"}},
		"deletion by another":             {false, chat.Event{Room: salon, Sender: domi, Redaction: &chat.Redaction{Target: "$1"}}, nil},
		"deletion from another room":      {false, chat.Event{Room: bureau, Sender: domi, Redaction: &chat.Redaction{Target: "$1"}}, []string{"a"}},
		"edit by its author":              {true, chat.Event{Room: salon, Sender: camille, Message: &chat.Message{Body: "!b", Edits: "$1"}}, []string{"b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				var changes int
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					r, err := echo(ctx, e)
					if e.ID != "$1" {
						r.Change = func(context.Context) error { changes++; return nil }
					}
					return r, err
				}
				b.start()
				id := b.server.say(salon, "!a")
				if test.locked {
					b.server.lock(id)
				}
				b.sync()
				b.server.put(test.event)
				b.sync()
				b.unlock()
				b.server.wantSeen(t, salon, test.want...)
				b.server.wantOwn(t, bureau)
				counts := 0
				if len(test.want) == 0 || test.want[0] != "a" {
					counts = 1
				}
				if changes != counts {
					t.Errorf("%d changes were made, want %d", changes, counts)
				}
			})
		})
	}
}
