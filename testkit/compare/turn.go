package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit/contest"
)

// longestWait bounds the wait for one answer; a longer one counts as that long.
const longestWait = 20 * time.Second

// figures holds the measurements of one bot in all rounds: one value a round, but for
// waits and for drains that fail.
type figures struct {
	start  []float64 // seconds from the start of the process to the first answer
	idle   []float64 // MiB
	waits  []float64 // milliseconds, one for each command
	rate   []float64 // answers per second of the drain
	worked []float64 // milliseconds of processor time per answer of the drain
	served []float64 // the homeserver's meanwhile
	drain  []contest.Outcome
	killed []contest.Outcome
}

// turn makes all measurements of one bot, alone on the homeserver, in one round, adds
// them to the figures of e, and stops the bot. round counts from 0.
func (s *stage) turn(ctx context.Context, e *entrant, round int) error {
	for _, measure := range []func(context.Context, *entrant) error{s.measureStart, s.measureIdle, s.measureLatency, s.measureDrain} {
		if err := measure(ctx, e); err != nil {
			return err
		}
	}
	if err := s.measureKill(ctx, e, (round+1)*s.plan.killed); err != nil {
		return err
	}
	e.Stop()
	return nil
}

// measureStart starts the bot and adds to e.start how long its first answer takes. A
// command waits for the bot, and more follow: some bots never answer messages from
// before the start. The error also means that no answer came within a minute.
func (s *stage) measureStart(ctx context.Context, e *entrant) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("no answer after the start"))
	defer cancel()
	first := time.Now()
	if _, err := e.room.Ask(ctx, 0); err != nil {
		return err
	}
	before := len(e.answers())
	began := time.Now()
	if err := e.Launch(ctx); err != nil {
		return err
	}
	for n := 1; len(e.answers()) == before; n++ {
		if n%10 == 0 { // each 200 ms
			if _, err := e.room.Ask(ctx, n); err != nil {
				return err
			}
		}
		if err := contest.Rest(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("%w in %.0f s", err, time.Since(first).Seconds())
		}
	}
	e.start = append(e.start, time.Since(began).Seconds())
	return nil
}

// answers returns the messages of the bot with a relation that the person who syncs has
// seen in the bot's room.
func (e *entrant) answers() (answers []*event.Event) {
	for _, evt := range e.room.Person.Events(e.room.ID) {
		if evt.Type == event.EventMessage && evt.Sender == e.User() && evt.Content.AsMessage().OptionalGetRelatesTo() != nil {
			answers = append(answers, evt)
		}
	}
	return answers
}

func (s *stage) measureIdle(ctx context.Context, e *entrant) error {
	if err := contest.Rest(ctx, s.plan.idle); err != nil {
		return err
	}
	memory, err := contest.ResidentMemory(e.PID())
	e.idle = append(e.idle, memory.All)
	return err
}

func (s *stage) measureLatency(ctx context.Context, e *entrant) error {
	for n := range s.plan.commands {
		d, err := e.room.TimeAnswerWithin(ctx, n, longestWait)
		if err != nil {
			return err
		}
		e.waits = append(e.waits, float64(d.Microseconds())/1000)
	}
	return nil
}

// measureDrain freezes the bot while people send commands, wakes it, and adds the
// outcome, the rate and the processor times to the figures of e. It freezes the bot
// rather than stops it, since some bots do not answer commands from before their start.
// If the bot ends by itself meanwhile, measureDrain adds no figures and starts the bot
// again.
func (s *stage) measureDrain(ctx context.Context, e *entrant) error {
	commands, err := s.frozen(ctx, e, e.crowd)
	if err != nil {
		return err
	}
	measure := func() (bot, homeserver time.Duration, err error) {
		bot, botErr := contest.ProcessorTime(e.PID())
		homeserver, err = contest.ProcessorTime(s.hs.PID())
		return bot, homeserver, errors.Join(botErr, err)
	}
	worked, served, err := measure()
	if err := errors.Join(err, syscall.Kill(e.PID(), syscall.SIGCONT)); err != nil {
		return err
	}
	o, err := e.crowd.Settle(ctx, commands, s.plan.quiet)
	if err != nil {
		return err
	}
	select {
	case <-e.Done(): // some end when a request has lasted too long, which is the freezing's fault
		fmt.Fprintf(s.progress, "%s ended by itself; the end of its log:\n%s\n", e.Name(), contest.LogTail(e))
		return errors.Join(e.Launch(ctx), contest.Rest(ctx, s.plan.idle))
	default:
	}
	e.drain = append(e.drain, o)
	workedUntil, servedUntil, err := measure()
	per := func(d time.Duration) float64 { return float64(d.Milliseconds()) / float64(max(1, o.Answered)) }
	e.rate = append(e.rate, float64(o.Answered-1)/o.Last.Sub(o.First).Seconds())
	e.worked, e.served = append(e.worked, per(workedUntil-worked)), append(e.served, per(servedUntil-served))
	return err
}

// frozen freezes the bot's process, sends commands to the crowd, and returns their ids
// by room. It leaves the process frozen.
func (s *stage) frozen(ctx context.Context, e *entrant, crowd *contest.Crowd) ([][]id.EventID, error) {
	if err := syscall.Kill(e.PID(), syscall.SIGSTOP); err != nil {
		return nil, err
	}
	return crowd.Ask(ctx, s.plan.perRoom)
}

// measureKill freezes the bot while people send commands, wakes it, and kills it once
// it has given that many answers (some), or after the time plan.quiet. Then it starts
// the bot again, waits for the other answers, and adds the outcome to e.killed.
func (s *stage) measureKill(ctx context.Context, e *entrant, some int) error {
	crowd := &contest.Crowd{With: e.Contestant, People: e.crowd.People, Rooms: e.crowd.Rooms[:s.plan.killed]}
	commands, err := s.frozen(ctx, e, crowd)
	if err != nil {
		return err
	}
	if err := syscall.Kill(e.PID(), syscall.SIGCONT); err != nil {
		return err
	}
	var o contest.Outcome
	for began := time.Now(); o.Answered < some && time.Since(began) < s.plan.quiet; {
		if o, err = crowd.Count(ctx, commands); err != nil {
			return err
		}
	}
	e.Kill()
	fmt.Fprintf(s.progress, "%s killed after %d of %d answers\n", e.Name(), o.Answered, o.Answered+o.Lost)
	if err := e.Launch(ctx); err != nil {
		return err
	}
	o, err = crowd.Settle(ctx, commands, s.plan.quiet)
	e.killed = append(e.killed, o)
	return err
}
