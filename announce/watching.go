package announce

import (
	"context"
	"errors"
	"slices"
	"time"

	"heraut/chat"
	"heraut/fetch"
	"heraut/filter"
	"heraut/schedule"
)

// ErrExists is the error for a watch that the room has already, and for a change that
// would leave a watch as it is.
var ErrExists = errors.New("the room has that watch already")

// Watch is a room's subscription to a source: a filter for its items, and the rhythm
// at which they are posted.
type Watch struct {
	ID     int64 // zero if the configuration declares the watch
	Room   chat.RoomID
	Source string
	Filter string // in the form of filter.Filter.String
	Rhythm string // in the form of schedule.Rhythm.String
	// Remind lists when the room gets reminders of a calendar's events, such as
	// «veille,1h»; empty: never.
	Remind string
	Label  string // the room's name for the source; empty: the source's own
	Paused bool
	By     chat.UserID
	At     time.Time
}

// Declared reports whether the configuration declares the watch, so that rooms cannot
// change it.
func (w Watch) Declared() bool { return w.ID == 0 }

// digest returns the text that names the watch in pending items that wait for its
// digest: the source and the filter. It stays the same when the rhythm changes.
func (w Watch) digest() string { return w.Source + " " + w.Filter }

// Key returns a text that identifies the watch within its room. It stays the same when
// the rhythm changes.
func (w Watch) Key() string { return w.digest() }

// Watched is the part of Store for the watches (subscriptions to sources) that rooms
// set up in the chat.
type Watched interface {
	// WatchesIn returns the watches of a room, oldest first.
	WatchesIn(ctx context.Context, room chat.RoomID) ([]Watch, error)
	// WatchesOf returns the watches of a source, paused ones included.
	WatchesOf(ctx context.Context, source string) ([]Watch, error)
	// Watches returns all watches.
	Watches(ctx context.Context) ([]Watch, error)
	// AddWatch stores w and returns its id, or ErrExists if the room has a watch with
	// that source and filter.
	AddWatch(ctx context.Context, w Watch) (id int64, err error)
	// SetRhythm, SetRemind, SetLabel, PauseWatch and RemoveWatch change or delete the
	// watch of the room with that id. They return chat.ErrNotFound if there is none.
	SetRhythm(ctx context.Context, room chat.RoomID, id int64, rhythm string) error
	SetRemind(ctx context.Context, room chat.RoomID, id int64, remind string) error
	SetLabel(ctx context.Context, room chat.RoomID, id int64, label string) error
	PauseWatch(ctx context.Context, room chat.RoomID, id int64, paused bool) error
	RemoveWatch(ctx context.Context, room chat.RoomID, id int64) error
	// MoveWatches gives the room to the watches and pending items of the room from, and
	// forgets the messages of the old room.
	MoveWatches(ctx context.Context, from, to chat.RoomID) error
}

// watching is a watch that is ready for matching: its filter is parsed, and the time is
// computed at which it would post an item that is new now.
type watching struct {
	room   chat.RoomID
	name   string // the name of its digests, as in Pending.Watch
	digest string // the value of Pending.Watch; empty when it announces at once
	filter *filter.Filter
	due    time.Time // when to post an item that is new now
}

// Declare sets the watches that the configuration gives a room, in memory, in place of
// earlier ones, and wakes RunDelivery. Their filters and rhythms must be valid.
func (d *Announcer) Declare(room chat.RoomID, watches []Watch) {
	d.mu.Lock()
	d.declared[room] = watches
	d.mu.Unlock()
	d.changed()
}

// Move assigns the watches of the room from to the room to, its successor after an
// upgrade, in the transaction of ctx. Messages in the old room are not corrected any
// more, since nobody can post there.
func (d *Announcer) Move(ctx context.Context, from, to chat.RoomID) error {
	if err := d.store.MoveWatches(ctx, from, to); err != nil {
		return err
	}
	d.store.AfterCommit(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if watches := d.declared[from]; watches != nil {
			delete(d.declared, from)
			moved := slices.Clone(watches)
			for i := range moved {
				moved[i].Room = to
			}
			d.declared[to] = moved
		}
		d.changed()
	})
	return nil
}

