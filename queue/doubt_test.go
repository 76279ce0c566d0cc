package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// Sync settles an attempt that ended without an answer, whether the post arrived or
// not.
func TestDoubts(t *testing.T) {
	tests := map[string]struct {
		fault  fault
		before bool // the post arrives before the attempt ends
	}{
		"nothing arrived":           {lost, false},
		"it arrived":                {cut, true},
		"it arrives later":          {late(1500 * time.Millisecond), false},
		"no answer within a minute": {hangs, false},
		"panic":                     {panics, false},
		"arrived, and then no reply": {func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			_, _ = s.take(o)
			return hangs(ctx, s, o)
		}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(test.fault)
				b.server.say(salon, "!a")
				b.server.say(salon, "!b")
				b.sync()
				time.Sleep(61 * time.Second)
				select {
				case <-b.queue.Doubts():
				default:
					t.Error("nobody is told of the doubt")
				}
				if len(b.server.tries()) != 1 {
					t.Error("something was sent in the room before the doubt was settled")
				}
				b.settle()
				b.server.wantOwn(t, salon, "a", "b")
			})
		})
	}
}

// Only a sync that begins two seconds after the end of the attempt settles a doubt.
func TestWhatSettlesADoubt(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(lost)
		b.server.say(salon, "!a")
		b.sync()
		end := time.Now()
		if got := b.queue.SyncBy(); got.Before(end.Add(2*time.Second)) || got.After(end.Add(2100*time.Millisecond)) {
			t.Errorf("a sync is wanted at %v after the attempt", got.Sub(end))
		}
		for _, began := range []time.Duration{-time.Hour, 0, time.Second, 1999 * time.Millisecond} {
			time.Sleep(time.Minute) // the end of a sync does not count
			if err := b.queue.Accept(b.ctx, queue.Batch{Began: end.Add(began), Received: time.Now()}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if len(b.server.tries()) != 1 {
				t.Fatalf("a sync begun %v after the attempt settled the doubt", began)
			}
		}
		if err := b.queue.Accept(b.ctx, queue.Batch{Received: time.Now()}); err != nil { // a batch without Began is no sync
			t.Fatal(err)
		}
		synctest.Wait()
		b.server.wantOwn(t, salon)
		if err := b.queue.Accept(b.ctx, queue.Batch{Began: b.queue.SyncBy(), Received: time.Now()}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
		if tries := b.server.tries(); tries[0].Txn != tries[1].Txn {
			t.Error("the second attempt has another key")
		}
	})
}

// Sync may show a post before its attempt has ended.
func TestConfirmedWhileBeingSent(t *testing.T) {
	for name, end := range map[string]fault{
		"without an answer": lost,
		"put off":           tooMany(time.Second),
		"refused":           forbidden,
		"bad relation":      badRelation,
		"well":              nil,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
					id, err := s.take(o)
					time.Sleep(10 * time.Second)
					if end == nil {
						return id, err
					}
					return end(ctx, s, o)
				})
				id := b.server.say(salon, "!a")
				b.sync()
				b.sync() // shows it
				time.Sleep(11 * time.Second)
				b.settle()
				b.settle()
				b.server.wantOwn(t, salon, "a")
				// An edit of the command finds the answer's event.
				b.server.edit(salon, id, "!b")
				b.sync()
				b.server.wantSeen(t, salon, "b")
			})
		})
	}
}

// A post that sync shows after its doubt was settled counts as sent, whether it waits
// again or has failed.
func TestShownAfterTheDoubtWasSettled(t *testing.T) {
	for name, second := range map[string]fault{"waiting": notHere(2 * time.Minute), "failed": forbidden} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(late(time.Minute), second)
				id := b.server.say(salon, "!a")
				b.sync()
				b.settle()
				time.Sleep(50 * time.Second)
				synctest.Wait()
				b.server.wantOwn(t, salon)
				time.Sleep(9 * time.Second)
				synctest.Wait()
				b.sync()
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				b.server.wantOwn(t, salon, "a")
				b.server.remove(salon, id)
				b.sync()
				b.server.wantSeen(t, salon)
			})
		})
	}
}

func TestManyDoubtsOneAnswer(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(lost, lost, tooMany(time.Second), lost, notHere(time.Second), cut)
		b.server.say(salon, "!a")
		b.sync()
		for range 30 {
			b.settle()
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}
		b.server.wantOwn(t, salon, "a")
		if got := len(b.server.tries()); got != 6 {
			t.Errorf("%d attempts", got)
		}
		if got := b.queue.Counts().Retried.Load(); got != 4 {
			t.Errorf("%d attempts without an answer counted", got)
		}
	})
}

// When the homeserver answers nothing, the sender slows down.
func TestNothingAnswers(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.fail(lost)
		rooms := []chat.RoomID{"!1:x", "!2:x", "!3:x", "!4:x", "!5:x", "!6:x", "!7:x", "!8:x", "!9:x", "!10:x"}
		for _, room := range rooms {
			b.server.say(room, "!a")
		}
		b.sync()
		for range 15 {
			b.settle()
		}
		if got := len(b.server.tries()); got > 20 {
			t.Errorf("%d attempts in three quarters of a minute", got)
		}
		b.server.fail(nil)
		for range 10 {
			b.settle()
			time.Sleep(5 * time.Second)
		}
		synctest.Wait()
		for _, room := range rooms {
			b.server.wantOwn(t, room, "a")
		}
	})
}

// An attempt that arrives after the post was sent again is deleted.
func TestTwin(t *testing.T) {
	for name, second := range map[string]fault{"answered": arrives, "cut": cut} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(late(time.Minute), second)
				id := b.server.say(salon, "!a")
				b.sync()
				b.settle() // the post is sent again
				b.settle()
				b.server.wantOwn(t, salon, "a")
				time.Sleep(time.Minute)
				b.sync()
				b.settle()
				b.server.wantOwn(t, salon, "a", "a", "(deletion)")
				batch, _ := b.batch(0)
				if err := b.queue.Accept(b.ctx, batch); err != nil { // sync shows both events again
					t.Fatal(err)
				}
				synctest.Wait()
				b.server.wantSeen(t, salon, "a")
				b.server.edit(salon, id, "!b")
				b.sync()
				b.server.wantSeen(t, salon, "b")
			})
		})
	}
}
