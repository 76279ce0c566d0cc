package queue_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

func TestEachEventOnce(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.say(salon, "!a")
		b.server.say(bureau, "!b")
		b.sync()
		for range 3 { // the same batch again
			batch, _ := b.batch(0)
			if err := b.queue.Accept(b.ctx, batch); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		b.server.say(salon, "!c")
		batch, _ := b.batch(0)
		batch.Arrivals = append(batch.Arrivals, batch.Arrivals...)
		if err := b.queue.Accept(b.ctx, batch); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.server.wantOwn(t, salon, "a", "c")
		b.server.wantOwn(t, bureau, "b")
		if got := b.queue.Counts().Received.Load(); got != 3 {
			t.Errorf("%d events received", got)
		}
	})
}

func TestPositionIsCommittedWithItsEvents(t *testing.T) {
	for name, change := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errChange },
		"panic": func(context.Context) error { panic("in the change") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				id := b.server.say(salon, "!a")
				if err := b.trySync(change); err == nil {
					t.Error("the sync was accepted")
				}
				synctest.Wait()
				b.server.wantOwn(t, salon)
				if known, err := b.db.KnownEvent(b.ctx, id); err != nil || known {
					t.Errorf("the event is known: %v, %v", known, err)
				}
				if position, err := b.db.Position(b.ctx); err != nil || position != "" {
					t.Errorf("the position is %q, %v", position, err)
				}
				if got := b.queue.Counts().Received.Load(); got != 0 {
					t.Errorf("%d events received", got)
				}
				b.sync()
				b.server.wantOwn(t, salon, "a")
			})
		})
	}
}

func TestOrderInARoom(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			if e.Message.Body == "!0" {
				time.Sleep(5 * time.Second) // a later event does not overtake this one
			}
			return echo(ctx, e)
		}
		b.start()
		var want []string
		for n := range 10 {
			b.server.say(salon, fmt.Sprint("!", n))
			want = append(want, fmt.Sprint(n))
			if n%4 == 0 {
				b.sync()
			}
		}
		b.sync()
		time.Sleep(6 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, want...)
	})
}

func TestRoomsInParallelAndBounded(t *testing.T) {
	const rooms = 30
	inBubble(t, func(b *bot) {
		var working, most atomic.Int64
		release := make(chan struct{})
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			now := working.Add(1)
			defer working.Add(-1)
			for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
			}
			<-release
			return echo(ctx, e)
		}
		b.start()
		for n := range rooms {
			b.server.say(chat.RoomID(fmt.Sprintf("!%d:example.org", n)), "!x")
		}
		b.sync() // does not wait for the workers
		if got := working.Load(); got != 8 {
			t.Errorf("%d rooms are served at once", got)
		}
		close(release)
		synctest.Wait()
		if got := most.Load(); got != 8 {
			t.Errorf("%d rooms were served at once", got)
		}
		for n := range rooms {
			b.server.wantOwn(t, chat.RoomID(fmt.Sprintf("!%d:example.org", n)), "x")
		}
	})
}

// Accept does not block while every worker is busy and rooms queue up.
func TestAcceptDoesNotWaitForWorkers(t *testing.T) {
	inBubble(t, func(b *bot) {
		release := make(chan struct{})
		var once sync.Once
		free := func() { once.Do(func() { close(release) }) }
		defer free()
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			<-release
			return echo(ctx, e)
		}
		b.start()
		var rooms []chat.RoomID
		for n := range 200 {
			rooms = append(rooms, chat.RoomID(fmt.Sprintf("!%d:example.org", n)))
		}
		for range 2 {
			for _, room := range rooms {
				b.server.say(room, "!x")
			}
			b.sync()
		}
		free()
		synctest.Wait()
		for _, room := range rooms {
			if got := b.server.own(room); !slices.Equal(got, []string{"x", "x"}) {
				t.Errorf("in %s: %q", room, got)
			}
		}
	})
}
