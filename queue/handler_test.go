package queue_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

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

// The move of a room is tried without limit.
func TestMoveIsTriedUntilItSucceeds(t *testing.T) {
	inBubble(t, func(b *bot) {
		var tries atomic.Int64
		b.handle = func(context.Context, chat.Event) (queue.Result, error) {
			if tries.Add(1) <= 5 {
				return queue.Result{}, errChange
			}
			return queue.Result{}, nil
		}
		b.start()
		now := time.Now()
		e := &chat.Event{ID: "moved/$upgrade", Room: salon, At: now, Moved: &chat.Moved{To: bureau}}
		err := b.queue.Accept(context.WithoutCancel(t.Context()), queue.Batch{
			Received: now, Arrivals: []queue.Arrival{{ID: e.ID, Room: e.Room, At: now, Event: e}},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got, failed := tries.Load(), b.queue.Counts().Failed.Load(); got != 6 || failed != 0 {
			t.Errorf("%d tries, %d failed", got, failed)
		}
	})
}

// The room gets an apology when the handler fails.
func TestApology(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Apology = func(e chat.Event) []chat.Post { return []chat.Post{{Room: e.Room, HTML: "sorry"}} }
		b.handle = func(context.Context, chat.Event) (queue.Result, error) { panic("in the handler") }
		b.start()
		b.server.say(salon, "!bad")
		b.sync()
		synctest.Wait()
		b.server.wantOwn(t, salon, "sorry")
	})
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
						err = errChange // the write is undone
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

// An event whose handling kills the process is given up at the fourth try.
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
