package queue_test

import (
	"context"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"heraut/chat"
	"heraut/queue"
)

// WaitIdle lasts until every answer that may go now is sent, and at most for its limit.
func TestWaitIdle(t *testing.T) {
	const within = 100 * time.Millisecond
	for name, test := range map[string]struct {
		handling, sending time.Duration
		pace              rate.Limit
		said              string
		want              time.Duration
	}{
		"nothing came":     {},
		"nothing to send":  {handling: 30 * time.Millisecond, said: "bonjour", want: 30 * time.Millisecond},
		"one answer":       {handling: 30 * time.Millisecond, sending: 20 * time.Millisecond, said: "!a", want: 50 * time.Millisecond},
		"two answers":      {sending: 20 * time.Millisecond, said: "!a|b", want: 40 * time.Millisecond},
		"too many answers": {sending: 20 * time.Millisecond, said: "!a|b|c|d|e|f", want: within},
		"a slow handler":   {handling: time.Second, said: "!a", want: within},
		"held by the pace": {sending: 20 * time.Millisecond, pace: 1, said: "!a|b", want: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					time.Sleep(test.handling)
					return echo(ctx, e)
				}
				if test.pace > 0 {
					b.config.Pace = rate.NewLimiter(test.pace, 1)
				}
				b.server.fail(slow(test.sending))
				b.start()
				b.sync()
				if test.said != "" {
					b.server.say(salon, test.said)
				}
				if err := b.trySync(nil); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				b.queue.WaitIdle(b.ctx, within)
				if took := time.Since(began); took != test.want {
					t.Errorf("it took %s, want %s", took, test.want)
				}
			})
		})
	}
}

// WaitIdle waits for a post that the pace held back once its attempt is under way.
func TestWaitIdleAfterThePace(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Pace = rate.NewLimiter(1, 1)
		b.server.fail(slow(20 * time.Millisecond))
		b.start()
		b.server.say(salon, "!a|b")
		b.sync()
		time.Sleep(1010 * time.Millisecond) // the post "b" is under way
		began := time.Now()
		b.queue.WaitIdle(b.ctx, 100*time.Millisecond)
		if took := time.Since(began); took != 10*time.Millisecond {
			t.Errorf("it took %s, want 10ms", took)
		}
	})
}
