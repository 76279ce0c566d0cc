package wait_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"heraut/wait"
)

// The wait doubles up to the longest, and lies between half of that and the whole.
func TestBackoff(t *testing.T) {
	for failures, most := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 5 * time.Second, 1e9: 5 * time.Second} {
		shortest, longest := time.Hour, time.Duration(0)
		for range 1000 {
			d := wait.Backoff(failures, time.Second, 5*time.Second)
			shortest, longest = min(shortest, d), max(longest, d)
		}
		if shortest < most/2 || longest > most || longest-shortest < most/4 {
			t.Errorf("after %d failures: %v to %v, want %v to %v", failures, shortest, longest, most/2, most)
		}
	}
}

// A wait ends with its time, its signal or its context, whichever comes first.
func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		if s := wait.NewSignal(); !s.For(ctx, time.Minute) || time.Since(began) != time.Minute {
			t.Error("without a signal, the wait did not end with its time")
		}
		s := wait.NewSignal()
		s.Set()
		s.Set()
		if !s.For(ctx, time.Minute) || time.Since(began) != time.Minute {
			t.Error("a signal did not end the wait")
		}
		if !s.For(ctx, time.Minute) || time.Since(began) != 2*time.Minute {
			t.Error("two signals woke twice")
		}
		time.AfterFunc(time.Second, cancel)
		if wait.For(ctx, time.Minute) || time.Since(began) != 2*time.Minute+time.Second {
			t.Error("the context did not end the wait")
		}
	})
}
