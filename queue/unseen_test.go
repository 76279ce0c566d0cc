package queue_test

import (
	"testing"
	"testing/synctest"
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
				time.Sleep(2 * time.Minute)
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

// A post that the homeserver dropped is sent again as soon as sync shows a later one.
func TestDroppedBeforeAnother(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(dropped)
		b.server.say(salon, "!a")
		b.sync()
		time.Sleep(time.Second)
		b.server.say(bureau, "!b")
		b.sync()
		time.Sleep(3 * time.Second)
		b.sync()
		synctest.Wait()
		b.server.wantOwn(t, bureau, "b")
		b.server.wantOwn(t, salon, "a")
	})
}

// A homeserver whose sync and requests for events lag behind for a minute and a half, as
// Dendrite's do on a busy machine, gets nothing twice.
func TestSyncLags(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.lag.Store(int64(90 * time.Second))
		for _, text := range []string{"!a", "!b", "!c"} {
			b.server.say(salon, text)
			b.server.say(bureau, text)
			for range 80 {
				b.sync()
				time.Sleep(3 * time.Second)
			}
		}
		if n := len(b.server.tries()); n != 6 {
			t.Errorf("%d attempts for 6 answers", n)
		}
	})
}

// A homeserver that shows nothing of the bot for ever gets a post a few times.
func TestSyncShowsNothingOfTheBot(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.fail(dropped)
		b.server.say(salon, "!a")
		for range 3600 {
			b.sync()
			time.Sleep(3 * time.Second)
		}
		if n := len(b.server.tries()); n < 2 || n > 4 {
			t.Errorf("%d attempts", n)
		}
	})
}

// The homeserver is asked only for events that a sync should have shown, once each. An
// event that it shows is not sent again.
func TestUnseen(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		end := time.Now()
		for _, began := range []time.Duration{-time.Hour, 0, 119 * time.Second, 121 * time.Second, 5 * time.Minute} {
			time.Sleep(time.Minute)
			if err := b.queue.Accept(b.ctx, queue.Batch{Began: end.Add(began), Received: time.Now()}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			want := 0
			if began > 2*time.Minute {
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
