package agenda

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heraut/calendar"
)

// goneAfter is how long an event must be missing before it counts as cancelled:
// a reading while its calendar is written anew may lack it.
const goneAfter = 30 * time.Minute

// difference is what a reading of a calendar changes.
type difference struct {
	add    []Event // rows to be added, ID zero
	update []Event // rows with new contents
	remove []Event // rows that are forgotten
	tell   []Change
}

// compare finds what a reading changes. known are the rows of the calendar, read
// its occurrences, first tells that nothing of it was ever read: then all is
// taken in silently. It has no effects.
func compare(known []Event, read []calendar.Event, first bool, now time.Time) difference {
	m := match(known, read, now)
	var d difference
	series := map[string]bool{} // UIDs that are known
	for _, k := range known {
		series[k.UID] = true
	}
	for i, k := range known {
		j := m.of[i]
		if j < 0 {
			continue
		}
		series[read[j].UID] = true // it may be drawn anew
		d.changed(k, read[j], now)
	}
	for j, e := range read {
		if m.taken[j] {
			continue
		}
		row := Event{Event: e, Seen: now, Changed: now, Revision: 1}
		d.add = append(d.add, row)
		// A series goes on for ever: only its beginning is new.
		known := e.Recurrence != "" && e.UID != "" && series[e.UID]
		if !first && !known && !e.Cancelled && !row.past(now) {
			d.tell = append(d.tell, Change{What: New, Event: row})
		}
	}
	d.missing(known, m, read, now)
	d.tell = grouped(d.tell)
	return d
}

// changed takes in an event that is known and was read again.
func (d *difference) changed(k Event, e calendar.Event, now time.Time) {
	row := k
	row.Event, row.Missing = e, time.Time{}
	moved := !k.Start.Equal(e.Start) || k.AllDay != e.AllDay
	switch {
	case e.Cancelled && !k.Cancelled:
		row.Revision++
		if !k.past(now) {
			d.tell = append(d.tell, Change{What: Cancelled, Event: row, Was: k})
		}
	case !e.Cancelled && k.Cancelled:
		row.Revision++
		row.Changed = now
		if !row.past(now) {
			d.tell = append(d.tell, Change{What: Restored, Event: row, Was: k})
		}
	case !e.Cancelled && (moved || k.Location != e.Location && k.Location != "" && e.Location != ""):
		row.Revision++
		if moved {
			row.Changed = now
		}
		if !row.past(now) {
			d.tell = append(d.tell, Change{What: Moved, Event: row, Was: k})
		}
	}
	if !same(row, k) {
		d.update = append(d.update, row)
	}
}

// missing takes in the events that a reading lacks. What is over is no news. When
// nothing is to come any more, or more than half is missing at once, the calendar
// is taken for broken and nothing is concluded.
func (d *difference) missing(known []Event, m matching, read []calendar.Event, now time.Time) {
	coming := slices.ContainsFunc(read, func(e calendar.Event) bool { return !(Event{Event: e}).past(now) })
	there := map[string]bool{}
	for _, e := range read {
		there[e.UID] = true
	}
	var lacking []Event
	total, lost := 0, 0
	for i, k := range known {
		if k.past(now) || k.Cancelled || len(read) >= maxRows && !k.Start.Before(read[len(read)-1].Start) {
			continue
		}
		total++
		if m.of[i] < 0 && there[k.UID] && k.UID != "" && k.Start.After(now.Add(ahead-near)) {
			d.remove = append(d.remove, k) // its series may go on beyond what is read
			continue
		}
		if m.of[i] < 0 {
			lacking = append(lacking, k)
			if k.UID == "" || !there[k.UID] {
				lost++ // else its series goes on without it
			}
		}
	}
	if !coming || lost > 3 && 2*lost > total {
		return
	}
	for _, k := range lacking {
		switch {
		case k.Missing.IsZero():
			k.Missing = now
			d.update = append(d.update, k)
		case now.Sub(k.Missing) >= goneAfter:
			// It stays as a cancelled one: rooms are told of it, and it may come back.
			gone := k
			gone.Cancelled, gone.Missing = true, time.Time{}
			gone.Revision++
			d.update = append(d.update, gone)
			d.tell = append(d.tell, Change{What: Cancelled, Event: gone, Was: k})
		}
	}
}

// confirm finds what has been missing for long enough when the calendar is as it
// was at the last reading.
func confirm(known []Event, now time.Time) (due bool) {
	return slices.ContainsFunc(known, func(k Event) bool {
		return !k.Missing.IsZero() && now.Sub(k.Missing) >= goneAfter && !k.past(now)
	})
}

