package queue_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// post adds posts in a transaction of their own, and waits until the sender goes idle.
func (b *bot) post(cause chat.Cause, posts ...chat.Post) {
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
	// The edit of a post that was never tried replaces it.
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
	// A post that was put off may have an edit behind it: the last edit holds.
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

func TestWithdraw(t *testing.T) {
	withdraw := func(b *bot, key chat.PostKey) {
		t.Helper()
		if err := b.queue.Do(b.ctx, func(ctx context.Context) error { return b.queue.Withdraw(ctx, key) }); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
	}
	key := chat.KeyOf("news 1", 0)
	tests := map[string]struct {
		fault fault
		want  []string
	}{
		"sent":                  {nil, []string{"a", "(deletion)"}},
		"waiting":               {notHere(time.Minute), nil},
		"in doubt, arrived":     {cut, []string{"a", "(deletion)"}},
		"in doubt, not arrived": {lost, []string{"a", "(deletion)"}},
		"refused":               {forbidden, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				if test.fault != nil {
					b.server.failNext(test.fault)
				}
				b.post("news 1", text(salon, "a"))
				withdraw(b, key)
				withdraw(b, key)         // the second call does nothing
				withdraw(b, "unknown/0") // an unknown key is no error
				for range 3 {
					b.settle()
					time.Sleep(2 * time.Minute)
					synctest.Wait()
				}
				b.server.wantOwn(t, salon, test.want...)
			})
		})
	}
}

// A post that is withdrawn takes the edit with it that waits behind it: nobody reads the
// edit's text after that.
func TestWithdrawWithAWaitingEdit(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		id := b.server.say(salon, "!a")
		b.sync()
		b.sync()
		b.server.failNext(notHere(time.Minute))
		b.server.edit(salon, id, "!b")
		b.sync()
		withdraw := func(ctx context.Context) error {
			return b.queue.Withdraw(ctx, chat.KeyOf(chat.Cause(id), 0))
		}
		if err := b.queue.Do(b.ctx, withdraw); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		b.sync()
		b.server.wantOwn(t, salon, "a", "(deletion)")
	})
}

// A post whose thread is gone becomes its Alone text, if it has one.
func TestPostsThatStandAlone(t *testing.T) {
	gone := chat.Target{Event: "$gone"}
	tests := map[string]struct {
		post chat.Post
		want chat.Post
	}{
		"thread":            {chat.Post{HTML: "x", Alone: "again: x", Thread: gone}, chat.Post{HTML: "again: x"}},
		"thread and reply":  {chat.Post{HTML: "x", Alone: "again: x", Thread: gone, ReplyTo: gone}, chat.Post{HTML: "again: x"}},
		"reply":             {chat.Post{HTML: "x", Alone: "again: x", ReplyTo: gone}, chat.Post{HTML: "again: x"}},
		"nothing to say":    {chat.Post{HTML: "x", Thread: gone}, chat.Post{HTML: "x"}},
		"a post never sent": {chat.Post{HTML: "x", Alone: "again: x", Thread: chat.Target{Post: "unknown/0"}}, chat.Post{HTML: "again: x"}},
		"an edit keeps its": {chat.Post{HTML: "x", Alone: "again: x", Edits: gone, Thread: gone}, chat.Post{HTML: "again: x"}},
		"only the reply is gone": {
			chat.Post{HTML: "x", Alone: "again: x", Thread: chat.Target{Post: chat.KeyOf("news 0", 0)}, ReplyTo: chat.Target{Post: "unknown/0"}},
			chat.Post{HTML: "x", Alone: "again: x", Thread: chat.Target{Event: "$1"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.post("news 0", text(salon, "root"))
				test.post.Room, test.want.Room = salon, salon
				b.post("news 1", test.post)
				time.Sleep(time.Minute)
				synctest.Wait()
				all, _ := b.server.since(0)
				if last := all[len(all)-1].post; len(all) != 2 || !reflect.DeepEqual(last, test.want) {
					t.Errorf("%d events, the last is %+v, want %+v", len(all), last, test.want)
				}
			})
		})
	}
}
