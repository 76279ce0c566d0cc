package commands

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiterForgetsTheQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Rate{Count: 2, Per: time.Minute})
		for n := range 50_000 {
			if l.allow(strconv.Itoa(n), time.Now()) != within {
				t.Fatal("a first answer was refused")
			}
			time.Sleep(time.Second)
		}
		if n := len(l.buckets); n > 2*sweepFrom {
			t.Errorf("%d are remembered", n)
		}
	})
}

func TestLimiterStandsWrongClocks(t *testing.T) {
	tests := map[string]time.Duration{
		"in the future": 100 * 365 * 24 * time.Hour,
		"in the past":   -time.Hour,
	}
	for name, wrong := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(Rate{Count: 2, Per: time.Minute})
				steps := []struct {
					after, clock time.Duration
					want         verdict
				}{
					{0, 0, within},
					{0, wrong, within},
					{0, wrong, overOnce},
					{0, 0, overAgain},
					{0, wrong, overAgain},
					{30 * time.Second, 0, within},
					{0, wrong, overOnce},
				}
				for i, s := range steps {
					time.Sleep(s.after)
					if got := l.allow("a", time.Now().Add(s.clock)); got != s.want {
						t.Errorf("step %d: got %v, want %v", i+1, got, s.want)
					}
				}
			})
		})
	}
}
