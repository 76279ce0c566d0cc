// Package calendar reads calendars as they are published: iCalendar in the many
// ways in which it is written, and the JSON of the Agenda du Libre.
package calendar

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Why data are no calendar. What was known of a source stays as it is then.
var (
	ErrEmpty     = errors.New("empty file, not a calendar")
	ErrHTML      = errors.New("an HTML page, not a calendar")
	ErrFormat    = errors.New("not a calendar")
	ErrTruncated = errors.New("the calendar is cut short: its END:VCALENDAR is missing")
)

// Event is one occurrence of an event.
type Event struct {
	// UID names the event in its calendar, Recurrence its occurrence: the start
	// that the series gives it, in UTC or as a date; empty outside of a series.
	// Either may be empty, and some calendars draw UIDs anew at each reading.
	UID, Recurrence string
	// Start and End are in the zone of those who read. End is exclusive; of an
	// event without a length it is the Start.
	Start, End time.Time
	AllDay     bool // Start and End are midnights
	Title      string
	Location   string
	URL        string
	Text       string
	Categories []string
	Cancelled  bool
}

// LastDay is the last day of an event that lasts whole days.
func (e Event) LastDay() time.Time { return latest(e.Start, e.End.AddDate(0, 0, -1)) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Calendar is what a file holds.
type Calendar struct {
	Name   string
	local  *time.Location
	series []*series
	single []Event // of a format without recurrence
}

// Between returns the occurrences that start within [from, to), by start. One
// that a file tells twice is returned once. Of an endless series there are
// maxOccurrences at most.
func (c *Calendar) Between(from, to time.Time) []Event {
	budget := newBudget()
	all := slices.Clone(c.single)
	for _, s := range c.series {
		all = append(all, s.between(from, to, c.local, budget)...)
	}
	all = slices.DeleteFunc(all, func(e Event) bool { return e.Start.Before(from) || !e.Start.Before(to) })
	slices.SortStableFunc(all, func(a, b Event) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(rank(a), rank(b)), strings.Compare(a.Title, b.Title))
	})
	type shown struct {
		start, end      int64
		title, location string
		cancelled       bool
	}
	seen := map[shown]bool{}
	return slices.DeleteFunc(all, func(e Event) bool {
		key := shown{e.Start.Unix(), e.End.Unix(), e.Title, e.Location, e.Cancelled}
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// rank puts what lasts all day before what begins at midnight.
func rank(e Event) int {
	if e.AllDay {
		return 0
	}
	return 1
}
