// Package agenda tells rooms what is new in the calendars that they watch,
// reminds them of events, and knows what is to come.
package agenda

import (
	"slices"
	"strings"
	"time"

	"heraut/calendar"
	"heraut/filter"
)

// Event is an occurrence of a calendar as the store keeps it.
type Event struct {
	ID     int64
	Source string // the calendar's name or address
	calendar.Event
	// Seen is when the event was first read, Changed when its start last was
	// another one. A room needs no reminder of what it was just told.
	Seen, Changed time.Time
	// Missing is since when the calendar lacks the event; zero: it has it.
	Missing time.Time
	// Revision counts the changes that rooms are told of.
	Revision int
}

// past reports whether the event is over, or has begun at an hour.
func (e Event) past(now time.Time) bool {
	if e.AllDay {
		return !e.End.After(now)
	}
	return !e.Start.After(now)
}

// Words returns what filters look at.
func (e Event) Words() *filter.Words {
	return filter.OfEvent(e.Title, strings.Join([]string{e.Location, e.Text}, "\n"), e.Categories, e.Regions())
}

// Regions are the French regions in which the event takes place, as far as its
// categories and its place tell.
func (e Event) Regions() []string {
	return slices.Concat(e.Categories, []string{e.Location, regionOf(e.Location)})
}

// Change is what a reading found out about an event, or about several
// occurrences of one series.
type Change struct {
	What  What
	Event Event // of several, the first to come
	Was   Event // before; of Moved
	// More counts the other occurrences of the series that changed alike.
	More int
}

// What tells what rooms are told of an event.
type What string

// What rooms are told.
const (
	New       What = "new"
	Moved     What = "moved"     // to another time, or another place
	Cancelled What = "cancelled" // or no more in the calendar
	Restored  What = "restored"  // it takes place after all
)
