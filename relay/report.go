package relay

import (
	"cmp"
	"context"
	"slices"
	"time"

	"heraut/chat"
)

// ReportOptions are the choice of the questions that a report counts, and the room in
// which it is shown.
type ReportOptions struct {
	// Experts is the room whose questions count; empty: those of all rooms.
	Experts chat.RoomID
	// Since is the time of the oldest question.
	Since time.Time
	// ShownIn is the room that reads the report; empty: the operators of the machine.
	ShownIn chat.RoomID
}

// Report is the count of the questions of a period, by theme, and of the searches that
// found nothing. It names nobody.
type Report struct {
	Tally
	Suggested int     // questions that a suggestion answered: the experts never had them
	Themes    []Theme // of those asked, the most frequent first
	// Missed are the searches that found nothing, by at least minAskers people each,
	// the most frequent first.
	Missed []Miss
}

// Tally is the number of questions that were asked, answered and solved, and the
// median time until the first answer.
type Tally struct {
	Asked    int // questions that reached the experts
	Answered int // those of them with an answer in the asker's room
	Solved   int // those of them that are closed as solved
	// Wait is the median working time from a question to its first answer; 0: none was
	// answered.
	Wait time.Duration
}

// Theme is the Tally of the questions on one theme; the theme is empty for questions
// without one.
type Theme struct {
	Theme string
	Tally
}

// counted is a Tally that is added up question by question.
type counted struct {
	Tally
	waits []time.Duration
}

// add counts the question q in c. worked is the working time until its first answer; it
// is ignored if there is none.
func (c *counted) add(q Question, worked time.Duration) {
	c.Asked++
	if q.Status == Solved {
		c.Solved++
	}
	if !q.AnsweredAt.IsZero() {
		c.Answered++
		c.waits = append(c.waits, worked)
	}
}

func (c *counted) tally() Tally {
	c.Wait = median(c.waits)
	return c.Tally
}

// Report returns the report on the questions and searches that o selects. Waiting is
// counted in working time: outside the quiet hours of the experts' room. The error is
// that of the store or of looking up the readers of o.ShownIn.
func (d *Carrier) Report(ctx context.Context, o ReportOptions) (r Report, err error) {
	all, err := d.store.QuestionsSince(ctx, o.Since)
	if err != nil {
		return r, err
	}
	var total counted
	themes := map[string]*counted{}
	for _, q := range all {
		if o.Experts != "" && q.Experts != o.Experts {
			continue
		}
		if q.Status == Satisfied {
			r.Suggested++
		}
		if q.PostedAt.IsZero() {
			continue
		}
		if themes[q.Theme] == nil {
			themes[q.Theme] = &counted{}
		}
		var worked time.Duration
		if !q.AnsweredAt.IsZero() {
			worked = d.worked(q)
		}
		total.add(q, worked)
		themes[q.Theme].add(q, worked)
	}
	r.Tally = total.tally()
	for theme, c := range themes {
		r.Themes = append(r.Themes, Theme{theme, c.tally()})
	}
	slices.SortFunc(r.Themes, func(a, b Theme) int {
		return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(a.Theme, b.Theme))
	})
	r.Missed, err = d.missed(ctx, o)
	return r, err
}

// worked returns the working time between the question q and its first answer: the time
// outside of the quiet hours of the experts' room, or all time if d.Quiet is nil. It is
// 0 without an answer.
func (d *Carrier) worked(q Question) time.Duration {
	if d.Quiet == nil {
		return max(q.AnsweredAt.Sub(q.AskedAt), 0)
	}
	return elapsed(d.Quiet(q.Experts), q.AskedAt, q.AnsweredAt)
}

// median returns the middle one of values, or the mean of the two in the middle; 0 of
// none. It sorts values itself.
func median(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 0 {
		return (values[middle-1] + values[middle]) / 2
	}
	return values[middle]
}
