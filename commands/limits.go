package commands

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many answers are given within a time. The zero value is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Limits are those of each person and of each room.
type Limits struct{ Person, Room Rate }

// verdict is what a limit says of one more answer.
type verdict int

const (
	within   verdict = iota
	overOnce         // over the limit, which is to be said
	over             // over the limit, which was said
)

// limiter counts answers by key: a bucket of Count answers that fills up again
// at an even pace. What it counted is forgotten when the process ends.
type limiter struct {
	rate Rate

	mu      sync.Mutex
	buckets map[string]*bucket
	sweepAt int
}

type bucket struct {
	*rate.Limiter
	last time.Time
	told bool
}

// sweepFrom is the number of buckets from which the full ones are dropped.
const sweepFrom = 1000

func newLimiter(r Rate) *limiter {
	return &limiter{rate: r, buckets: map[string]*bucket{}, sweepAt: sweepFrom}
}

// allow counts one answer for key at a time that the sender's server told: one
// that lies in the future, or before former ones, gains nothing.
func (l *limiter) allow(key string, at time.Time) verdict {
	if l.rate.Count <= 0 || l.rate.Per <= 0 {
		return within
	}
	if now := time.Now(); at.After(now) {
		at = now
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		l.sweep(at)
		every := l.rate.Per / time.Duration(l.rate.Count)
		b = &bucket{Limiter: rate.NewLimiter(rate.Every(every), l.rate.Count)}
		l.buckets[key] = b
	}
	if at.After(b.last) {
		b.last = at
	}
	switch {
	case b.AllowN(b.last, 1):
		b.told = false
		return within
	case b.told:
		return over
	}
	b.told = true
	return overOnce
}

// sweep keeps the buckets from piling up: a full one says no more than none.
func (l *limiter) sweep(at time.Time) {
	if len(l.buckets) < l.sweepAt {
		return
	}
	for key, b := range l.buckets {
		if b.TokensAt(at) >= float64(l.rate.Count) {
			delete(l.buckets, key)
		}
	}
	l.sweepAt = max(sweepFrom, 2*len(l.buckets))
}
