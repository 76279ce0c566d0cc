// Package wait sleeps, wakes loops and computes back-offs, for the whole tree.
package wait

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// For waits for the duration d, or until ctx ends. It returns false if ctx has ended,
// true otherwise. It does not wait if d is not positive.
func For(ctx context.Context, d time.Duration) bool { return Signal(nil).For(ctx, d) }

// Signal is a channel by which goroutines wake the one loop that waits with its method
// For. Setting it several times before the loop waits wakes the loop once. It is safe
// for concurrent use. The zero value never wakes the loop.
type Signal chan struct{}

// NewSignal returns a Signal that is not set.
func NewSignal() Signal { return make(Signal, 1) }

// Set wakes the loop now, or makes its next call of For return at once. It never blocks.
func (s Signal) Set() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// For waits for the duration d, until the signal is set, or until ctx ends, and clears
// the signal if that ends the wait. It returns false if ctx has ended, true otherwise.
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

// Backoff returns how long to wait after a number of failures in a row. After the first
// failure (failures is 1 or less), it is a random time between half of first and first;
// each further failure doubles both limits, until the upper one is longest.
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