// same reports whether two rows are kept alike.
func same(a, b Event) bool {
	return a.UID == b.UID && a.Recurrence == b.Recurrence && a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.AllDay == b.AllDay &&
		a.Title == b.Title && a.Location == b.Location && a.URL == b.URL && a.Text == b.Text && a.Cancelled == b.Cancelled &&
		slices.Equal(a.Categories, b.Categories) && a.Missing.Equal(b.Missing) && a.Revision == b.Revision && a.Changed.Equal(b.Changed)
}

// matching tells which row is which occurrence that was read.
type matching struct {
	of    []int  // for each row the index of what was read; -1: it was not
	taken []bool // what was read is a row
}

// match finds what is the same. Identity is the UID with the occurrence; some
// calendars give several events one UID, so those with the same title and start
// are matched first. Where UIDs are drawn anew at each reading, start and title
// tell, and then the title alone, if it is the only one of its name on both sides.
func match(known []Event, read []calendar.Event, now time.Time) matching {
	m := matching{of: make([]int, len(known)), taken: make([]bool, len(read))}
	for i := range m.of {
		m.of[i] = -1
	}
	byID := func(e calendar.Event) string {
		if e.UID == "" {
			return ""
		}
		return e.UID + "\n" + e.Recurrence
	}
	byPlace := func(e calendar.Event) string {
		return e.Start.UTC().Format(time.RFC3339) + "\n" + strings.ToLower(e.Title)
	}
	m.pair(known, read, func(e calendar.Event) string {
		if id := byID(e); id != "" {
			return id + "\n" + byPlace(e)
		}
		return ""
	}, false)
	m.pair(known, read, byID, false)
	m.pair(known, read, func(e calendar.Event) string {
		if e.Recurrence == "" || e.UID == "" {
			return ""
		}
		return e.UID + "\n" + e.Start.UTC().Format(time.DateOnly)
	}, false)
	m.pairSeries(known, read, now)
	drawn := m.pair(known, read, byPlace, false)
	if drawn > 0 { // UIDs do not stay here
		m.pair(known, read, func(e calendar.Event) string {
			if (Event{Event: e}).past(now) {
				return ""
			}
			return strings.ToLower(e.Title)
		}, true)
	}
	return m
}

// pair matches what has the same key, and returns how many it matched. unique
// leaves out keys that several have, and what is not near.
func (m *matching) pair(known []Event, read []calendar.Event, key func(calendar.Event) string, unique bool) (n int) {
	left := map[string][]int{}
	for j, e := range read {
		if k := key(e); !m.taken[j] && k != "" {
			left[k] = append(left[k], j)
		}
	}
	rows := map[string]int{}
	for i, e := range known {
		if m.of[i] < 0 {
			rows[key(e.Event)]++
		}
	}
	for i, e := range known {
		k := key(e.Event)
		if m.of[i] >= 0 || len(left[k]) == 0 || unique && (len(left[k]) > 1 || rows[k] > 1) {
			continue
		}
		j := left[k][0]
		if unique && read[j].Start.Sub(e.Start).Abs() > near {
			continue
		}
		left[k] = left[k][1:]
		m.of[i], m.taken[j] = j, true
		n++
	}
	return n
}

// near is how far an occurrence of a series may move when its rule changes.
const near = 45 * 24 * time.Hour

// pairSeries matches what is left of a series whose rule changed, in order: each
// row with the next occurrence that is near.
func (m *matching) pairSeries(known []Event, read []calendar.Event, now time.Time) {
	left := map[string][]int{}
	for j, e := range read {
		if !m.taken[j] && e.UID != "" && e.Recurrence != "" && !(Event{Event: e}).past(now) {
			left[e.UID] = append(left[e.UID], j)
		}
	}
	for i, k := range known {
		all := left[k.UID]
		if m.of[i] >= 0 || len(all) == 0 || k.Recurrence == "" || k.past(now) {
			continue
		}
		if j := all[0]; read[j].Start.Sub(k.Start).Abs() <= near {
			m.of[i], m.taken[j], left[k.UID] = j, true, all[1:]
		}
	}
}

// grouped puts the changes together that occurrences of one series underwent
// alike: a series that begins, moves or ends is told once.
func grouped(all []Change) []Change {
	type group struct {
		what What
		uid  string
	}
	slices.SortStableFunc(all, func(a, b Change) int { return cmp.Or(a.Event.Start.Compare(b.Event.Start)) })
	at := map[group]int{}
	var out []Change
	for _, c := range all {
		if c.Event.Recurrence != "" && c.Event.UID != "" {
			g := group{c.What, c.Event.UID}
			if i, ok := at[g]; ok {
				out[i].More++
				continue
			}
			at[g] = len(out)
		}
		out = append(out, c)
	}
	return out
}
