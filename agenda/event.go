// Package agenda announces the changes of the calendars that rooms watch, reminds
// rooms of events, and lists the events to come.
package agenda

import (
	"slices"
	"strings"
	"time"

	"heraut/calendar"
	"heraut/filter"
)

// Event is one occurrence of a calendar's event as it is stored: its contents, its
// calendar, and when the bot first read it, saw it change or missed it.
type Event struct {
	ID     int64
	Source string // the calendar's name or address
	calendar.Event
	// Seen is when the bot first read the event, Changed when its start last
	// changed. A room that has just heard of either needs no reminder.
	Seen, Changed time.Time
	// Missing is when the calendar began to lack the event; zero: the calendar has
	// it.
	Missing time.Time
	// Revision counts the changes that rooms hear of; a new event has 1.
	Revision int
}

// past reports whether the event is past at now: an all-day event if it is over, any
// other event if it has begun.
func (e Event) past(now time.Time) bool {
	if e.AllDay {
		return !e.End.After(now)
	}
	return !e.Start.After(now)
}

// Words returns the words of the event against which a room's filter is matched: those
// of its title, its place and text, its categories and its regions.
func (e Event) Words() *filter.Words {
	return filter.OfEvent(e.Title, strings.Join([]string{e.Location, e.Text}, "\n"), e.Categories, e.Regions())
}

// Regions returns texts that may name the event's region: its categories, its place,
// and the French region to which a postcode in the place belongs. Empty texts are left
// out; an event with neither categories nor a place has none.
func (e Event) Regions() []string {
	all := slices.Concat(e.Categories, []string{e.Location, regionOf(e.Location)})
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// Change is a change that rooms hear of: an event is new, has moved, is cancelled or
// gone, or takes place after all. It may stand for several occurrences of one series.
type Change struct {
	What  What
	Event Event // for several occurrences, the first one
	Was   Event // the row before the change; zero: the event is new
	// More counts the other occurrences of the series that changed alike.
	More int
}

// What is the kind of a Change: whether the event is new, moved, cancelled or restored.
type What string

// The kinds of changes.
const (
	New       What = "new"
	Moved     What = "moved"     // to another time, or another place
	Cancelled What = "cancelled" // or gone from the calendar
	Restored  What = "restored"  // it takes place after all
)
