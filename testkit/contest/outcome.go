package contest

import (
	"context"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"
)

// Outcome holds the counts of a crowd's commands with and without an answer, of
// repeated and disordered answers, and the times of the first and the last answer.
type Outcome struct {
	Answered   int
	Lost       int       // commands without an answer
	Repeated   int       // answers after the first one to the same command
	Disordered int       // answers that the room shows before one to an earlier command of the same person
	First      time.Time // the time of the first answer, by the homeserver's clock
	Last       time.Time
}

// add adds the commands of a room and their answers to the counts in o. It takes the
// commands in the order in which they were sent, and the answers in the order of the
// room's history.
func (o *Outcome) add(commands []id.EventID, answers []Answer) {
	furthest := -1
	for _, command := range commands {
		place := slices.IndexFunc(answers, func(a Answer) bool { return a.To == command })
		switch {
		case place < 0:
			o.Lost++
			continue
		case place < furthest:
			o.Disordered++
		}
		o.Answered++
		furthest = max(furthest, place)
	}
	o.Repeated += len(answers) - answered(answers)
	for _, a := range answers {
		if o.First.IsZero() || a.At.Before(o.First) {
			o.First = a.At
		}
		if a.At.After(o.Last) {
			o.Last = a.At
		}
	}
}

// answered returns the number of different commands that the answers answer.
func answered(answers []Answer) int {
	seen := map[id.EventID]bool{}
	for _, a := range answers {
		seen[a.To] = true
	}
	return len(seen)
}

// Count reads the answers to the commands so far, without waiting for more, and returns
// their counts. commands holds the ids of the commands by room, as Ask returns them.
func (c *Crowd) Count(ctx context.Context, commands [][]id.EventID) (o Outcome, err error) {
	answers := make([][]Answer, len(c.Rooms))
	err = c.Each(ctx, func(ctx context.Context, i int) (err error) {
		answers[i], err = c.Rooms[i].Answers(ctx, commands[i])
		return err
	})
	for i := range answers {
		o.add(commands[i], answers[i])
	}
	return o, err
}

// Settle waits until all commands have an answer, or no more answers come for the time
// while, and returns the counts. commands is what Ask returned. It polls one room at a
// time, so that reading hardly slows down the homeserver. The error is one of reading,
// or the cause of ctx.
func (c *Crowd) Settle(ctx context.Context, commands [][]id.EventID, while time.Duration) (Outcome, error) {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	before, progress := 0, time.Now()
	for i := 0; i < len(c.Rooms); {
		answers, err := c.Rooms[i].Answers(ctx, commands[i])
		if err != nil {
			return Outcome{}, err
		}
		if answered(answers) == len(commands[i]) {
			i, progress = i+1, time.Now()
			continue
		}
		if time.Since(progress) > while {
			o, err := c.Count(ctx, commands)
			if err != nil || o.Answered == before {
				return o, err
			}
			before, progress = o.Answered, time.Now()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return Outcome{}, context.Cause(ctx)
		}
	}
	return c.Count(ctx, commands)
}
