package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"heraut/testkit/contest"
)

// starveSize is the size of a measurement in which one person attacks the bot again and
// again to slow down the others. Each round has one attack; feeds, events and devices
// count what the person adds in one attack.
type starveSize struct {
	rounds  int           // of a calm phase and an attack
	calm    time.Duration // the length of a calm phase
	feeds   int           // feeds that never answer
	events  int           // events that nobody can decrypt
	devices int           // devices of the attacker, each announced once
	slow    time.Duration // how long a query for them takes
	lasts   time.Duration // the length of an attack
}

// longestWait bounds the wait for one answer. A longer one counts as that long: on a
// busy machine the homeserver may deliver a key so late that the person's client no
// longer waits for it, and never shows the answer.
const longestWait = 30 * time.Second

// waits holds the times from the commands of a phase to their answers, in milliseconds:
// the first element those of the measured bot, the second those of the bot for
// comparison.
type waits [2][]float64

func (w waits) p99(i int) float64 { return contest.Percentile(w[i], 99) }

// measureStarvation measures one person's commands while another one requests dead
// feeds, floods a room with undecryptable events, and adds devices whose query is slow.
// The flood and the announcements of devices reach the bot inside the homeserver's sync
// responses, where the proxy adds them: sent through a homeserver on the same two cores,
// they slow down a bot that nobody attacks as much as the attacked one, and the figure is
// the homeserver's. Calm phases and attacks take turns, so that a change of the machine's
// load affects both.
func measureStarvation(ctx context.Context, s *stage) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "heraut-bench-starve-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.bot.Stop()
	a, err := newAttack(ctx, s, dir)
	if err != nil {
		return nil, err
	}
	defer a.close()
	s.other.Stop()
	if err := s.other.Launch(ctx); err != nil {
		return nil, err
	}
	person, err := contest.NewPerson(ctx, s.hs)
	if err != nil {
		return nil, err
	}
	defer person.Close()
	var rooms [2]contest.Room
	for i, with := range []contest.Contestant{a.Bot, s.other} {
		if rooms[i], err = contest.NewRoom(ctx, person, with, true); err != nil {
			return nil, err
		}
		if _, err := rooms[i].TimeAnswer(ctx, 0); err != nil { // shares the first keys
			return nil, err
		}
	}
	var calm, starved waits
	for round := range a.size.rounds {
		if round > 0 {
			if err := a.settle(ctx); err != nil {
				return nil, err
			}
		}
		end := time.Now().Add(a.size.calm)
		if err := calm.ask(ctx, rooms, func() bool { return time.Now().Before(end) }); err != nil {
			return nil, err
		}
		if err := starved.askDuring(ctx, rooms, func() error { return a.storm(ctx) }); err != nil {
			return nil, err
		}
	}
	return a.figures(calm, starved), nil
}

func (a *attack) figures(calm, starved waits) []figure {
	one := func(name, unit string, value float64) figure {
		return figure{name: name, unit: unit, values: []float64{value}}
	}
	ratio := one("  ratio to calm", "", starved.p99(0)/calm.p99(0))
	ratio.aim, ratio.atMost = 2, true
	done := fmt.Sprintf("  %d feeds, %d events, %d devices in all; p99 of", a.feeds.Load(), a.events.Load(), a.devices.Load())
	return []figure{
		one("command in a calm moment, p99", "ms", calm.p99(0)),
		one("command while another starves the bot, p99", "ms", starved.p99(0)),
		one(done, "", float64(len(starved[0]))),
		ratio,
		one("  echo bot, which nobody attacks, ratio to calm", "", starved.p99(1)/calm.p99(1)),
	}
}

// ask sends commands to both bots alternately, at least once and while more returns
// true, and adds the times of their answers to w. A time is at most longestWait, also
// for an answer that does not come.
func (w *waits) ask(ctx context.Context, rooms [2]contest.Room, more func() bool) error {
	for n := 0; n == 0 || more(); n++ {
		for i := range rooms {
			d, err := rooms[i].TimeAnswerWithin(ctx, n, longestWait)
			if err != nil {
				return err
			}
			w[i] = append(w[i], float64(d.Microseconds())/1000)
		}
	}
	return nil
}

// askDuring sends commands to both bots by turns as long as do runs, and adds the times
// until the answers to w. The error is that of do or of a command.
func (w *waits) askDuring(ctx context.Context, rooms [2]contest.Room, do func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- do() }()
	var failed error
	err := w.ask(ctx, rooms, func() bool {
		select {
		case failed = <-ended:
			return false
		default:
			return true
		}
	})
	return errors.Join(err, failed)
}
