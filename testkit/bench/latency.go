package main

import (
	"context"
	"fmt"
	"time"

	"heraut/testkit"
)

// measureLatency measures from a command's sending to its answer's arrival, by
// turns with both bots, in a clear and in an encrypted room of each.
func measureLatency(ctx context.Context, s *stage) ([]figure, error) {
	person, err := s.person(ctx)
	if err != nil {
		return nil, err
	}
	defer person.Close()
	if err := s.startBoth(ctx); err != nil {
		return nil, err
	}
	var figures []figure
	for _, encrypted := range []bool{false, true} {
		kind := map[bool]string{false: "clear", true: "encrypted"}[encrypted]
		ours, theirs, err := latencies(ctx, s, person, encrypted)
		if err != nil {
			return figures, err
		}
		figures = append(figures,
			figure{name: fmt.Sprintf("command to answer, %s room, p50", kind), unit: "ms", values: ours},
			figure{name: fmt.Sprintf("command to answer, %s room, echo bot, p50", kind), unit: "ms", values: theirs},
			figure{name: "  ratio", values: ratios(ours, theirs), aim: 1.15, atMost: true},
		)
	}
	return figures, nil
}

// startBoth starts both bots anew.
func (s *stage) startBoth(ctx context.Context) error {
	for _, c := range []contestant{s.bot, s.echo} {
		c.stop()
		if err := c.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// latencies returns the medians of each run, in milliseconds.
func latencies(ctx context.Context, s *stage, person *testkit.Client, encrypted bool) (ours, theirs []float64, err error) {
	var rooms [2]room
	for i, with := range []contestant{s.bot, s.echo} {
		if rooms[i], err = newRoom(ctx, person, with, encrypted); err != nil {
			return nil, nil, err
		}
	}
	for run := -1; run < s.plan.runs; run++ {
		pairs := s.plan.pairs
		if run < 0 {
			pairs = s.plan.warmUp
		}
		var took [2][]float64
		for n := range pairs {
			for i := range rooms {
				if n%2 == 1 {
					i = 1 - i // neither is always the first
				}
				d, err := rooms[i].timeAnswer(ctx, n)
				if err != nil {
					return nil, nil, err
				}
				took[i] = append(took[i], float64(d.Microseconds())/1000)
			}
		}
		if run >= 0 {
			ours, theirs = append(ours, median(took[0])), append(theirs, median(took[1]))
		}
	}
	return ours, theirs, nil
}

func (r room) timeAnswer(ctx context.Context, n int) (time.Duration, error) {
	began := time.Now()
	command, err := r.ask(ctx, n)
	if err != nil {
		return 0, err
	}
	if err := r.answered(ctx, command); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}
