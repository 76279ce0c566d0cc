package queue_test

import (
	"context"
	"testing"

	"heraut/chat"
	"heraut/queue"
)

// If the homeserver refuses the relation of an edit, the edit becomes the answer.
func TestEditThatIsRefused(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		id := b.server.say(salon, "!a")
		b.sync()
		b.server.failNext(badRelation)
		b.server.edit(salon, id, "!b")
		b.sync()
		b.server.wantOwn(t, salon, "a", "b")
		b.server.edit(salon, id, "!c")
		b.sync()
		b.server.wantSeen(t, salon, "a", "c")
		b.server.remove(salon, id)
		b.sync()
		b.server.wantSeen(t, salon, "a")
	})
}

// A deletion deletes the answer whatever its handler does; an edit whose handler fails
// leaves the answer alone.
func TestFailedRevisions(t *testing.T) {
	tests := map[string]struct {
		revise func(b *bot, id chat.EventID)
		want   []string
	}{
		"edit":     {func(b *bot, id chat.EventID) { b.server.edit(salon, id, "!b") }, []string{"a"}},
		"deletion": {func(b *bot, id chat.EventID) { b.server.remove(salon, id) }, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					if e.Original() != e.ID {
						panic("in the handler")
					}
					return echo(ctx, e)
				}
				b.start()
				id := b.server.say(salon, "!a")
				b.sync()
				test.revise(b, id)
				b.sync()
				b.server.wantSeen(t, salon, test.want...)
			})
		})
	}
}

// An answer that moves to another room, or ceases to be a text, is replaced, not
// edited.
func TestAnswersThatCannotBeEdited(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.handle = func(_ context.Context, e chat.Event) (queue.Result, error) {
			p := chat.Post{Room: salon, HTML: e.Message.Body}
			switch e.Message.Body {
			case "elsewhere":
				p.Room = bureau
			case "emoji":
				p.HTML, p.Reaction, p.ReactsTo = "", "✅", chat.Target{Event: e.Original()}
			}
			return queue.Result{Posts: []chat.Post{p}}, nil
		}
		b.start()
		id := b.server.say(salon, "a")
		b.sync()
		b.server.edit(salon, id, "elsewhere")
		b.sync()
		b.server.wantSeen(t, salon)
		b.server.wantSeen(t, bureau, "elsewhere")
		b.server.edit(salon, id, "b")
		b.sync()
		b.server.wantSeen(t, salon, "b")
		b.server.wantSeen(t, bureau)
		b.server.edit(salon, id, "emoji")
		b.sync()
		b.server.wantSeen(t, salon, "✅")
	})
}
