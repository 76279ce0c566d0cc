package main

import (
	"context"
	"fmt"
	"time"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// measureLatency measures how long a command waits for its answer. It asks the bot and
// the echo bot in turn, each in an unencrypted and in an encrypted room.
func measureLatency(ctx context.Context, s *stage) ([]figure, error) {
	person, err := contest.NewPerson(ctx, s.hs)
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
		measured, err := latencies(ctx, s, person, encrypted)
		if err != nil {
			return figures, err
		}
		ours, theirs := measured[0], measured[1]
		figures = append(figures,
			figure{name: fmt.Sprintf("command to answer, %s room, p50", kind), unit: "ms", values: ours.took},
			figure{name: "  " + s.other.Name(), unit: "ms", values: theirs.took},
			figure{name: "  ratio", values: ratios(ours.took, theirs.took), aim: 1.15, atMost: true},
			figure{name: "  processor time per command", unit: "ms", values: ours.worked},
			figure{name: "  " + s.other.Name(), unit: "ms", values: theirs.worked},
		)
	}
	return figures, nil
}

// startBoth stops both bots and starts them again. It does not wait until they are
// ready.
func (s *stage) startBoth(ctx context.Context) error {
	for _, c := range []contest.Contestant{s.bot, s.other} {
		c.Stop()
		if err := c.Launch(ctx); err != nil {
			return err
		}
	}
	return nil
}

// latency holds, for each run, the median time of one bot's answers and its processor
// time per command, in milliseconds.
type latency struct {
	took   []float64 // medians, from the sending of a command to the arrival of its answer
	worked []float64 // the bot's processor time per command
}

// latencies measures how long both bots take to answer the person, by turns, in
// encrypted or in unencrypted rooms. The first element of the result belongs to the
// measured bot, the second to the bot for comparison. The first run only warms the bots
// up and does not count.
func latencies(ctx context.Context, s *stage, person *testkit.Client, encrypted bool) (measured [2]latency, err error) {
	contestants := []contest.Contestant{s.bot, s.other}
	var rooms [2]contest.Room
	for i, with := range contestants {
		if rooms[i], err = contest.NewRoom(ctx, person, with, encrypted); err != nil {
			return measured, err
		}
	}
	for run := -1; run < s.plan.runs; run++ {
		pairs := s.plan.pairs
		if run < 0 {
			pairs = s.plan.warmUp
		}
		var took [2][]float64
		var worked [2]time.Duration
		for i, c := range contestants {
			if worked[i], err = contest.ProcessorTime(c.PID()); err != nil {
				return measured, err
			}
		}
		for n := range pairs {
			for i := range rooms {
				if n%2 == 1 {
					i = 1 - i // the bots take turns to go first
				}
				d, err := rooms[i].TimeAnswer(ctx, n)
				if err != nil {
					return measured, err
				}
				took[i] = append(took[i], float64(d.Microseconds())/1000)
			}
		}
		if run < 0 {
			continue
		}
		for i, c := range contestants {
			until, err := contest.ProcessorTime(c.PID())
			if err != nil {
				return measured, err
			}
			measured[i].took = append(measured[i].took, contest.Median(took[i]))
			measured[i].worked = append(measured[i].worked, float64((until-worked[i]).Milliseconds())/float64(pairs))
		}
	}
	return measured, nil
}
