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

// guard is a queue.Guard that decides by a function and records how posts ended.
type guard struct {
	check func(row queue.Row) (queue.Verdict, error)
	ended []queue.State
	told  func(ctx context.Context) // by Ended; nil: nobody
}

func (g *guard) Check(_ context.Context, row queue.Row) (queue.Verdict, error) { return g.check(row) }

func (g *guard) Ended(ctx context.Context, row queue.Row) error {
	g.ended = append(g.ended, row.State)
	if g.told != nil {
		g.told(ctx)
	}
	return nil
}

// guarded returns a post that names the guard "g".
func guarded(html string) chat.Post {
	return chat.Post{Room: salon, HTML: html, Guard: chat.Guard{By: "g", About: "it"}}
}

func TestGuards(t *testing.T) {
	for name, test := range map[string]struct {
		verdict func(b *bot) (queue.Verdict, error)
		want    []string
		ended   []queue.State
	}{
		"lets it go": {func(*bot) (queue.Verdict, error) { return queue.Verdict{}, nil }, []string{"a"}, []queue.State{queue.Sent}},
		"withholds": {func(b *bot) (queue.Verdict, error) {
			return queue.Verdict{Withhold: "no", Change: func(ctx context.Context) error {
				return b.queue.Post(ctx, "told", chat.Post{Room: salon, HTML: "told"})
			}}, nil
		}, []string{"told"}, nil},
		"replaces": {func(*bot) (queue.Verdict, error) {
			other := guarded("b")
			return queue.Verdict{Instead: &other}, nil
		}, []string{"b"}, []queue.State{queue.Sent}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				g := &guard{}
				g.check = func(queue.Row) (queue.Verdict, error) { return test.verdict(b) }
				b.config.Guards = map[string]queue.Guard{"g": g}
				b.start()
				b.post("cause", guarded("a"))
				time.Sleep(10 * time.Second)
				synctest.Wait()
				b.server.wantOwn(t, salon, test.want...)
				if len(g.ended) != len(test.ended) || len(test.ended) > 0 && g.ended[0] != test.ended[0] {
					t.Errorf("ended: %v, want %v", g.ended, test.ended)
				}
			})
		})
	}
}

// A guard is told that a post was sent in the transaction that stores it.
func TestGuardsAreToldInTheTransaction(t *testing.T) {
	inBubble(t, func(b *bot) {
		g := &guard{check: func(queue.Row) (queue.Verdict, error) { return queue.Verdict{}, nil }}
		committed := false
		g.told = func(ctx context.Context) {
			b.db.AfterCommit(ctx, func() { committed = true })
			if committed {
				t.Error("the guard is told outside a transaction")
			}
		}
		b.config.Guards = map[string]queue.Guard{"g": g}
		b.start()
		b.post("cause", guarded("a"))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if !committed {
			t.Error("the guard was not told")
		}
	})
}

// The queue asks a guard before each attempt, and again right before the event is
// made.
func TestGuardsAreAskedAtEachAttempt(t *testing.T) {
	inBubble(t, func(b *bot) {
		var open atomic.Bool
		g := &guard{check: func(queue.Row) (queue.Verdict, error) {
			if open.Load() {
				return queue.Verdict{Withhold: "opened"}, nil
			}
			return queue.Verdict{}, nil
		}}
		b.config.Guards = map[string]queue.Guard{"g": g}
		b.start()
		b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			open.Store(true) // the verdict changes while the room's key is shared
			if err := o.Check(ctx); err != nil {
				return "", err
			}
			return s.take(o)
		})
		b.post("cause", guarded("a"))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon)
		if got := b.queue.Counts().Withheld.Load(); got != 1 {
			t.Errorf("%d withheld", got)
		}
	})
}

// A guard that fails holds up its post alone; a post whose guard is missing is
// withheld.
func TestGuardsThatFail(t *testing.T) {
	inBubble(t, func(b *bot) {
		var broken atomic.Bool
		broken.Store(true)
		g := &guard{check: func(queue.Row) (queue.Verdict, error) {
			if broken.Load() {
				return queue.Verdict{}, errors.New("broken")
			}
			return queue.Verdict{}, nil
		}}
		b.config.Guards = map[string]queue.Guard{"g": g}
		b.start()
		b.post("cause", guarded("a"))
		b.post("other", chat.Post{Room: "!other:example.org", HTML: "b"})
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, "!other:example.org", "b")
		b.server.wantOwn(t, salon)
		broken.Store(false)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
		nobody := guarded("c")
		nobody.Guard.By = "nobody"
		b.post("third", nobody)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
	})
}

// muted is a fault: the bot lacks the power to send in the room.
func muted(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
	return "", &queue.Blocked{Cause: errors.New("power")}
}

// A post that a room refuses for want of power waits, over a restart, until the power
// levels change. The bot announces once that this begins and once that it ends.
func TestBlockedRooms(t *testing.T) {
	inBubble(t, func(b *bot) {
		var told []bool
		b.config.Blocked = func(_ context.Context, _ chat.RoomID, blocked bool) ([]chat.Post, error) {
			told = append(told, blocked)
			return nil, nil
		}
		b.start()
		b.server.failNext(muted, muted, muted, muted)
		b.post("cause", chat.Post{Room: salon, HTML: "a"}, chat.Post{Room: salon, HTML: "b", Priority: chat.Relay})
		time.Sleep(time.Minute)
		b.stop()
		b.start()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon)
		if err := b.queue.Accept(b.ctx, queue.Batch{Began: time.Now(), Powers: []chat.RoomID{salon}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // both posts are refused again
		if err := b.queue.Accept(b.ctx, queue.Batch{Began: time.Now(), Powers: []chat.RoomID{salon}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a", "b")
		if len(told) != 2 || !told[0] || told[1] {
			t.Errorf("told %v", told)
		}
	})
}

// A blocked post fails after a day.
func TestBlockedForADay(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.fail(muted)
		b.post("cause", chat.Post{Room: salon, HTML: "a"})
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		if got := b.queue.Counts().Refused.Load(); got != 0 {
			t.Error("it was given up early")
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := b.queue.Counts().Refused.Load(); got != 1 {
			t.Errorf("%d given up", got)
		}
	})
}
