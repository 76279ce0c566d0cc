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

// Why a watch cannot be set or changed. A filter that does not parse is a
// *filter.Error, a rhythm schedule.ErrRhythm.
var (
	ErrNoSource = errors.New("there is no source of that name")
	ErrDeclared = errors.New("the watch is declared in the configuration")
	ErrTooMany  = errors.New("the room has as many watches as it may have")
)

// maxWatches is how many a room may set.
const maxWatches = 20

// Health is the state of a source, for people.
type Health struct {
	Kind  sources.Kind
	Title string // what a feed calls itself
	// Read is when it was last read without fault since the start; zero if it was
	// not yet.
	Read time.Time
	// Fault and Code are why it could not be read the last time, as far as that
	// is known since the start.
	Fault sources.Fault
	Code  int // the HTTP status, if Fault is that
	SourceState
}

// WatchHealth is a watch of a room and how its source does.
type WatchHealth struct {
	Watch
	N      int // what people call it, from 1
	Health Health
}

// Name is what the room calls the source, or else what that calls itself, or its
// address without secrets.
func (w WatchHealth) Name() string { return cmp.Or(w.Label, w.Health.Title, fetch.Redacted(w.Source)) }

// AddSource adds a source that rooms may watch by its name. Run reads it.
func (d *Desk) AddSource(s sources.Settings, source sources.Source) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sources = append(d.sources, d.NewRunner(s, source))
}

func (d *Desk) runners() []*Runner {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.sources)
}

// isCalendar reports whether package agenda reads the source.
func (d *Desk) isCalendar(name string) bool {
	return sources.IsCalendarAddress(name) || slices.Contains(d.Calendars, name)
}

// NoteReading notes how a reading of a calendar ended.
func (d *Desk) NoteReading(name string, at time.Time, err error) {
	if err != nil {
		d.noteFault(name, err)
		return
	}
	d.noteRead(name, at)
}

// hasSource reports whether the configuration has a source of that name.
func (d *Desk) hasSource(name string) bool {
	return d.isCalendar(name) || slices.ContainsFunc(d.runners(), func(r *Runner) bool { return r.settings.Name == name })
}

// noteFault stores the last error of a source.
func (d *Desk) noteFault(name string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[name] = err
}

// noteRead stores when a source was last read.
func (d *Desk) noteRead(name string, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read[name] = at
}

// Sources are those of the configuration and how they do, in its order.
func (d *Desk) Sources(ctx context.Context) ([]Health, error) {
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

func (d *Desk) health(ctx context.Context, name string) (Health, error) {
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

// WatchesIn lists a room's watches, those of the configuration first.
func (d *Desk) WatchesIn(ctx context.Context, room chat.RoomID) ([]WatchHealth, error) {
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

// AddWatch checks a watch and returns it in its canonical form, with the change
// that sets it. Its source is one's name, or a feed's address that TryFeed read.
func (d *Desk) AddWatch(ctx context.Context, w Watch) (Watch, func(ctx context.Context) error, error) {
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
			return nil // somebody else was faster
		}
		d.lookForFeeds()
		return err
	}, nil
}

// SetRhythm returns the watch that the room has with w's source and filter, and
// the change that gives it w's rhythm. What waits for a digest is told when it was
// to be. It is ErrExists if that is its rhythm already.
func (d *Desk) SetRhythm(ctx context.Context, w Watch) (before Watch, change func(ctx context.Context) error, err error) {
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
		return w, nil, ErrNone
	case all[i].Rhythm == rhythm.String():
		return all[i].Watch, nil, ErrExists
	}
	return d.changeWatch(ctx, w.Room, all[i].N, func(ctx context.Context, w Watch) error {
		return d.store.SetRhythm(ctx, w.Room, w.ID, rhythm.String())
	})
}

// SetRemind returns the watch that the room has with w's source and filter, and the
// change that gives it w's reminders.
func (d *Desk) SetRemind(ctx context.Context, w Watch) (before Watch, change func(ctx context.Context) error, err error) {
	all, err := d.WatchesIn(ctx, w.Room)
	if err != nil {
		return w, nil, err
	}
	i := slices.IndexFunc(all, func(other WatchHealth) bool { return other.Source == w.Source && other.Filter == w.Filter })
	if i < 0 {
		return w, nil, ErrNone
	}
	return d.changeWatch(ctx, w.Room, all[i].N, func(ctx context.Context, before Watch) error {
		return d.store.SetRemind(ctx, w.Room, before.ID, w.Remind)
	})
}

// SetLabel returns the watch that the room has with w's source and filter, and the
// change that has the room call the source by w's label.
func (d *Desk) SetLabel(ctx context.Context, w Watch) (after Watch, change func(ctx context.Context) error, err error) {
	all, err := d.WatchesIn(ctx, w.Room)
	if err != nil {
		return w, nil, err
	}
	i := slices.IndexFunc(all, func(other WatchHealth) bool { return other.Source == w.Source && other.Filter == w.Filter })
	switch {
	case i < 0:
		return w, nil, ErrNone
	case all[i].Label == w.Label:
		return all[i].Watch, nil, ErrExists
	}
	after, change, err = d.changeWatch(ctx, w.Room, all[i].N, func(ctx context.Context, kept Watch) error {
		return d.store.SetLabel(ctx, kept.Room, kept.ID, w.Label)
	})
	after.Label = w.Label
	return after, change, err
}

// PauseWatch returns a room's n-th watch and the change that stops it for a while,
// or has it go on.
func (d *Desk) PauseWatch(ctx context.Context, room chat.RoomID, n int, paused bool) (Watch, func(ctx context.Context) error, error) {
	return d.changeWatch(ctx, room, n, func(ctx context.Context, w Watch) error {
		return d.store.PauseWatch(ctx, room, w.ID, paused)
	})
}

// RemoveWatch returns a room's n-th watch and the change that ends it. What was to
// go into its digest is told for the room's other watches, or not at all.
func (d *Desk) RemoveWatch(ctx context.Context, room chat.RoomID, n int) (Watch, func(ctx context.Context) error, error) {
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

func (d *Desk) changeWatch(ctx context.Context, room chat.RoomID, n int,
	change func(ctx context.Context, w Watch) error) (Watch, func(ctx context.Context) error, error) {
	all, err := d.WatchesIn(ctx, room)
	switch {
	case err != nil:
		return Watch{}, nil, err
	case n < 1 || n > len(all):
		return Watch{}, nil, ErrNone
	case all[n-1].Declared():
		return all[n-1].Watch, nil, ErrDeclared
	}
	w := all[n-1].Watch
	return w, func(ctx context.Context) error {
		err := change(ctx, w)
		if errors.Is(err, ErrNone) {
			return nil // it is gone already
		}
		d.lookForFeeds()
		return err
	}, nil
}

func (d *Desk) lookForFeeds() {
	select {
	case d.feedsChanged <- struct{}{}:
	default:
	}
}
