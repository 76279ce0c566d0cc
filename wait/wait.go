// Package wait sleeps, wakes loops and computes back-offs, for the whole tree.
package wait

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// For waits for d, or until ctx ends; it then returns false. It does not wait if d is
// not positive.
func For(ctx context.Context, d time.Duration) bool { return Signal(nil).For(ctx, d) }

// Signal wakes the one loop that waits for it. Setting it several times before the loop
// waits wakes the loop once. It is safe for concurrent use. The zero value never wakes.
type Signal chan struct{}

// NewSignal returns a Signal that is not set.
func NewSignal() Signal { return make(Signal, 1) }

// Set wakes the loop, now or when it waits next.
func (s Signal) Set() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// For waits for d, until the signal is set, or until ctx ends; it then returns false.
func (s Signal) For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-s:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// Backoff returns how long to wait after the given number of failures in a row, from 1:
// at most first, doubled for each further failure up to longest, and at least half of
// that, at random.
func Backoff(failures int, first, longest time.Duration) time.Duration {
	b := backoff.ExponentialBackOff{
		InitialInterval: first * 3 / 4, MaxInterval: longest * 3 / 4, Multiplier: 2, RandomizationFactor: 1.0 / 3,
	}
	b.Reset()
	for range min(failures, most) - 1 {
		b.NextBackOff()
	}
	return b.NextBackOff()
}

// most is the number of failures after which Backoff grows no more: a second doubled so
// often is longer than a century.
const most = 32
