package fetch

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestPaceBacksOff(t *testing.T) {
	broken := errors.New("broken")
	asked := fmt.Errorf("get x: %w", &StatusError{Code: 429, RetryAfter: 10 * time.Hour})
	for name, c := range map[string]struct {
		every time.Duration
		errs  []error
		want  []time.Duration
	}{
		"healthy": {2 * time.Hour, []error{nil, nil}, []time.Duration{2 * time.Hour, 2 * time.Hour}},
		"up to a long interval": {
			150 * time.Minute,
			[]error{broken, broken, broken, broken, broken, broken, broken, broken, broken, broken},
			minutes(1, 2, 4, 8, 16, 32, 64, 128, 150, 150),
		},
		"beyond a short interval": {
			15 * time.Minute,
			[]error{broken, broken, broken, broken, broken, broken, broken, broken},
			minutes(1, 2, 4, 8, 16, 32, 60, 60),
		},
		"from a very short one": {
			time.Second,
			[]error{broken, broken, broken},
			[]time.Duration{time.Second, 2 * time.Second, 4 * time.Second},
		},
		"recovers": {time.Hour, []error{broken, broken, nil, broken}, minutes(1, 2, 60, 1)},
		"as asked": {time.Hour, []error{asked, broken}, minutes(600, 2)},
	} {
		t.Run(name, func(t *testing.T) {
			p := NewPace(c.every)
			for i, err := range c.errs {
				tolerance := c.want[i] / 4
				if err == nil {
					tolerance = c.want[i] / 10
				}
				if got := p.Next(err); (got - c.want[i]).Abs() > tolerance+1 {
					t.Errorf("wait %d: %s, want about %s", i, got, c.want[i])
				}
			}
		})
	}
}

func TestPaceSpreads(t *testing.T) {
	p, q := NewPace(time.Hour), NewPace(time.Hour)
	for range 10 {
		if p.Next(nil) != q.Next(nil) {
			return
		}
	}
	t.Error("two sources are always asked together")
}

func minutes(ns ...int) []time.Duration {
	var ds []time.Duration
	for _, n := range ns {
		ds = append(ds, time.Duration(n)*time.Minute)
	}
	return ds
}
