package queue_test

import (
	"testing"
	"time"

	"heraut/queue"
)

// A post that the homeserver took and dropped is sent again, once, also after a restart
// and when the homeserver cannot be asked at first.
func TestDropped(t *testing.T) {
	for name, between := range map[string]func(b *bot){
		"at once":         func(*bot) {},
		"after a restart": func(b *bot) { b.kill(); b.start() },
		"it cannot be asked": func(b *bot) {
			b.server.showsNothing.Store(true)
			b.sync()
			b.server.showsNothing.Store(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(dropped)
				b.server.say(salon, "!a")
				b.sync()
				b.server.wantOwn(t, salon)
				time.Sleep(3 * time.Second)
				between(b)
				for range 3 {
					b.sync()
					time.Sleep(3 * time.Second)
				}
				b.server.wantOwn(t, salon, "a")
				if tries := b.server.tries(); len(tries) != 2 || tries[0].Txn == tries[1].Txn {
					t.Errorf("%d attempts, or both with the same key", len(tries))
				}
			})
		})
	}
}

// The homeserver is asked only for events that a sync should have shown, once each. An
// event that it shows is not sent again.
func TestUnseen(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		end := time.Now()
		for _, began := range []time.Duration{-time.Hour, 0, 1999 * time.Millisecond, 3 * time.Second, time.Minute} {
			time.Sleep(time.Minute)
			if err := b.queue.Accept(b.ctx, queue.Batch{Began: end.Add(began), Received: time.Now()}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			want := 0
			if began > 2*time.Second {
				want = 1
			}
			if n := b.server.timesAsked(); n != want {
				t.Errorf("after a sync begun %v after the answer, the event was asked for %d times", began, n)
			}
		}
		b.server.wantOwn(t, salon, "a")
	})
	inBubble(t, func(b *bot) { // sync shows it
		b.start()
		b.server.say(salon, "!a")
		for range 3 {
			b.sync()
			time.Sleep(3 * time.Second)
		}
		if n := b.server.timesAsked(); n != 0 {
			t.Errorf("an event that sync showed was asked for %d times", n)
		}
		b.server.wantOwn(t, salon, "a")
	})
	inBubble(t, func(b *bot) { // too old to be sent again
		b.start()
		b.server.failNext(dropped)
		b.server.say(salon, "!a")
		b.sync()
		time.Sleep(time.Hour)
		b.sync()
		b.server.wantOwn(t, salon)
	})
}
