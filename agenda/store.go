package agenda

import (
	"context"
	"time"

	"heraut/announce"
	"heraut/chat"
)

// Store keeps calendars and what rooms are to be told of them. Its methods join
// the transaction of their context.
type Store interface {
	// Source and SaveSource keep how a calendar does, as that of any source.
	Source(ctx context.Context, name string) (announce.SourceState, error)
	SaveSource(ctx context.Context, s announce.SourceState) error
	// Watches are all watches that rooms set up.
	Watches(ctx context.Context) ([]announce.Watch, error)

	// CalendarEvents are the events of a calendar, by start.
	CalendarEvents(ctx context.Context, source string) ([]Event, error)
	// EventsBetween are the events of the calendars that start within [from, to),
	// or that last into it, by start.
	EventsBetween(ctx context.Context, sources []string, from, to time.Time) ([]Event, error)
	// AddEvent stores an event and returns its id.
	AddEvent(ctx context.Context, e Event) (int64, error)
	SaveEvent(ctx context.Context, e Event) error
	RemoveEvent(ctx context.Context, id int64) error
	// ForgetCalendars forgets all calendars but those that are watched: their
	// events, what was to be told of them and, of those that rooms gave, how they
	// did.
	ForgetCalendars(ctx context.Context, watched []string) error
	// PurgeEvents forgets events that ended before a time, and what was told of
	// events that began before it.
	PurgeEvents(ctx context.Context, before time.Time) error

	// PendingEvents is what a room is to be told, by room, due time and start.
	PendingEvents(ctx context.Context) ([]Pending, error)
	SavePendingEvent(ctx context.Context, p Pending) error
	DeletePendingEvent(ctx context.Context, room chat.RoomID, event int64) error

	// Reminded stores that a room was reminded of an event's start, and reports
	// whether it was not yet.
	Reminded(ctx context.Context, room chat.RoomID, event int64, lead string, start time.Time) (first bool, err error)

	// Digests are when each watch was last told of a week's events, by
	// announce.Watch.Key.
	Digests(ctx context.Context, room chat.RoomID) (map[string]time.Time, error)
	SaveDigest(ctx context.Context, room chat.RoomID, watch string, at time.Time) error

	// MoveAgenda gives one room what another was to be told.
	MoveAgenda(ctx context.Context, from, to chat.RoomID) error
}

// Pending is a change that a room is to be told of.
type Pending struct {
	Room chat.RoomID
	Due  time.Time
	Change
}
