package agenda

import (
	"context"
	"time"

	"heraut/announce"
	"heraut/chat"
)

// Store is the database of calendars, their events and the pending changes of rooms.
// Its methods join the transaction of their context.
type Store interface {
	// Source and SaveSource keep a calendar's reading state and failures, as for any
	// source.
	Source(ctx context.Context, name string) (announce.SourceState, error)
	SaveSource(ctx context.Context, s announce.SourceState) error
	// Watches returns all watches that rooms set up.
	Watches(ctx context.Context) ([]announce.Watch, error)

	// CalendarEvents returns the events of a calendar, by start.
	CalendarEvents(ctx context.Context, source string) ([]Event, error)
	// EventsBetween returns the events of the calendars that start within [from, to)
	// or last into it, by start.
	EventsBetween(ctx context.Context, sources []string, from, to time.Time) ([]Event, error)
	// AddEvent stores an event and returns its id.
	AddEvent(ctx context.Context, e Event) (int64, error)
	SaveEvent(ctx context.Context, e Event) error
	RemoveEvent(ctx context.Context, id int64) error
	// ForgetCalendars deletes every calendar outside watched: its events, its
	// pending changes and, if a room gave its address, its reading state.
	ForgetCalendars(ctx context.Context, watched []string) error
	// PurgeEvents deletes the events that ended before a time, with their pending
	// changes and reminders.
	PurgeEvents(ctx context.Context, before time.Time) error

	// PendingEvents returns the pending changes, by room, due time and start.
	PendingEvents(ctx context.Context) ([]Pending, error)
	SavePendingEvent(ctx context.Context, p Pending) error
	DeletePendingEvent(ctx context.Context, room chat.RoomID, event int64) error

	// Reminded stores that a room got a reminder of an event's start; first is false
	// when the row exists already.
	Reminded(ctx context.Context, room chat.RoomID, event int64, lead string, start time.Time) (first bool, err error)

	// Digests returns the time of the last weekly list of each watch, by
	// announce.Watch.Key.
	Digests(ctx context.Context, room chat.RoomID) (map[string]time.Time, error)
	SaveDigest(ctx context.Context, room chat.RoomID, watch string, at time.Time) error

	// MoveAgenda moves the pending changes and the other agenda rows of one room to
	// another.
	MoveAgenda(ctx context.Context, from, to chat.RoomID) error
}
