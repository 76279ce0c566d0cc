package announce

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"heraut/chat"
	"heraut/fetch"
	"heraut/filter"
	"heraut/schedule"
	"heraut/sources"
)

// Errors of setting or changing a watch. A filter that does not parse is a
// *filter.Error, a rhythm schedule.ErrRhythm.
var (
	ErrNoSource = errors.New("there is no source of that name")
	ErrDeclared = errors.New("the watch is declared in the configuration")
	ErrTooMany  = errors.New("the room has as many watches as it may have")
)

// maxWatches is how many watches a room may set.
const maxWatches = 20

// Health is the state of a source for the lists that people read: its kind and title,
// its row in the database, and when it was last read and how it last failed since the
// process started.
type Health struct {
	Kind  sources.Kind
	Title string // the feed's own title
	// Read is the last successful reading since the process started; zero: none.
	Read time.Time
	// Fault and Code are the cause of the last failure since the process started.
	Fault sources.Fault
	Code  int // the HTTP status, when Fault is FaultStatus
	SourceState
}

// WatchHealth is a watch of a room together with the state of the source that it
// watches.
type WatchHealth struct {
	Watch
	N      int // its number in the room's list, from 1
	Health Health
}

// Name returns the name of the watched source for people: the room's own name for it,
// else the source's title, else its address without secrets.
func (w WatchHealth) Name() string { return cmp.Or(w.Label, w.Health.Title, fetch.Redacted(w.Source)) }

// AddSource adds a source of the configuration with its settings s, which rooms may
// watch by its name. The caller adds all sources before Run, which reads those that it
// finds at its start.
func (d *Announcer) AddSource(s sources.Settings, source sources.Source) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sources = append(d.sources, d.NewRunner(s, source))
}

func (d *Announcer) runners() []*Runner {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.sources)
}

// isCalendar reports whether the source of that name is a calendar, of the
// configuration or an address that a room added, which package agenda reads instead of
// this one.
func (d *Announcer) isCalendar(name string) bool {
	return sources.IsCalendarAddress(name) || slices.Contains(d.Calendars, name)
}

// NoteReading records in memory how a reading of the calendar name ended: successfully
// at the time at if err is nil, otherwise with err. Sources and WatchesIn return that
// with the calendar's state.
func (d *Announcer) NoteReading(name string, at time.Time, err error) {
	if err != nil {
		d.noteFault(name, err)
		return
	}
	d.noteRead(name, at)
}

// hasSource reports whether the configuration has a source or calendar of that name. It
// is also true for any calendar's address that a room added.
func (d *Announcer) hasSource(name string) bool {
	return d.isCalendar(name) || slices.ContainsFunc(d.runners(), func(r *Runner) bool { return r.settings.Name == name })
}

// noteFault records in memory the last error err of reading the source name, which the
// lists of sources show.
func (d *Announcer) noteFault(name string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[name] = err
}

// noteRead records in memory that the source name was last read successfully at the
// time at.
func (d *Announcer) noteRead(name string, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read[name] = at
}

