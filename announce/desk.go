// Package announce decides what is news: it runs the sources, stores the keys of all
// items for ever, posts to each room the items that its filters accept, at its rhythm,
// and corrects the messages when items change. doc/design/news.md describes it.
package announce

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/fetch"
	"heraut/filter"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
)

// Queue sends the posts.
type Queue interface {
	// Do runs change in a transaction, and sends what it posted once that is
	// committed.
	Do(ctx context.Context, change func(ctx context.Context) error) error
	// Post adds posts, for ever once for each cause, to the transaction of ctx.
	Post(ctx context.Context, cause chat.EventID, posts ...chat.Post) error
}

// Options are how news are told.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	// Zone is where days and hours are said and rhythms beat.
	Zone *time.Location
	// Quiet are a room's quiet hours; nil: no room has any.
	Quiet func(room chat.RoomID) schedule.Quiet
	// Calendars are the names of the calendars of the configuration, which rooms
	// watch like any source and which package agenda reads.
	Calendars []string
	// Feeds reads the feeds that rooms give; nil: rooms may give none. It needs a guard
	// (fetch.Guard), since strangers name these addresses, and a size limit.
	Feeds *fetch.Getter
	// Private reports whether not everybody can read what is at a location; nil: all is
	// public. Readers tells who may read a room: announcements of private sources are
	// withheld when the room was opened while they waited.
	Private func(location string) bool
	Readers func(ctx context.Context, room chat.RoomID) (chat.Readers, error)
	// FeedsEvery is how often; 0: every half hour.
	FeedsEvery time.Duration
	// Operators is told when a source stays broken and when it is back, in the
	// transaction that notes it; nil: nobody is.
	Operators func(ctx context.Context, n Notice) error
	Log       zerolog.Logger
}

// Desk runs the sources, and posts their news to the rooms that watch them.
type Desk struct {
	Options
	store Store
	queue Queue

	wake         chan struct{} // something may have become pending
	feedsChanged chan struct{} // rooms may have given or left a feed

	turn *sources.Turn // of the feeds that rooms gave

	mu       sync.Mutex
	sources  []*Runner
	read     map[string]time.Time // when sources were last read
	faults   map[string]error     // why they could not be read the last time
	declared map[chat.RoomID][]Watch
	filters  map[string]*filter.Filter // by their text
}

// NewDesk returns a Desk without declared watches.
func NewDesk(o Options) *Desk {
	return &Desk{
		Options: o, store: o.Store, queue: o.Queue,
		turn: sources.NewTurn(),
		wake: make(chan struct{}, 1), feedsChanged: make(chan struct{}, 1),
		read: map[string]time.Time{}, faults: map[string]error{}, declared: map[chat.RoomID][]Watch{}, filters: map[string]*filter.Filter{},
	}
}

// changed wakes RunDelivery, which then looks up the next due time anew.
func (d *Desk) changed() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Deliver posts the items that are due by now.
func (d *Desk) Deliver(ctx context.Context, now time.Time) error {
	return d.queue.Do(ctx, func(ctx context.Context) error { return d.deliver(ctx, now) })
}

// RunDelivery posts pending items when they are due, until ctx ends.
func (d *Desk) RunDelivery(ctx context.Context) error {
	for {
		now := time.Now()
		next, err := d.store.NextPending(ctx, now)
		if err == nil {
			err = d.Deliver(ctx, now)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.Log.Error().Err(err).Msg("Due announcements could not be posted: trying again")
			next = now.Add(retryStore)
		case next.IsZero():
			next = now.Add(time.Hour)
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}