// DeclaredWatches returns the watches in the configuration of all rooms whose ids are
// known so far, in no fixed order.
func (d *Announcer) DeclaredWatches() []Watch { return d.declaredOf("") }

// declaredOf returns the watches in the configuration, of all rooms, that watch the
// named source; if source is empty, all watches in the configuration.
func (d *Announcer) declaredOf(source string) (all []Watch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, watches := range d.declared {
		for _, w := range watches {
			if source == "" || w.Source == source {
				all = append(all, w)
			}
		}
	}
	return all
}

// watching returns the watches of a source that are not paused, each with its parsed
// filter and with the time at which it would post an item that is new at now, the
// earliest first. It logs and leaves out a watch that cannot be parsed; the error is
// that of the store.
func (d *Announcer) watching(ctx context.Context, source string, now time.Time) ([]watching, error) {
	kept, err := d.store.WatchesOf(ctx, source)
	if err != nil {
		return nil, err
	}
	var all []watching
	for _, w := range append(d.declaredOf(source), kept...) {
		if w.Paused {
			continue
		}
		ready, err := d.ready(w, now)
		if err != nil {
			// The filter was valid when a member set it: another version of the bot
			// stored it.
			d.Log.Error().Err(err).Str("source", fetch.Redacted(source)).Msg("A stored watch cannot be parsed: it announces nothing")
			continue
		}
		all = append(all, ready)
	}
	slices.SortStableFunc(all, func(a, b watching) int { return a.due.Compare(b.due) })
	return all, nil
}

func (d *Announcer) ready(w Watch, now time.Time) (watching, error) {
	accepts, err := d.filter(w.Filter)
	if err != nil {
		return watching{}, err
	}
	rhythm, err := schedule.ParseRhythm(w.Rhythm)
	if err != nil {
		return watching{}, err
	}
	if rhythm.IsImmediate() {
		return watching{room: w.Room, name: w.digest(), filter: accepts, due: d.afterQuiet(w.Room, now)}, nil
	}
	return watching{room: w.Room, name: w.digest(), filter: accepts, digest: w.digest(), due: rhythm.Next(now, d.Zone)}, nil
}

// afterQuiet returns now or, if now is in the room's quiet hours, the time at which
// these end.
func (d *Announcer) afterQuiet(room chat.RoomID, now time.Time) time.Time {
	if d.Quiet != nil {
		if until, quiet := d.Quiet(room).Until(now); quiet {
			return until
		}
	}
	return now
}

// filter returns the parsed form of the filter text, from a cache after the first time,
// or the error of filter.Parse.
func (d *Announcer) filter(text string) (*filter.Filter, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.filters[text]; f != nil {
		return f, nil
	}
	f, err := filter.Parse(text)
	if err == nil {
		d.filters[text] = f
	}
	return f, err
}

// watchID is the key of a watch: its room and the name in its pending items
// (Pending.Watch). For items that wait for no digest, the name is the source alone, and
// stands for all watches of that source in the room.
type watchID struct {
	room  chat.RoomID
	watch string
}

// The states of a watch.
const (
	watchUnknown = iota
	watchPaused
	watchActive
)

// watchStates returns the state of each watch, watchPaused or watchActive (an unknown
// one is not in the map), and the rooms' own names for sources. For the name of a
// source alone, one active watch of the room makes the state watchActive.
func (d *Announcer) watchStates(ctx context.Context) (states map[watchID]int, labels map[watchID]string, err error) {
	kept, err := d.store.Watches(ctx)
	if err != nil {
		return nil, nil, err
	}
	states, labels = map[watchID]int{}, map[watchID]string{}
	for _, w := range append(d.declaredOf(""), kept...) {
		state := watchActive
		if w.Paused {
			state = watchPaused
		}
		for _, id := range []watchID{{w.Room, w.digest()}, {w.Room, w.Source}} {
			states[id] = max(states[id], state)
		}
		if id := (watchID{w.Room, w.Source}); w.Label != "" && labels[id] == "" {
			labels[id] = w.Label
		}
	}
	return states, labels, nil
}
