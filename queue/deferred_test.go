package queue_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
)

// slowly decides on "!slow…" after ten seconds, and on everything else at once. It
// counts the slow decisions that run, and the most that ran at once.
func slowly(running, most *atomic.Int64) handlerFunc {
	return func(ctx context.Context, e chat.Event) (queue.Result, error) {
		if e.Message == nil || len(e.Message.Body) < 5 || e.Message.Body[:5] != "!slow" {
			return echo(ctx, e)
		}
		return queue.Result{Later: func(ctx context.Context) (queue.Result, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			select {
			case <-ctx.Done():
				return queue.Result{}, ctx.Err()
			case <-time.After(10 * time.Second):
			}
			return echo(ctx, e)
		}}, nil
	}
}

func TestSlowDecisionsHoldUpNobody(t *testing.T) {
	inBubble(t, func(b *bot) {
		var running, most atomic.Int64
		b.handle = slowly(&running, &most)
		b.start()
		const slow = 10
		for i := range slow {
			b.server.say(chat.RoomID(fmt.Sprintf("!r%d", i)), "!slow")
		}
		b.server.say(salon, "!slow")
		b.server.say(salon, "!next")
		b.sync()
		b.server.wantOwn(t, salon, "next")
		time.Sleep(time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon, "next", "slow")
		for i := range slow {
			b.server.wantOwn(t, chat.RoomID(fmt.Sprintf("!r%d", i)), "slow")
		}
		if most.Load() != 4 {
			t.Errorf("%d ran at once", most.Load())
		}
		b.server.wantNoDuplicates(t)
	})
}

// A restart loses no slow decision, and repeats none.
func TestSlowDecisionsSurviveRestarts(t *testing.T) {
	for name, end := range map[string]func(b *bot){"stopped": (*bot).stop, "killed": (*bot).kill} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				var running, most atomic.Int64
				b.handle = slowly(&running, &most)
				b.start()
				b.server.say(salon, "!slow")
				b.server.say(salon, "!next")
				b.sync()
				time.Sleep(5 * time.Second)
				end(b)
				b.start()
				b.sync()
				time.Sleep(time.Minute)
				b.settle()
				b.server.wantOwn(t, salon, "next", "slow")
				b.server.wantNoDuplicates(t)
			})
		})
	}
}

// A message that is deleted during its slow decision gets no answer.
func TestSlowDecisionOnADeletedMessage(t *testing.T) {
	inBubble(t, func(b *bot) {
		var running, most atomic.Int64
		b.handle = slowly(&running, &most)
		b.start()
		id := b.server.say(salon, "!slow")
		b.sync()
		b.server.remove(salon, id)
		b.sync()
		time.Sleep(time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon)
	})
}

func TestSlowDecisionsThatFail(t *testing.T) {
	for name, fails := range map[string]func(ctx context.Context) (queue.Result, error){
		"error": func(context.Context) (queue.Result, error) { return queue.Result{}, errors.New("no idea") },
		"panic": func(context.Context) (queue.Result, error) { panic("in the decision") },
		"waits": func(ctx context.Context) (queue.Result, error) { <-ctx.Done(); return queue.Result{}, ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.config.Apology = func(e chat.Event) []chat.Post { return []chat.Post{{Room: e.Room, HTML: "sorry"}} }
				b.handle = func(context.Context, chat.Event) (queue.Result, error) { return queue.Result{Later: fails}, nil }
				b.start()
				b.server.say(salon, "!slow")
				b.sync()
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				b.server.wantOwn(t, salon, "sorry")
				if got := b.queue.Counts().Failed.Load(); got != 1 {
					t.Errorf("%d events failed", got)
				}
			})
		})
	}
}

// A decision that is out of date when it is committed is made anew, and the log tells
// operators of no error, whether the decision was slow or not.
func TestDecisionThatIsOutOfDate(t *testing.T) {
	for _, slow := range []bool{false, true} {
		for level, failure := range map[string]error{
			"debug": fmt.Errorf("edited: %w", queue.ErrOutdated), "error": errors.New("the disk is full"),
		} {
			t.Run(fmt.Sprintf("slow %t, %s", slow, level), func(t *testing.T) {
				inBubble(t, func(b *bot) {
					var log strings.Builder
					b.log = zerolog.New(&log)
					b.handle = failsOnce(slow, failure)
					b.start()
					b.server.say(salon, "!slow")
					b.sync()
					time.Sleep(time.Minute)
					synctest.Wait()
					b.server.wantOwn(t, salon, "slow")
					b.stop()
					if told := strings.Contains(log.String(), `"level":"error"`); told != (level == "error") || !strings.Contains(log.String(), level) {
						t.Errorf("the log says\n%s", log.String())
					}
				})
			})
		}
	}
}

// failsOnce returns a handler that echoes, and whose first change of the database fails
// with failure. Its decisions are slow ones (Result.Later) if slow is true.
func failsOnce(slow bool, failure error) handlerFunc {
	decide := func(ctx context.Context, e chat.Event) (queue.Result, error) {
		result, err := echo(ctx, e)
		result.Change = func(context.Context) error {
			defer func() { failure = nil }()
			return failure
		}
		return result, err
	}
	if !slow {
		return decide
	}
	return func(_ context.Context, e chat.Event) (queue.Result, error) {
		return queue.Result{Later: func(ctx context.Context) (queue.Result, error) { return decide(ctx, e) }}, nil
	}
}
