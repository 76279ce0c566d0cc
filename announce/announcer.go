// Package announce turns items into announcements: it runs the sources, stores the keys
// of all items for ever, posts to each room the items that its filters accept, at its
// rhythm, and corrects the messages when items change. doc/design/news.md describes it.
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
	"heraut/wait"
)

// Queue is the interface of the outbox: it runs changes in database transactions and
// sends the posts that they make.
type Queue interface {
	// Do runs change in a transaction, and sends the posts of change after the commit.
	// After an error of change, which it returns, nothing is stored.
	Do(ctx context.Context, change func(ctx context.Context) error) error
	// Post adds posts to the transaction of ctx. A second call with the same cause adds
	// nothing, for ever.
	Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error
}

// Options are the arguments of NewAnnouncer: the store, the queue, the rooms'
// settings, and how to read the feeds that rooms add.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	// Zone is the time zone of the dates in messages and of the watches' rhythms.
	Zone *time.Location
	// Quiet returns a room's quiet hours; nil: no room has any.
	Quiet func(room chat.RoomID) schedule.Quiet
	// Calendars names the calendars of the configuration. Rooms watch them like any
	// source; package agenda reads them.
	Calendars []string
	// Feeds reads the feeds that rooms add; nil: rooms may add none. It needs a guard
	// (fetch.Guard), since strangers choose these addresses, and a size limit.
	Feeds *fetch.Getter
	// Private reports whether a location is readable only by some people; nil: all are
	// public. Readers returns who may read a room: the queue withholds an announcement
	// of a private source when more people may read the room than when the announcement
	// was decided.
	Private func(location string) bool
	Readers func(ctx context.Context, room chat.RoomID) (chat.Readers, error)
	// FeedsEvery is the interval at which the feeds of rooms are read; 0: half an hour.
	FeedsEvery time.Duration
	// Operators announces to the operators that a source stays broken or works again,
	// in the transaction that stores it; nil: nobody is told.
	Operators func(ctx context.Context, n Notice) error
	Log       zerolog.Logger
}

// Announcer is the service that reads the sources, decides which items are news, and
// posts them in the rooms that watch the sources. Its methods may be called
// concurrently.
type Announcer struct {
	Options
	store Store
	queue Queue

	wake         wait.Signal // an item may have become pending
	feedsChanged wait.Signal // a room may have added or removed a feed

	turn *sources.Turn // limits how many of the rooms' feeds are read at once

	mu       sync.Mutex
	sources  []*Runner
	read     map[string]time.Time // when each source was last read
	faults   map[string]error     // the error of each source's last reading
	declared map[chat.RoomID][]Watch
	filters  map[string]*filter.Filter // parsed filters, by text
}

// NewAnnouncer returns an Announcer that works with the parts in o, without sources and
// watches: AddSource adds sources, Declare the watches of the configuration. The caller
// then starts Run, which does the work.
func NewAnnouncer(o Options) *Announcer {
	return &Announcer{
		Options: o, store: o.Store, queue: o.Queue,
		turn: sources.NewTurn(),
		wake: wait.NewSignal(), feedsChanged: wait.NewSignal(),
		read: map[string]time.Time{}, faults: map[string]error{}, declared: map[chat.RoomID][]Watch{}, filters: map[string]*filter.Filter{},
	}
}

// changed wakes RunDelivery, so that it looks up the next due time again after pending
// items changed.
func (d *Announcer) changed() { d.wake.Set() }

// Deliver posts the news that is due in rooms by now, in a transaction of its own, and
// deletes it from the pending items. On an error nothing is posted.
func (d *Announcer) Deliver(ctx context.Context, now time.Time) error {
	return d.queue.Do(ctx, func(ctx context.Context) error { return d.deliver(ctx, now) })
}

// RunDelivery posts pending items when they are due, until ctx ends; it always returns
// nil. After an error, it logs it and tries again a minute later (retryStore).
func (d *Announcer) RunDelivery(ctx context.Context) error {
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
		d.wake.For(ctx, time.Until(next))
	}
}
