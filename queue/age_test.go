package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

func TestAgeRule(t *testing.T) {
	tests := map[string]struct {
		age    time.Duration
		event  chat.Event
		locked bool
		want   []string
	}{
		"young":             {14 * time.Minute, chat.Event{Message: &chat.Message{Body: "!a"}}, false, []string{"a"}},
		"old":               {16 * time.Minute, chat.Event{Message: &chat.Message{Body: "!a"}}, false, nil},
		"from the future":   {-time.Hour, chat.Event{Message: &chat.Message{Body: "!a"}}, false, []string{"a"}},
		"old and locked":    {16 * time.Minute, chat.Event{Message: &chat.Message{Body: "!a"}}, true, nil},
		"young and locked":  {14 * time.Minute, chat.Event{Message: &chat.Message{Body: "!a"}}, true, []string{"a"}},
		"old reaction":      {16 * time.Minute, chat.Event{Reaction: &chat.Reaction{Key: "1"}}, false, nil},
		"old deletion":      {16 * time.Minute, chat.Event{Redaction: &chat.Redaction{Target: "$0"}}, false, []string{"deleted"}},
		"old join":          {16 * time.Minute, chat.Event{Joined: &chat.Joined{}}, false, []string{"hello"}},
		"old edit":          {16 * time.Minute, chat.Event{Message: &chat.Message{Body: "!a", Edits: "$0"}}, false, nil},
		"on the very limit": {15 * time.Minute, chat.Event{Message: &chat.Message{Body: "!a"}}, false, []string{"a"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					switch {
					case e.Joined != nil:
						return queue.Result{Posts: []chat.Post{{Room: salon, HTML: "hello"}}}, nil
					case e.Redaction != nil:
						return queue.Result{Posts: []chat.Post{{Room: salon, HTML: "deleted"}}}, nil
					case e.Message != nil:
						e.Message.Edits = ""
					}
					return echo(ctx, e)
				}
				b.start()
				test.event.Room, test.event.At = salon, time.Now().Add(-test.age)
				id := b.server.put(test.event)
				if test.locked {
					b.server.lock(id)
				}
				b.sync()
				time.Sleep(23 * time.Hour) // the age limit ignores the wait for a key
				b.unlock()
				b.server.wantOwn(t, salon, test.want...)
				dropped := int64(0)
				if test.want == nil {
					dropped = 1
				}
				if got := b.queue.Counts().Dropped.Load(); got != dropped {
					t.Errorf("%d events dropped, want %d", got, dropped)
				}
				batch, _ := b.batch(0) // its id is known, dropped or not
				if err := b.queue.Accept(b.ctx, batch); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				b.server.wantOwn(t, salon, test.want...)
			})
		})
	}
}

// Rooms that Keeps names lose no event to the age limit, not even one that waits for
// its key: the handler gets it marked as late.
func TestLateEvents(t *testing.T) {
	for name, test := range map[string]struct {
		age    time.Duration
		room   chat.RoomID
		event  chat.Event
		locked bool
		want   string
	}{
		"old":                  {time.Hour, salon, chat.Event{Message: &chat.Message{Body: "!a"}}, false, "late"},
		"old and locked":       {time.Hour, salon, chat.Event{Message: &chat.Message{Body: "!a"}}, true, "late"},
		"old, somebody left":   {time.Hour, salon, chat.Event{Left: &chat.Left{User: "@a:example.org"}}, false, "late"},
		"young":                {time.Minute, salon, chat.Event{Message: &chat.Message{Body: "!a"}}, false, "in time"},
		"young and locked":     {time.Minute, salon, chat.Event{Message: &chat.Message{Body: "!a"}}, true, "in time"},
		"old in another room":  {time.Hour, bureau, chat.Event{Message: &chat.Message{Body: "!a"}}, false, ""},
		"locked in another":    {time.Hour, bureau, chat.Event{Message: &chat.Message{Body: "!a"}}, true, ""},
		"old deletion is none": {time.Hour, salon, chat.Event{Redaction: &chat.Redaction{Target: "$0"}}, false, "in time"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.config.Keeps = func(_ context.Context, room chat.RoomID) bool { return room == salon }
				b.handle = func(_ context.Context, e chat.Event) (queue.Result, error) {
					text := "in time"
					if e.Late {
						text = "late"
					}
					return queue.Result{Posts: []chat.Post{{Room: e.Room, HTML: text}}}, nil
				}
				b.start()
				test.event.Room, test.event.At = test.room, time.Now().Add(-test.age)
				id := b.server.put(test.event)
				if test.locked {
					b.server.lock(id)
				}
				b.sync()
				b.stop()
				b.start()
				b.unlock()
				var want []string
				if test.want != "" {
					want = append(want, test.want)
				}
				b.server.wantOwn(t, test.room, want...)
			})
		})
	}
}

// An edit that comes too late leaves the answer as it is.
func TestLateEditKeepsTheAnswer(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Keeps = func(context.Context, chat.RoomID) bool { return true }
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			if e.Late {
				return queue.Result{}, nil
			}
			return echo(ctx, e)
		}
		b.start()
		id := b.server.say(salon, "!a")
		b.sync()
		b.server.put(chat.Event{Room: salon, At: time.Now().Add(-time.Hour), Message: &chat.Message{Body: "!b", Edits: id}})
		b.sync()
		b.server.wantOwn(t, salon, "a")
	})
}

func TestNoAgeRule(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.AnswerWithin = 0
		b.start()
		b.server.put(chat.Event{Room: salon, At: time.Now().Add(-999 * time.Hour), Message: &chat.Message{Body: "!a"}})
		b.sync()
		b.server.wantOwn(t, salon, "a")
	})
}

func TestLockedEvents(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		first := b.server.say(salon, "!first")
		b.server.lock(first)
		b.server.say(salon, "!second")
		b.sync()
		b.server.wantOwn(t, salon, "second") // the next message does not wait for the key
		b.stop()
		b.start()
		b.unlock()
		b.unlock()
		b.server.wantOwn(t, salon, "second", "first")
	})
}

func TestKeyThatComesTooLate(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.lock(b.server.say(salon, "!a"))
		b.sync()
		all, _ := b.server.since(0)
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		if locked, err := b.db.Locked(b.ctx, ""); err != nil || len(locked) != 0 {
			t.Errorf("still locked: %v, %v", locked, err)
		}
		if err := b.queue.Unlock(b.ctx, *all[0].user); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.server.wantOwn(t, salon)
	})
}
