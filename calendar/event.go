// Package calendar reads published calendars: iCalendar in its many variants, and the
// JSON of the Agenda du Libre.
package calendar

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Reasons why data are no calendar. The caller keeps the stored events of the source
// then.
var (
	ErrEmpty     = errors.New("empty file, not a calendar")
	ErrHTML      = errors.New("an HTML page, not a calendar")
	ErrFormat    = errors.New("not a calendar")
	ErrTruncated = errors.New("the calendar is cut short: its END:VCALENDAR is missing")
)

// Event is one occurrence of an event in a calendar, with its own start and end. A
// recurring event gives one Event for each date.
type Event struct {
	// UID identifies the event in its calendar, Recurrence the occurrence in its
	// series: the regular start, in UTC or as a date; empty outside of a series. Either
	// may be empty, and some calendars generate new UIDs at each reading.
	UID, Recurrence string
	// Start and End are in the readers' zone. End is exclusive; for an event without a
	// duration, it equals Start.
	Start, End time.Time
	AllDay     bool // Start and End are midnights
	Title      string
	Location   string
	URL        string
	Text       string
	Categories []string
	Cancelled  bool
}

// LastDay returns the midnight at which the last day of an all-day event begins. It is
// the day before End, since End is exclusive, or Start if the event has no length.
func (e Event) LastDay() time.Time { return latest(e.Start, e.End.AddDate(0, 0, -1)) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Calendar is the content of a parsed calendar file; Between returns its events between
// two times.
type Calendar struct {
	Name   string
	local  *time.Location
	series []*series
	single []Event // from a format without recurrence
}

// Between returns the occurrences that start within [from, to), without duplicates,
// sorted by start; of equal starts, all-day events come first. The rule of a recurring
// event gives at most maxOccurrences. Once the rules of the calendar have taken
// calendarTime in all, each further rule gives only its first start.
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

// rank returns a number by which to sort events with the same start: 0 for all-day
// events, which come first, 1 for others.
func rank(e Event) int {
	if e.AllDay {
		return 0
	}
	return 1
}
