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

// post has the queue post in a transaction of its own, and waits until that is sent.
func (b *bot) post(cause chat.EventID, posts ...chat.Post) {
	b.Helper()
	err := b.queue.Do(b.ctx, func(ctx context.Context) error { return b.queue.Post(ctx, cause, posts...) })
	if err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

func TestPostWithoutAnEvent(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.post("news 1", text(salon, "a"), text(bureau, "b"))
		b.server.wantOwn(t, salon, "a")
		b.server.wantOwn(t, bureau, "b")
		b.post("news 1", text(salon, "the same reason"), text(bureau, "b"))
		b.server.wantOwn(t, salon, "a")
		b.server.wantOwn(t, bureau, "b")
	})
}

func TestPostIsCommittedWithTheRest(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		err := b.queue.Do(b.ctx, func(ctx context.Context) error {
			if err := b.queue.Post(ctx, "news 1", text(salon, "a")); err != nil {
				return err
			}
			return errChange
		})
		if !errors.Is(err, errChange) {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		b.server.wantOwn(t, salon)
	})
}

func TestPostThatEdits(t *testing.T) {
	edit := text(salon, "new")
	edit.Edits = chat.Target{Post: chat.KeyOf("news 1", 0)}
	inBubble(t, func(b *bot) {
		b.start()
		b.post("news 1", text(salon, "old"))
		b.post("news 1 again", edit)
		b.server.wantOwn(t, salon, "old", "new (edit)")
	})
	// One that is not sent yet is replaced.
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(tooMany(time.Minute))
		b.post("news 0", text(bureau, "the homeserver asks for patience"))
		b.post("news 1", text(salon, "old"))
		b.post("news 1 again", edit)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon, "new")
		if n := len(b.server.tries()); n != 3 {
			t.Errorf("%d attempts", n)
		}
	})
	// One that was put off may have an edit behind it: the last one holds.
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			time.Sleep(time.Second)
			return tooMany(time.Minute)(ctx, s, o)
		})
		b.post("news 1", text(salon, "old"))
		b.post("news 1 again", edit)
		time.Sleep(2 * time.Second)
		last := edit
		last.HTML = "newest"
		b.post("news 1 once more", last)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.server.wantSeen(t, salon, "newest")
	})
}
