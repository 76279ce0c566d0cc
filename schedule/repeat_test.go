package schedule

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		var rounds []time.Duration
		var failures []string
		Repeat(ctx, time.Minute, func(_ context.Context, now time.Time) error {
			rounds = append(rounds, now.Sub(began))
			switch len(rounds) {
			case 2:
				return errors.New("failed once")
			case 3:
				cancel()
				return errors.New("failed since ctx has ended")
			}
			return nil
		}, func(err error) { failures = append(failures, err.Error()) })
		if want := []time.Duration{0, time.Minute, 2 * time.Minute}; !slices.Equal(rounds, want) {
			t.Errorf("rounds after %v, want %v", rounds, want)
		}
		if want := []string{"failed once"}; !slices.Equal(failures, want) {
			t.Errorf("failures %q, want %q", failures, want)
		}
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	Repeat(ended, time.Minute, func(context.Context, time.Time) error { t.Error("it runs after the end"); return nil }, func(error) {})
}
