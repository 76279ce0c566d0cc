package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// patience bounds every wait.
const patience = 5 * time.Minute

// measureDrain measures how fast each bot, after a start, answers the commands that
// were sent while it was down.
func measureDrain(ctx context.Context, s *stage, size crowdSize) ([]figure, error) {
	if err := s.startBoth(ctx); err != nil {
		return nil, err
	}
	contestants := []contestant{s.bot, s.other}
	var crowds [2]*crowd
	for i, c := range contestants {
		var err error
		if crowds[i], err = s.newCrowd(ctx, c, size); err != nil {
			return nil, err
		}
		defer crowds[i].close()
	}
	var rates, totals, worked, served [2][]float64
	for range s.plan.drains {
		for i, crowd := range crowds {
			for _, c := range contestants {
				c.stop()
			}
			d, err := crowd.drain(ctx, s.plan.perRoom, s.hs.PID())
			if err != nil {
				return nil, err
			}
			rates[i] = append(rates[i], d.perSecond())
			totals[i] = append(totals[i], d.total.Seconds())
			worked[i] = append(worked[i], d.perCommand(d.worked))
			served[i] = append(served[i], d.perCommand(d.served))
		}
	}
	kind := map[bool]string{false: "clear", true: "encrypted"}[size.encrypted]
	return []figure{
		{name: fmt.Sprintf("%d commands waiting in %d %s rooms, from start", size.rooms*s.plan.perRoom, size.rooms, kind), unit: "s", values: totals[0]},
		{name: "  " + s.other.name(), unit: "s", values: totals[1]},
		{name: "  first to last answer, answers per second", unit: "/s", values: rates[0]},
		{name: "  " + s.other.name(), unit: "/s", values: rates[1]},
		{name: "  ratio of answers per second", values: ratios(rates[0], rates[1]), aim: 0.8},
		{name: "  processor time per command, with the start", unit: "ms", values: worked[0]},
		{name: "  " + s.other.name(), unit: "ms", values: worked[1]},
		{name: "  the homeserver's meanwhile", unit: "ms", values: served[0]},
		{name: "  with the " + s.other.name(), unit: "ms", values: served[1]},
	}, nil
}

// crowd is a group of people with their rooms, in each of which is the same bot.
type crowd struct {
	with   contestant
	people []*testkit.Client
	rooms  []room
}

type crowdSize struct {
	people, rooms int
	encrypted     bool
}

// newCrowd makes a group of people and their rooms with a bot, which must be running
// so that it can join.
func (s *stage) newCrowd(ctx context.Context, with contestant, size crowdSize) (*crowd, error) {
	c := &crowd{with: with, rooms: make([]room, size.rooms)}
	for range size.people {
		person, err := s.person(ctx)
		if err != nil {
			c.close()
			return nil, err
		}
		c.people = append(c.people, person)
	}
	err := c.each(ctx, func(ctx context.Context, i int) (err error) {
		c.rooms[i], err = newRoom(ctx, c.people[i%size.people], with, size.encrypted)
		return err
	})
	if err != nil {
		c.close()
		return nil, err
	}
	// From here on people read only on request: the work of their sync would count
	// in the bot's figures.
	for _, person := range c.people {
		person.StopSync()
	}
	return c, nil
}

func (c *crowd) close() {
	for _, person := range c.people {
		person.Close()
	}
}

// each calls do for each room. The people work concurrently, each on one room after
// the other.
func (c *crowd) each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	for p := range c.people {
		g.Go(func() error {
			for i := p; i < len(c.rooms); i += len(c.people) {
				if err := do(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// ask sends n commands to each room, and returns the ids of the messages, by room.
func (c *crowd) ask(ctx context.Context, n int) ([]map[id.EventID]bool, error) {
	commands := make([]map[id.EventID]bool, len(c.rooms))
	for i := range commands {
		commands[i] = map[id.EventID]bool{}
	}
	for k := range n {
		err := c.each(ctx, func(ctx context.Context, i int) error {
			command, err := c.rooms[i].ask(ctx, k)
			commands[i][command] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return commands, nil
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

// perCommand returns a time divided by the number of answers, in milliseconds.
func (d drained) perCommand(t time.Duration) float64 {
	return float64(t.Microseconds()) / 1000 / float64(d.answers)
}

// drain sends perRoom commands to each room while the bot is down, starts the bot, and
// waits for all answers. Their times are by the homeserver's clock. homeserver is its
// process id, for its processor time.
func (c *crowd) drain(ctx context.Context, perRoom, homeserver int) (drained, error) {
	commands, err := c.ask(ctx, perRoom)
	if err != nil {
		return drained{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	before, err := processorTime(homeserver)
	if err != nil {
		return drained{}, err
	}
	began := time.Now()
	if err := c.with.start(ctx); err != nil {
		return drained{}, err
	}
	var d drained
	var first, last time.Time
	for i, r := range c.rooms {
		times, err := r.awaitAnswers(ctx, commands[i])
		if err != nil {
			return d, err
		}
		for _, t := range times {
			if first.IsZero() || t.Before(first) {
				first = t
			}
			if t.After(last) {
				last = t
			}
		}
		d.answers += len(times)
	}
	d.total, d.span = last.Sub(began), last.Sub(first)
	after, err := processorTime(homeserver)
	if err != nil {
		return d, err
	}
	d.served = after - before
	d.worked, err = processorTime(c.with.pid())
	return d, err
}

// awaitAnswers polls the end of the room's history until it has an answer to each
// command, and returns the times of the answers.
func (r room) awaitAnswers(ctx context.Context, commands map[id.EventID]bool) ([]time.Time, error) {
	for {
		page, err := r.person.Messages(ctx, r.id, "", "", mautrix.DirectionBackward, nil, 3*len(commands))
		if err != nil {
			return nil, err
		}
		answers := map[id.EventID]time.Time{}
		for _, evt := range page.Chunk {
			if command := answeredBy(evt); evt.Sender == r.with.user() && commands[command] {
				answers[command] = time.UnixMilli(evt.Timestamp)
			}
		}
		if len(answers) == len(commands) {
			times := make([]time.Time, 0, len(answers))
			for _, t := range answers {
				times = append(times, t)
			}
			return times, nil
		}
		select {
		case <-time.After(250 * time.Millisecond):
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d answers in %s: %w", len(answers), len(commands), r.id, context.Cause(ctx))
		}
	}
}

// answeredBy returns the id of the message that an event replies to, or the root of
// its thread. It works for encrypted events, since these relations are in clear.
func answeredBy(evt *event.Event) id.EventID {
	var content struct {
		Relation event.RelatesTo `json:"m.relates_to"`
	}
	if evt.StateKey != nil || json.Unmarshal(evt.Content.VeryRaw, &content) != nil {
		return ""
	}
	if root := content.Relation.GetThreadParent(); root != "" {
		return root
	}
	return content.Relation.GetReplyTo()
}
