package queue

import (
	"context"
	"errors"
	"sync"

	"heraut/chat"
	"heraut/wait"
)

// deferredAtOnce is how many slow decisions (Result.Later) run at the same time.
const deferredAtOnce = 4

// deferred is the list of events on which slow decisions run or wait to run, such as
// those that ask another server, beside the rooms' workers. It needs no state after a
// restart: an event stays open in the database until its decision is committed.
type deferred struct {
	slots chan struct{}
	group sync.WaitGroup

	mu     sync.Mutex
	events map[chat.RoomID][]chat.EventID // being decided, or waiting for a slot
}

func newDeferred() *deferred {
	return &deferred{slots: make(chan struct{}, deferredAtOnce), events: map[chat.RoomID][]chat.EventID{}}
}

// in returns the ids of a room's events on which slow decisions run or wait to run, in
// a copy of the list. The room's worker skips these events.
func (a *deferred) in(room chat.RoomID) []chat.EventID {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]chat.EventID(nil), a.events[room]...)
}

func (a *deferred) add(e chat.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.events[e.Room] = append(a.events[e.Room], e.ID)
}

func (a *deferred) remove(e chat.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var rest []chat.EventID
	for _, id := range a.events[e.Room] {
		if id != e.ID {
			rest = append(rest, id)
		}
	}
	if a.events[e.Room] = rest; len(rest) == 0 {
		delete(a.events, e.Room)
	}
}

// decideInBackground starts a goroutine that calls decide, a slow decision on e, and
// commits its result or, if decide fails, an apology; at most deferredAtOnce decisions
// run at a time. The room's worker goes on with the events after e. If ctx ends or the
// commit fails, e stays open: the worker, or the next process, handles it again.
func (q *Queue) decideInBackground(ctx context.Context, e chat.Event, decide func(ctx context.Context) (Result, error)) {
	q.deferred.add(e)
	q.deferred.group.Go(func() {
		defer q.serve(e.Room) // e is handled again if it is still open
		defer q.deferred.remove(e)
		select {
		case q.deferred.slots <- struct{}{}:
			defer func() { <-q.deferred.slots }()
		case <-ctx.Done():
		}
		err := ctx.Err()
		if err == nil {
			result, failed := q.call(ctx, decide)
			err = q.conclude(ctx, e, result, failed)
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			q.returnEvent(ctx, e.ID)
		default:
			q.logRetry(err)
			wait.For(ctx, backoff(1))
		}
	})
}

// returnEvent takes back the count of the last try of an event, because the process is
// stopping; the next process handles the event. It works after ctx has ended, and only
// logs an error.
func (q *Queue) returnEvent(ctx context.Context, id chat.EventID) {
	if err := q.store.ReturnEvent(context.WithoutCancel(ctx), id); err != nil && !errors.Is(err, chat.ErrNotFound) {
		q.log.Error().Err(err).Msg("An event could not be put back")
	}
}
