package relay

import (
	"cmp"
	"context"
	"slices"
	"time"

	"heraut/chat"
)

// Report counts the questions of a period. It names nobody.
type Report struct {
	Asked     int // questions that reached the experts
	Answered  int // those of them with an answer in the asker's room
	Solved    int // those of them that are closed as solved
	Suggested int // questions that a suggestion answered: the experts never had them
	// Wait is the median working time from a question to its first answer; 0: none was
	// answered.
	Wait   time.Duration
	Themes []ThemeCount // of those asked, the most frequent first
}

// ThemeCount is how many questions were asked on a theme; Theme is empty for those
// without one.
type ThemeCount struct {
	Theme string
	Count int
}

// Report counts the questions that the room's experts were asked since then; an empty
// room stands for all. Working time is that outside the quiet hours of the experts'
// room.
func (d *Carrier) Report(ctx context.Context, room chat.RoomID, since time.Time) (Report, error) {
	all, err := d.store.QuestionsSince(ctx, since)
	if err != nil {
		return Report{}, err
	}
	var r Report
	var waits []time.Duration
	themes := map[string]int{}
	for _, q := range all {
		if room != "" && q.Experts != room {
			continue
		}
		if q.Status == Satisfied {
			r.Suggested++
		}
		if q.PostedAt.IsZero() {
			continue
		}
		r.Asked++
		themes[q.Theme]++
		if q.Status == Solved {
			r.Solved++
		}
		if !q.AnsweredAt.IsZero() {
			r.Answered++
			waits = append(waits, d.worked(q))
		}
	}
	r.Wait = median(waits)
	for theme, n := range themes {
		r.Themes = append(r.Themes, ThemeCount{theme, n})
	}
	slices.SortFunc(r.Themes, func(a, b ThemeCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Theme, b.Theme))
	})
	return r, nil
}

// worked returns the working time from a question to its first answer.
func (d *Carrier) worked(q Question) time.Duration {
	if d.Quiet == nil {
		return max(q.AnsweredAt.Sub(q.AskedAt), 0)
	}
	return elapsed(d.Quiet(q.Experts), q.AskedAt, q.AnsweredAt)
}

// elapsed returns the working time between two instants.
func elapsed(quiet Quiet, from, to time.Time) (worked time.Duration) {
	t := from
	for t.Before(to) {
		if until, held := quiet.Until(t); held {
			t = until
			continue
		}
		end := quiet.Begins(t)
		if end.IsZero() || !end.Before(to) {
			return worked + to.Sub(t)
		}
		if !end.After(t) {
			return worked
		}
		worked += end.Sub(t)
		t = end
	}
	return worked
}

// median returns the middle value, or the mean of the two in the middle; 0 of none.
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