// Sources returns the sources of the configuration with their states, in the order of
// the configuration, the calendars last. The error is that of the store.
func (d *Announcer) Sources(ctx context.Context) ([]Health, error) {
	var all []Health
	for _, r := range d.runners() {
		h, err := d.health(ctx, r.settings.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	for _, name := range d.Calendars {
		h, err := d.health(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

func (d *Announcer) health(ctx context.Context, name string) (Health, error) {
	h := Health{Kind: sources.Feed}
	for _, r := range d.runners() {
		if r.settings.Name == name {
			h.Kind = r.settings.Kind
		}
	}
	d.mu.Lock()
	h.Read = d.read[name]
	if err := d.faults[name]; err != nil {
		h.Fault, h.Code = sources.FaultOf(err), sources.StatusOf(err)
	}
	d.mu.Unlock()
	var err error
	if h.SourceState, err = d.store.Source(ctx, name); err != nil {
		return h, err
	}
	if d.isCalendar(name) {
		h.Kind = sources.Calendar
	}
	if h.Kind == sources.Feed || h.Kind == sources.Calendar {
		h.Title = sources.FeedTitle(h.State)
	}
	return h, nil
}

// WatchesIn returns a room's watches (its subscriptions to sources) with the states of
// their sources, those of the configuration first, then those that the room set up,
// paused ones too. People name a watch by its number in this list, from 1. The error is
// that of the store.
func (d *Announcer) WatchesIn(ctx context.Context, room chat.RoomID) ([]WatchHealth, error) {
	d.mu.Lock()
	all := slices.Clone(d.declared[room])
	d.mu.Unlock()
	set, err := d.store.WatchesIn(ctx, room)
	if err != nil {
		return nil, err
	}
	var list []WatchHealth
	for i, w := range append(all, set...) {
		h, err := d.health(ctx, w.Source)
		if err != nil {
			return nil, err
		}
		list = append(list, WatchHealth{Watch: w, N: i + 1, Health: h})
	}
	return list, nil
}

// AddWatch checks the watch w. It returns w with its filter and rhythm in canonical
// form, and a function that stores it in the transaction of its context. The function
// does nothing if the room has the watch by then. Run begins to read a new feed after
// the commit. w.Source is the name of a source or a calendar in the configuration, the
// address of a feed that TryFeed has read, or that of a calendar. The error is
// ErrNoSource if there is no such source, ErrExists if the room has a watch with this
// source and filter, ErrTooMany if it has too many watches, schedule.ErrRhythm or a
// *filter.Error if the rhythm or the filter is invalid, or that of the store.
func (d *Announcer) AddWatch(ctx context.Context, w Watch) (Watch, func(ctx context.Context) error, error) {
	if !d.hasSource(w.Source) && !sources.IsFeedAddress(w.Source) {
		return w, nil, ErrNoSource
	}
	accepts, err := filter.Parse(w.Filter)
	if err != nil {
		return w, nil, err
	}
	rhythm, err := schedule.ParseRhythm(w.Rhythm)
	if err != nil {
		return w, nil, err
	}
	w.Filter, w.Rhythm = accepts.String(), rhythm.String()
	all, err := d.WatchesIn(ctx, w.Room)
	if err != nil {
		return w, nil, err
	}
	set := 0
	for _, other := range all {
		if other.Source == w.Source && other.Filter == w.Filter {
			return w, nil, ErrExists
		}
		if !other.Declared() {
			set++
		}
	}
	if set >= maxWatches {
		return w, nil, ErrTooMany
	}
	return w, func(ctx context.Context) error {
		_, err := d.store.AddWatch(ctx, w)
		if errors.Is(err, ErrExists) {
			return nil // another member set the same watch first
		}
		d.store.AfterCommit(ctx, d.lookForFeeds)
		return err
	}, nil
}

// SetRhythm finds the watch of the room w.Room that has w's source and filter, the
// filter in the canonical form that AddWatch returns. It returns that watch, still
// unchanged, and a function that stores w.Rhythm for it. Items that already wait for a
// digest keep their due time. The error is chat.ErrNotFound if there is no such watch,
// ErrExists if it has this rhythm already, ErrDeclared if the configuration declares
// it, schedule.ErrRhythm for an invalid rhythm, or that of the store.
func (d *Announcer) SetRhythm(ctx context.Context, w Watch) (before Watch, change func(ctx context.Context) error, err error) {
	rhythm, err := schedule.ParseRhythm(w.Rhythm)
	if err != nil {
		return w, nil, err
	}
	all, err := d.WatchesIn(ctx, w.Room)
	if err != nil {
		return w, nil, err
	}
	i := slices.IndexFunc(all, func(other WatchHealth) bool { return other.Source == w.Source && other.Filter == w.Filter })
	switch {
	case i < 0:
		return w, nil, chat.ErrNotFound
	case all[i].Rhythm == rhythm.String():
		return all[i].Watch, nil, ErrExists
	}
	return d.changeWatch(ctx, w.Room, all[i].N, func(ctx context.Context, w Watch) error {
		return d.store.SetRhythm(ctx, w.Room, w.ID, rhythm.String())
	})
}

// SetRemind finds the watch of the room w.Room that has w's source and filter, the
// filter in canonical form. It returns that watch, still unchanged, and a function that
// stores w.Remind, the reminders, for it. The error is chat.ErrNotFound if there is no
// such watch, ErrDeclared if the configuration declares it, or that of the store.
func (d *Announcer) SetRemind(ctx context.Context, w Watch) (before Watch, change func(ctx context.Context) error, err error) {
	all, err := d.WatchesIn(ctx, w.Room)
	if err != nil {
		return w, nil, err
	}
	i := slices.IndexFunc(all, func(other WatchHealth) bool { return other.Source == w.Source && other.Filter == w.Filter })
	if i < 0 {
		return w, nil, chat.ErrNotFound
	}
	return d.changeWatch(ctx, w.Room, all[i].N, func(ctx context.Context, before Watch) error {
		return d.store.SetRemind(ctx, w.Room, before.ID, w.Remind)
	})
}

// SetLabel finds the watch of the room w.Room that has w's source and filter, the
// filter in canonical form. It returns that watch with w.Label as its label, and a
// function that stores this label. The error is chat.ErrNotFound if there is no such
// watch, ErrExists if it has this label already, ErrDeclared if the configuration
// declares it, or that of the store.
func (d *Announcer) SetLabel(ctx context.Context, w Watch) (after Watch, change func(ctx context.Context) error, err error) {
	all, err := d.WatchesIn(ctx, w.Room)
	if err != nil {
		return w, nil, err
	}
	i := slices.IndexFunc(all, func(other WatchHealth) bool { return other.Source == w.Source && other.Filter == w.Filter })
	switch {
	case i < 0:
		return w, nil, chat.ErrNotFound
	case all[i].Label == w.Label:
		return all[i].Watch, nil, ErrExists
	}
	after, change, err = d.changeWatch(ctx, w.Room, all[i].N, func(ctx context.Context, kept Watch) error {
		return d.store.SetLabel(ctx, kept.Room, kept.ID, w.Label)
	})
	after.Label = w.Label
	return after, change, err
}

// PauseWatch returns a room's n-th watch, still unchanged, and a function that pauses
// it or, if paused is false, resumes it. The function does nothing if the watch was
// deleted meanwhile. The error is chat.ErrNotFound if there is no such watch,
// ErrDeclared if the configuration declares it, or that of the store.
func (d *Announcer) PauseWatch(ctx context.Context, room chat.RoomID, n int, paused bool) (Watch, func(ctx context.Context) error, error) {
	return d.changeWatch(ctx, room, n, func(ctx context.Context, w Watch) error {
		return d.store.PauseWatch(ctx, room, w.ID, paused)
	})
}

// RemoveWatch returns a room's n-th watch and a function that deletes it. Items that
// wait for the digest of this watch then wait for the room's other watches that match
// them; the function drops items that no other watch matches. If the room has no other
// watch of the source, it also drops the room's other pending items of that source. It
// does nothing if the watch was deleted meanwhile. The error is chat.ErrNotFound if
// there is no such watch, ErrDeclared if the configuration declares it, or that of the
// store.
func (d *Announcer) RemoveWatch(ctx context.Context, room chat.RoomID, n int) (Watch, func(ctx context.Context) error, error) {
	return d.changeWatch(ctx, room, n, func(ctx context.Context, w Watch) error {
		if err := d.store.RemoveWatch(ctx, room, w.ID); err != nil {
			return err
		}
		waiting, err := d.store.PendingFor(ctx, room, w.digest())
		if err != nil {
			return err
		}
		news, err := d.store.NewsByID(ctx, itemsOf(waiting))
		if err != nil {
			return err
		}
		if err := d.reassign(ctx, waiting, news, time.Now()); err != nil {
			return err
		}
		states, _, err := d.watchStates(ctx)
		if err != nil || states[watchID{room, w.Source}] != watchUnknown {
			return err
		}
		return d.store.ForgetPending(ctx, room, w.Source)
	})
}

func (d *Announcer) changeWatch(ctx context.Context, room chat.RoomID, n int,
	change func(ctx context.Context, w Watch) error) (Watch, func(ctx context.Context) error, error) {
	all, err := d.WatchesIn(ctx, room)
	switch {
	case err != nil:
		return Watch{}, nil, err
	case n < 1 || n > len(all):
		return Watch{}, nil, chat.ErrNotFound
	case all[n-1].Declared():
		return all[n-1].Watch, nil, ErrDeclared
	}
	w := all[n-1].Watch
	return w, func(ctx context.Context) error {
		err := change(ctx, w)
		if errors.Is(err, chat.ErrNotFound) {
			return nil // another member deleted it first
		}
		d.store.AfterCommit(ctx, d.lookForFeeds)
		return err
	}, nil
}

func (d *Announcer) lookForFeeds() {
	d.feedsChanged.Set()
}
