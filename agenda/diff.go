package agenda

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heraut/calendar"
)

// goneAfter is how long an event must be missing before it counts as cancelled:
// while the site rewrites its calendar, a reading may lack it.
const goneAfter = 30 * time.Minute

// difference is the result of comparing a calendar's stored events with a new reading:
// the rows to add, update and delete, and the changes to post in rooms.
type difference struct {
	add    []Event // new rows, ID zero
	update []Event // rows with new contents
	remove []Event // rows to delete
	tell   []Change
}

// compare returns the difference between the stored rows of a calendar, known, and the
// occurrences that a reading found, read. first marks the first reading of the
// calendar, whose events are added without an announcement. compare has no side
// effects.
func compare(known []Event, read []calendar.Event, first bool, now time.Time) difference {
	m := match(known, read, now)
	var d difference
	series := map[string]bool{} // known UIDs
	for _, k := range known {
		series[k.UID] = true
	}
	for i, k := range known {
		j := m.of[i]
		if j < 0 {
			continue
		}
		series[read[j].UID] = true // the calendar may have given it a new UID
		d.changed(k, read[j], now)
	}
	for j, e := range read {
		if m.taken[j] {
			continue
		}
		row := Event{Event: e, Seen: now, Changed: now, Revision: 1}
		d.add = append(d.add, row)
		// The occurrences of an endless series come into range one by one; only its
		// first one is news.
		known := e.Recurrence != "" && e.UID != "" && series[e.UID]
		if !first && !known && !e.Cancelled && !row.past(now) {
			d.tell = append(d.tell, Change{What: New, Event: row})
		}
	}
	d.missing(known, m, read, now)
	d.tell = grouped(d.tell)
	return d
}

// changed compares k, the row of a known event, with e, the event in the new reading.
// If they differ, it adds the new row to d.update. If the event was cancelled, restored
// or moved and is not past, it also adds a change for the rooms to d.tell.
func (d *difference) changed(k Event, e calendar.Event, now time.Time) {
	row := k
	row.Event, row.Missing = e, time.Time{}
	rescheduled := !k.Start.Equal(e.Start) || k.AllDay != e.AllDay
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
	case !e.Cancelled && hasMoved(k, row):
		row.Revision++
		if rescheduled {
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

// missing handles the known events that a reading lacks, except past and cancelled
// ones. It marks such an event as missing in d.update; once it has been missing for
// goneAfter, it marks it as cancelled and adds a change to d.tell. An occurrence near
// the end of the range that is read goes to d.remove instead, if the reading has others
// of its series. If the reading has no future event, or if more than three events and
// more than half of them vanish at once, the calendar is likely broken, and missing
// marks no event.
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
			d.remove = append(d.remove, k) // the series may go on beyond the range that is read
			continue
		}
		if m.of[i] < 0 {
			lacking = append(lacking, k)
			if k.UID == "" || !there[k.UID] {
				lost++ // otherwise the series goes on without this occurrence
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
			// The row stays, cancelled: rooms hear of it, and the event may come
			// back.
			gone := k
			gone.Cancelled, gone.Missing = true, time.Time{}
			gone.Revision++
			d.update = append(d.update, gone)
			d.tell = append(d.tell, Change{What: Cancelled, Event: gone, Was: k})
		}
	}
}

// anyGone reports whether a future event has been missing for goneAfter, so that it
// counts as cancelled. The caller asks this when the calendar has not changed since the
// last reading, and then need not compare anything if the answer is no.
func anyGone(known []Event, now time.Time) (due bool) {
	return slices.ContainsFunc(known, func(k Event) bool {
		return !k.Missing.IsZero() && now.Sub(k.Missing) >= goneAfter && !k.past(now)
	})
}

// same reports whether two rows have equal contents; their ids and the time when the
// event was first read do not count.
func same(a, b Event) bool {
	return a.UID == b.UID && a.Recurrence == b.Recurrence && a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.AllDay == b.AllDay &&
		a.Title == b.Title && a.Location == b.Location && a.URL == b.URL && a.Text == b.Text && a.Cancelled == b.Cancelled &&
		slices.Equal(a.Categories, b.Categories) && a.Missing.Equal(b.Missing) && a.Revision == b.Revision && a.Changed.Equal(b.Changed)
}

// matching holds the pairs of a stored row and an occurrence of a new reading that are
// the same event.
type matching struct {
	of    []int  // for each row, the index of its occurrence; -1: none
	taken []bool // for each occurrence, whether it has a row
}

// match pairs rows with occurrences. It first pairs those with the same UID,
// recurrence, title and start, then those with the same UID and recurrence: some
// calendars give several events one UID. Then it pairs recurring events by UID and day,
// and the rest of a series in order (pairSeries). For calendars whose UIDs change at
// each reading, it then pairs by start and title and, if that finds a pair, by the
// title alone where no other event on either side has it.
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
	if drawn > 0 { // this calendar's UIDs change at each reading
		m.pair(known, read, func(e calendar.Event) string {
			if (Event{Event: e}).past(now) {
				return ""
			}
			return strings.ToLower(e.Title)
		}, true)
	}
	return m
}

// pair matches unmatched rows and occurrences for which the function key returns the
// same text. It records the pairs in m and returns their number. An event with an empty
// key stays unmatched. If unique is true, pair skips keys that occur more than once,
// and a row and an occurrence whose starts are more than near apart.
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

// near is the longest distance between the starts of a row and an occurrence that
// pairSeries, or the title alone, may match.
const near = 45 * 24 * time.Hour

// pairSeries matches the rows and occurrences, both in order of time, that are still
// unmatched because the rule of their recurring event changed, and records the pairs in
// m. It gives each row the next unmatched occurrence of the same series, if the two
// starts are at most near apart; otherwise the row gets none, and the next row may get
// that occurrence. Past rows and occurrences stay unmatched.
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

// grouped returns the changes in all, sorted by the start of their events, with one
// change for each series and kind (Change.What): the earliest one, whose More counts
// the changes that it stands for besides itself. So rooms hear only once of a series
// that begins, moves or ends. grouped also sorts all itself.
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
