package main

import (
	"context"
	"fmt"
	"time"

	"heraut/testkit/contest"
)

// measureDrain measures how fast each of both bots, after a start, answers the commands
// that were sent while it was down, in the rooms of a crowd of that size. It returns
// the times, the rates and the processor times.
func measureDrain(ctx context.Context, s *stage, size contest.CrowdSize) ([]figure, error) {
	if err := s.startBoth(ctx); err != nil {
		return nil, err
	}
	contestants := []contest.Contestant{s.bot, s.other}
	var crowds [2]*contest.Crowd
	for i, c := range contestants {
		var err error
		if crowds[i], err = contest.NewCrowd(ctx, s.hs, c, size); err != nil {
			return nil, err
		}
		defer crowds[i].Close()
	}
	var rates, totals, worked, served [2][]float64
	for range s.plan.drains {
		for i, crowd := range crowds {
			for _, c := range contestants {
				c.Stop()
			}
			d, err := drain(ctx, crowd, s.plan.perRoom, s.hs.PID())
			if err != nil {
				return nil, err
			}
			rates[i] = append(rates[i], d.perSecond())
			totals[i] = append(totals[i], d.total.Seconds())
			worked[i] = append(worked[i], d.perCommand(d.worked))
			served[i] = append(served[i], d.perCommand(d.served))
		}
	}
	kind := map[bool]string{false: "clear", true: "encrypted"}[size.Encrypted]
	return []figure{
		{name: fmt.Sprintf("%d commands waiting in %d %s rooms, from start", size.Rooms*s.plan.perRoom, size.Rooms, kind), unit: "s", values: totals[0]},
		{name: "  " + s.other.Name(), unit: "s", values: totals[1]},
		{name: "  first to last answer, answers per second", unit: "/s", values: rates[0]},
		{name: "  " + s.other.Name(), unit: "/s", values: rates[1]},
		{name: "  ratio of answers per second", values: ratios(rates[0], rates[1]), aim: 0.8},
		{name: "  processor time per command, with the start", unit: "ms", values: worked[0]},
		{name: "  " + s.other.Name(), unit: "ms", values: worked[1]},
		{name: "  the homeserver's meanwhile", unit: "ms", values: served[0]},
		{name: "  with the " + s.other.Name(), unit: "ms", values: served[1]},
	}, nil
}

// drained holds the measurements of one start with waiting commands: the number of
// answers, how long they took, and the processor time of the bot and the homeserver.
type drained struct {
	answers int
	total   time.Duration // from the start of the process to the last answer
	span    time.Duration // from the first answer to the last
	worked  time.Duration // the bot's processor time
	served  time.Duration // the homeserver's processor time
}

func (d drained) perSecond() float64 { return float64(d.answers-1) / d.span.Seconds() }

// perCommand returns the time t divided by the number of answers, in milliseconds.
func (d drained) perCommand(t time.Duration) float64 {
	return float64(t.Microseconds()) / 1000 / float64(d.answers)
}

// drain sends perRoom commands to each room of the crowd c while the crowd's bot is
// down, starts the bot, and waits for all answers, until none comes for a minute. The
// times of the answers are by the homeserver's clock. homeserver is the id of the
// homeserver's process, whose processor time drain measures too. A command without an
// answer is an error.
func drain(ctx context.Context, c *contest.Crowd, perRoom, homeserver int) (d drained, err error) {
	commands, err := c.Ask(ctx, perRoom)
	if err != nil {
		return d, err
	}
	before, err := contest.ProcessorTime(homeserver)
	if err != nil {
		return d, err
	}
	began := time.Now()
	if err := c.With.Launch(ctx); err != nil {
		return d, err
	}
	o, err := c.Settle(ctx, commands, time.Minute)
	if err != nil {
		return d, err
	}
	if o.Lost > 0 {
		return d, fmt.Errorf("%d of %d commands have no answer", o.Lost, o.Lost+o.Answered)
	}
	after, err := contest.ProcessorTime(homeserver)
	if err != nil {
		return d, err
	}
	worked, err := contest.ProcessorTime(c.With.PID())
	return drained{answers: o.Answered, total: o.Last.Sub(began), span: o.Last.Sub(o.First), worked: worked, served: after - before}, err
}
