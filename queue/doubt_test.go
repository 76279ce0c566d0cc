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

// oneInDoubt starts the bot and returns when an attempt to answer in salon ended without
// an answer; the homeserver never gets that post.
func oneInDoubt(b *bot) (end time.Time) {
	b.Helper()
	b.start()
	b.server.failNext(lost)
	b.server.say(salon, "!a")
	b.sync()
	return time.Now()
}

// Only a sync that begins two seconds after the end of the attempt settles a doubt, and
// only one that has come as far, or is quiet.
func TestWhatSettlesADoubt(t *testing.T) {
	const never = time.Duration(-1)
	type batch struct{ began, newest time.Duration } // after the end of the attempt; never: no event
	tests := map[string]struct {
		passed []batch // settle nothing
		last   batch   // settles the doubt
	}{
		"quiet":                     {[]batch{{-time.Hour, never}, {0, never}, {1999 * time.Millisecond, never}, {9999 * time.Millisecond, never}}, batch{10001 * time.Millisecond, never}},
		"come as far":               {[]batch{{1999 * time.Millisecond, time.Second}, {3 * time.Second, 1999 * time.Millisecond}}, batch{3 * time.Second, 2001 * time.Millisecond}},
		"had come as far before":    {[]batch{{1999 * time.Millisecond, 5 * time.Second}}, batch{2001 * time.Millisecond, never}},
		"late":                      {[]batch{{30 * time.Second, time.Second}, {119 * time.Second, 1999 * time.Millisecond}}, batch{120 * time.Second, 2001 * time.Millisecond}},
		"late for a very long time": {[]batch{{119 * time.Second, time.Second}}, batch{121 * time.Second, time.Second}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				end := oneInDoubt(b)
				accept := func(s batch) {
					took := queue.Batch{Began: end.Add(s.began), Received: time.Now()}
					if s.newest != never {
						took.Newest = end.Add(s.newest)
					}
					if err := b.queue.Accept(b.ctx, took); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				for _, s := range test.passed {
					time.Sleep(time.Minute) // the end of a sync does not count
					accept(s)
					if len(b.server.tries()) != 1 {
						t.Fatalf("a sync begun %v after the attempt, with events until %v, settled the doubt", s.began, s.newest)
					}
				}
				if err := b.queue.Accept(b.ctx, queue.Batch{Received: time.Now()}); err != nil { // a batch without Began is no sync
					t.Fatal(err)
				}
				synctest.Wait()
				b.server.wantOwn(t, salon)
				accept(test.last)
				b.server.wantOwn(t, salon, "a")
				if tries := b.server.tries(); tries[0].Txn != tries[1].Txn {
					t.Error("the second attempt has another key")
				}
			})
		})
	}
}

// Syncs are wanted each two seconds while a post is in doubt, and none before or after.
func TestSyncsForADoubt(t *testing.T) {
	inBubble(t, func(b *bot) {
		end := oneInDoubt(b)
		for range 5 {
			last := time.Now()
			by := b.queue.SyncBy(last)
			if after := by.Sub(last); after < 2*time.Second || after > 2100*time.Millisecond {
				t.Fatalf("%v after the attempt, a sync is wanted in %v", last.Sub(end), after)
			}
			b.server.wantOwn(t, salon)
			time.Sleep(time.Until(by))
			b.sync()
		}
		b.server.wantOwn(t, salon, "a")
		if by := b.queue.SyncBy(time.Now()); !by.IsZero() {
			t.Errorf("a sync is wanted in %v, with no post in doubt", time.Until(by))
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
				time.Sleep(40 * time.Second)
				synctest.Wait()
				b.server.wantOwn(t, salon)
				time.Sleep(11 * time.Second)
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
		for range 4 {
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
