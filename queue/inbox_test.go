package queue_test

import (
	"context"
	"errors"
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
		for range 3 { // the same sync again, whole, and mixed with something new
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
				time.Sleep(5 * time.Second) // what came later does not overtake it
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

func TestBadHandlersStopNothing(t *testing.T) {
	release := make(chan struct{})
	handlers := map[string]handlerFunc{
		"panic": func(context.Context, chat.Event) (queue.Result, error) { panic("in the handler") },
		"error": func(context.Context, chat.Event) (queue.Result, error) {
			return queue.Result{Posts: []chat.Post{{Room: salon, HTML: "half"}}}, errors.New("no idea")
		},
		"waits for its time to end": func(ctx context.Context, _ chat.Event) (queue.Result, error) {
			<-ctx.Done()
			return queue.Result{}, ctx.Err()
		},
		"hang": func(context.Context, chat.Event) (queue.Result, error) {
			<-release
			return queue.Result{Posts: []chat.Post{{Room: salon, HTML: "too late"}}}, nil
		},
		"change panics": func(context.Context, chat.Event) (queue.Result, error) {
			return queue.Result{
				Posts:  []chat.Post{{Room: salon, HTML: "half"}},
				Change: func(context.Context) error { panic("in the change") },
			}, nil
		},
		"change fails": func(context.Context, chat.Event) (queue.Result, error) {
			return queue.Result{
				Posts:  []chat.Post{{Room: salon, HTML: "half"}},
				Change: func(context.Context) error { return errChange },
			}, nil
		},
	}
	for name, bad := range handlers {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				release = make(chan struct{})
				defer close(release)
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					if e.Message.Body == "!bad" {
						return bad(ctx, e)
					}
					return echo(ctx, e)
				}
				b.start()
				b.server.say(salon, "!bad")
				b.server.say(salon, "!next")
				b.server.say(bureau, "!elsewhere")
				b.sync()
				b.server.wantOwn(t, bureau, "elsewhere")
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				b.server.wantOwn(t, salon, "next")
				if got := b.queue.Counts().Failed.Load(); got != 1 {
					t.Errorf("%d events failed", got)
				}
			})
		})
	}
}

func TestChangeAndPostsAreCommittedTogether(t *testing.T) {
	inBubble(t, func(b *bot) {
		var changes int
		b.handle = func(_ context.Context, e chat.Event) (queue.Result, error) {
			return queue.Result{
				Posts: []chat.Post{{Room: e.Room, HTML: "saved"}},
				Change: func(ctx context.Context) error {
					changes++
					err := b.db.SaveRoom(ctx, chat.Room{ID: bureau, Members: 40 + changes})
					if changes < 3 {
						err = errChange // what it wrote is undone
					}
					return err
				},
			}, nil
		}
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		for changes < 3 {
			b.server.wantOwn(t, salon)
			if rooms, err := b.db.Rooms(b.ctx); err != nil || len(rooms) != 0 {
				t.Fatalf("the change was not undone: %v, %v", rooms, err)
			}
			time.Sleep(time.Second)
			synctest.Wait()
		}
		b.server.wantOwn(t, salon, "saved")
		if rooms, err := b.db.Rooms(b.ctx); err != nil || len(rooms) != 1 || rooms[0].Members != 43 {
			t.Errorf("the rooms are %v, %v", rooms, err)
		}
	})
}

// An event whose handling ends the process is given up the fourth time.
func TestDeadlyEvent(t *testing.T) {
	inBubble(t, func(b *bot) {
		var calls atomic.Int64
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			if e.Message.Body != "!deadly" {
				return echo(ctx, e)
			}
			calls.Add(1)
			<-ctx.Done() // until the kill
			return queue.Result{}, ctx.Err()
		}
		b.start()
		b.server.say(salon, "!deadly")
		b.server.say(salon, "!next")
		b.sync()
		for range 3 {
			b.server.wantOwn(t, salon)
			b.kill()
			b.start()
			synctest.Wait()
		}
		b.server.wantOwn(t, salon, "next")
		if got := calls.Load(); got != 3 {
			t.Errorf("it was handled %d times", got)
		}
	})
}

// Stopping in the middle of an event, however often, does not use up its tries.
func TestStoppingIsNoTry(t *testing.T) {
	inBubble(t, func(b *bot) {
		var ready atomic.Bool
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			if !ready.Load() {
				<-ctx.Done()
				return queue.Result{}, ctx.Err()
			}
			return echo(ctx, e)
		}
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		for range 5 {
			b.stop()
			b.start()
			synctest.Wait()
		}
		b.stop()
		ready.Store(true)
		b.start()
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
	})
}

func TestStoppingDoesNotWaitForAHang(t *testing.T) {
	inBubble(t, func(b *bot) {
		release := make(chan struct{})
		defer close(release)
		b.handle = func(context.Context, chat.Event) (queue.Result, error) {
			<-release
			return queue.Result{}, nil
		}
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		began := time.Now()
		b.stop()
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("stopping took %v", took)
		}
	})
}

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
				time.Sleep(23 * time.Hour) // waiting for a key does not count
				b.unlock()
				b.server.wantOwn(t, salon, test.want...)
				dropped := int64(0)
				if test.want == nil {
					dropped = 1
				}
				if got := b.queue.Counts().Dropped.Load(); got != dropped {
					t.Errorf("%d events dropped, want %d", got, dropped)
				}
				batch, _ := b.batch(0) // dropped or not, it is known
				if err := b.queue.Accept(b.ctx, batch); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				b.server.wantOwn(t, salon, test.want...)
			})
		})
	}
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
		b.server.wantOwn(t, salon, "second") // the others do not wait for the key
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

// Accepting goes on while every worker is busy and rooms queue up.
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
