package agenda

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
)

// Settings are those of a calendar of the configuration.
type Settings struct {
	Name     string // what rooms call it
	Location string // an address, or a file
	Every    time.Duration
	Getter   *fetch.Getter
}

// Queue sends what is decided: announce.Queue says how.
type Queue = announce.Queue

// Options are how rooms are told of events.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	// Zone is where hours are said.
	Zone *time.Location
	// Quiet are a room's quiet hours.
	Quiet func(room chat.RoomID) schedule.Quiet
	// Declared are the watches that the configuration sets, known so far.
	Declared func() []announce.Watch
	// Report is told how each reading of a calendar ended.
	Report func(source string, at time.Time, err error)
	// Rooms' calendars are read by Guarded, every half hour.
	Guarded *fetch.Getter
	// Operators is told when a calendar stays broken and when it is back.
	Operators func(ctx context.Context, n announce.Notice) error
	Log       zerolog.Logger
}

// Desk knows calendars, and tells rooms what is due. Its methods may be called at
// the same time, but for Round.
type Desk struct {
	Options
	calendars []Settings

	mu   sync.Mutex
	next map[string]time.Time // when each calendar is read again
	full map[string]time.Time // when it was last read without a condition
}

// NewDesk returns a Desk for the calendars of the configuration.
func NewDesk(o Options, calendars []Settings) *Desk {
	return &Desk{Options: o, calendars: calendars, next: map[string]time.Time{}, full: map[string]time.Time{}}
}

// Names are those of the calendars of the configuration, in its order.
func (d *Desk) Names() []string {
	names := make([]string, len(d.calendars))
	for i, c := range d.calendars {
		names[i] = c.Name
	}
	return names
}

// Has reports whether a source is a calendar.
func (d *Desk) Has(source string) bool {
	return sources.IsCalendarAddress(source) || slices.Contains(d.Names(), source)
}

const (
	// roundEvery is how often it is looked at what is due.
	roundEvery = time.Minute
	// roomEvery is how often a calendar that a room gave is read.
	roomEvery = 30 * time.Minute
	// keepEvents is how long past events are kept.
	keepEvents = 30 * 24 * time.Hour
)

// Run reads the calendars and tells rooms what is due until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	every := roundEvery
	for _, c := range d.calendars {
		every = min(every, c.Every)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := d.Round(ctx, time.Now()); err != nil && ctx.Err() == nil {
			d.Log.Error().Err(err).Msg("The agenda could not be told: trying again")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// watches are all watches of calendars that are not paused.
func (d *Desk) watches(ctx context.Context) ([]announce.Watch, error) {
	kept, err := d.Store.Watches(ctx)
	all := slices.Concat(d.Declared(), kept)
	return slices.DeleteFunc(all, func(w announce.Watch) bool { return w.Paused || !d.Has(w.Source) }), err
}

// watched are the calendars to be read: those of the configuration, and those
// that rooms gave.
func (d *Desk) watched(ctx context.Context) ([]Settings, error) {
	all := slices.Clone(d.calendars)
	watches, err := d.watches(ctx)
	for _, w := range watches {
		if sources.IsCalendarAddress(w.Source) && !slices.ContainsFunc(all, func(s Settings) bool { return s.Name == w.Source }) {
			all = append(all, Settings{
				Name: w.Source, Location: strings.TrimPrefix(w.Source, sources.CalendarPrefix), Every: roomEvery, Getter: d.Guarded,
			})
		}
	}
	return all, err
}

// In returns the events that a room may see, which start within [from, to) or last
// into it: those of the calendars that it watches, or else of all calendars of the
// configuration.
func (d *Desk) In(ctx context.Context, room chat.RoomID, from, to time.Time) ([]Event, error) {
	watches, err := d.watches(ctx)
	if err != nil {
		return nil, err
	}
	var calendars []string
	for _, w := range watches {
		if w.Room == room && !slices.Contains(calendars, w.Source) {
			calendars = append(calendars, w.Source)
		}
	}
	if calendars == nil {
		calendars = d.Names()
	}
	events, err := d.Store.EventsBetween(ctx, calendars, from, to)
	return d.here(events), err
}

// here gives times in the desk's zone.
func (d *Desk) here(events []Event) []Event {
	for i := range events {
		events[i].Start, events[i].End = events[i].Start.In(d.Zone), events[i].End.In(d.Zone)
	}
	return events
}

// Known reports whether there is a calendar that the room may see.
func (d *Desk) Known(ctx context.Context, room chat.RoomID) (bool, error) {
	watches, err := d.watches(ctx)
	return len(d.calendars) > 0 || slices.ContainsFunc(watches, func(w announce.Watch) bool { return w.Room == room }), err
}

// Trial is a calendar as it is read before it is watched.
type Trial struct {
	Title  string
	Coming int        // events to come
	Next   *EventView // the first of them; nil if there is none
}

// Try reads the calendar at an address that a room gave.
func (d *Desk) Try(ctx context.Context, address string, now time.Time) (Trial, error) {
	if d.Guarded == nil {
		return Trial{}, announce.ErrNoSource
	}
	resp, err := d.Guarded.Get(ctx, address, fetch.Validators{})
	if err != nil {
		return Trial{}, err
	}
	defer resp.Body.Close()
	r, err := d.parse(resp, reading{}, now)
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Title: r.state.Title}
	for _, e := range r.events {
		if event := (Event{Event: e}); !event.past(now) && !e.Cancelled {
			if t.Coming++; t.Next == nil {
				v := d.viewEvent(event)
				t.Next = &v
			}
		}
	}
	return t, nil
}

// Move gives one room what another was to be told.
func (d *Desk) Move(ctx context.Context, from, to chat.RoomID) error {
	return d.Store.MoveAgenda(ctx, from, to)
}
