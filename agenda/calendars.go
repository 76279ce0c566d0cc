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

// Settings describe one calendar: its name in the chat, its address or file, the
// interval at which the bot reads it, and the HTTP client for that.
type Settings struct {
	Name     string // the name that rooms use
	Location string // an address, or a file
	Every    time.Duration
	Getter   *fetch.Getter
}

// Queue runs a decision in a database transaction and sends the posts that the
// decision made; see announce.Queue.
type Queue = announce.Queue

// Options are the arguments of NewCalendars besides the calendars: the store, the
// queue, the rooms' settings and the functions that report.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	// Zone is the time zone of all hours in messages.
	Zone *time.Location
	// Quiet returns a room's quiet hours.
	Quiet func(room chat.RoomID) schedule.Quiet
	// Declared returns the watches of the configuration whose rooms are known so
	// far.
	Declared func() []announce.Watch
	// Report receives the outcome of each reading of a calendar; err is nil on
	// success.
	Report func(source string, at time.Time, err error)
	// Guarded fetches the calendars that rooms gave by address, each every
	// roomEvery; nil: such calendars cannot be read.
	Guarded *fetch.Getter
	// Guard returns the guard of a message in a room about calendars at these
	// locations, addresses or files: private ones must not reach more people than when
	// the message was decided. nil: no message has a guard.
	Guard func(ctx context.Context, room chat.RoomID, locations []string) (chat.Guard, error)
	// Operators receives a notice when a calendar stays broken and when it works
	// again; nil: no notices.
	Operators func(ctx context.Context, n announce.Notice) error
	Log       zerolog.Logger
}

// Calendars is the service that reads calendars, and posts changes of their events,
// reminders and weekly lists. Its methods may be called concurrently, except Round.
type Calendars struct {
	Options
	calendars []Settings

	mu   sync.Mutex
	next map[string]time.Time // when each calendar is due for its next reading
	full map[string]time.Time // when each calendar was last read in full
}

// NewCalendars returns Calendars that reads the given calendars, which the
// configuration names; call its Run.
func NewCalendars(o Options, calendars []Settings) *Calendars {
	return &Calendars{Options: o, calendars: calendars, next: map[string]time.Time{}, full: map[string]time.Time{}}
}

// Names returns the names of the calendars of the configuration, in its order.
func (d *Calendars) Names() []string {
	names := make([]string, len(d.calendars))
	for i, c := range d.calendars {
		names[i] = c.Name
	}
	return names
}

// Has reports whether source, the source of a watch, is a calendar: one in the
// configuration, or one whose address a room gave.
func (d *Calendars) Has(source string) bool {
	return sources.IsCalendarAddress(source) || slices.Contains(d.Names(), source)
}

const (
	// roundEvery is the longest time between two rounds.
	roundEvery = time.Minute
	// roomEvery is how often the bot reads a calendar that a room gave.
	roomEvery = 30 * time.Minute
	// keepEvents is how long the store keeps past events.
	keepEvents = 30 * 24 * time.Hour
)

// Run calls Round at once and then every roundEvery, or more often if a calendar of the
// configuration has a shorter interval, until ctx ends. It logs the errors of Round and
// tries again, so it always returns nil.
func (d *Calendars) Run(ctx context.Context) error {
	every := roundEvery
	for _, c := range d.calendars {
		every = min(every, c.Every)
	}
	schedule.Repeat(ctx, every, d.Round, func(err error) {
		d.Log.Error().Err(err).Msg("The agenda could not be told: trying again")
	})
	return nil
}

// watches returns each room's watch of a calendar, from the configuration and from the
// store, without paused ones. With an error of the store, it returns only those of the
// configuration.
func (d *Calendars) watches(ctx context.Context) ([]announce.Watch, error) {
	kept, err := d.Store.Watches(ctx)
	all := slices.Concat(d.Declared(), kept)
	return slices.DeleteFunc(all, func(w announce.Watch) bool { return w.Paused || !d.Has(w.Source) }), err
}

// watched returns the calendars to read: those of the configuration, and those whose
// address a room gave and still watches without a pause. With an error of the store, it
// returns only those of the configuration.
func (d *Calendars) watched(ctx context.Context) ([]Settings, error) {
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

// locationOf returns the address or the file of the calendar of that name, which is a
// name in the configuration or, for a calendar of a room, CalendarPrefix and the
// address.
func (d *Calendars) locationOf(name string) string {
	for _, c := range d.calendars {
		if c.Name == name {
			return c.Location
		}
	}
	return strings.TrimPrefix(name, sources.CalendarPrefix)
}

// In returns the stored events, cancelled ones too, that a room may see and that start
// within [from, to) or are still under way at from, with their times in d.Zone. They
// come from the calendars that the room watches or, if it watches none, from all
// calendars of the configuration. The error is that of the store.
func (d *Calendars) In(ctx context.Context, room chat.RoomID, from, to time.Time) ([]Event, error) {
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

// here converts the times of events to the time zone of messages. It changes the slice
// itself and returns it.
func (d *Calendars) here(events []Event) []Event {
	for i := range events {
		events[i].Start, events[i].End = events[i].Start.In(d.Zone), events[i].End.In(d.Zone)
	}
	return events
}

// Known reports whether the room may see any calendar: the configuration has one, or
// the room watches one. The error is that of the store.
func (d *Calendars) Known(ctx context.Context, room chat.RoomID) (bool, error) {
	watches, err := d.watches(ctx)
	return len(d.calendars) > 0 || slices.ContainsFunc(watches, func(w announce.Watch) bool { return w.Room == room }), err
}

// Trial is a summary of a calendar that a person wants to watch: its title, the number
// of its future events (at most 400 days ahead, and none that is cancelled), and the
// next of them.
type Trial struct {
	Title  string
	Coming int        // number of future events
	Next   *EventView // the first future event; nil: none
}

// Try reads the calendar at an address that a person gave, without storing anything.
// The error says why there is no usable calendar at the address; FaultOf classifies it.
// The error is announce.ErrNoSource if d.Guarded is nil: people may not give addresses.
func (d *Calendars) Try(ctx context.Context, address string, now time.Time) (Trial, error) {
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

// Move assigns the pending changes and the other stored agenda rows of the room from
// to the room to, its successor after an upgrade.
func (d *Calendars) Move(ctx context.Context, from, to chat.RoomID) error {
	return d.Store.MoveAgenda(ctx, from, to)
}
