package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"heraut/chat"
)

const (
	// maxTries bounds how often an event is handled that ends the process each time.
	maxTries = 3
	// hangGrace is what a handler gets to return after its time is up.
	hangGrace = 2 * time.Second
)

// serve asks for the room's events to be handled.
func (q *Queue) serve(ctx context.Context, room chat.RoomID) {
	q.mu.Lock()
	_, busy := q.working[room]
	q.working[room] = busy // a busy room's worker looks once more
	q.mu.Unlock()
	if busy {
		return
	}
	select {
	case q.rooms <- room:
	case <-ctx.Done():
	}
}

// dispatch gives each room with something to do a worker of its own.
func (q *Queue) dispatch(ctx context.Context) error {
	rooms, err := q.store.BusyRooms(ctx)
	if err != nil {
		return fmt.Errorf("look for work: %w", err)
	}
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(busyRooms)
	start := func(room chat.RoomID) {
		workers.Go(func() error { return q.work(ctx, room) })
	}
	for _, room := range rooms {
		q.mu.Lock()
		_, busy := q.working[room]
		q.working[room] = busy
		q.mu.Unlock()
		if !busy {
			start(room)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return workers.Wait()
		case room := <-q.rooms:
			start(room)
		}
	}
}

// work handles a room's events, oldest first, until none is left.
func (q *Queue) work(ctx context.Context, room chat.RoomID) error {
	for ctx.Err() == nil {
		e, tries, err := q.store.NextEvent(ctx, room)
		switch {
		case errors.Is(err, ErrNone):
			q.mu.Lock()
			again := q.working[room]
			if again {
				q.working[room] = false
			} else {
				delete(q.working, room)
			}
			q.mu.Unlock()
			if !again {
				return nil
			}
		case err == nil:
			err = q.handle(ctx, e, tries)
			if err == nil {
				continue
			}
			fallthrough
		default:
			if ctx.Err() != nil {
				return nil
			}
			q.log.Error().Err(err).Msg("An event could not be handled: trying again")
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
	return nil
}

// handle has one event handled and commits what was decided. Its error means
// that nothing was committed.
func (q *Queue) handle(ctx context.Context, e chat.Event, tries int) error {
	var result Result
	failed := errors.New("it ended the process before")
	if tries < maxTries {
		result, failed = q.call(ctx, e)
	}
	if ctx.Err() != nil {
		return ctx.Err() // stopping: the event is handled at the next start
	}
	if failed != nil {
		q.counts.Failed.Add(1)
		q.log.Error().Err(failed).Str("event", string(e.ID)).Msg("A handler failed: the event stays without an answer")
		result = Result{}
	}
	now := time.Now()
	err := q.store.Do(ctx, func(ctx context.Context) error {
		open, err := q.store.FinishEvent(ctx, e.ID, now)
		if err != nil || !open {
			return err // an edit or a deletion came first
		}
		if result.Change != nil {
			if err := result.Change(ctx); err != nil {
				return err
			}
		}
		if cause := e.Cause(); cause != e.ID {
			// What it was about is answered here, or not at all.
			if _, err := q.store.FinishEvent(ctx, cause, now); err != nil {
				return err
			}
			if failed != nil {
				return nil
			}
			return q.revise(ctx, cause, e.ID, result.Posts, now)
		}
		for n, p := range result.Posts {
			if err := q.store.AddPost(ctx, newRow(chat.KeyOf(e.ID, n), e.ID, n, KindPost, p)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	q.counts.Handled.Add(1)
	nudge(q.wake)
	return nil
}

// call runs the handler, and survives its panics and its hanging.
func (q *Queue) call(ctx context.Context, e chat.Event) (Result, error) {
	type answer struct {
		result Result
		err    error
	}
	ctx, cancel := context.WithTimeout(ctx, q.config.HandleWithin)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a = answer{err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
			}
			done <- a
		}()
		a.result, a.err = q.handler.Handle(ctx, e)
	}()
	select {
	case a := <-done:
		return a.result, a.err
	case <-ctx.Done():
	}
	select {
	case a := <-done:
		return a.result, a.err
	case <-time.After(hangGrace):
		return Result{}, fmt.Errorf("the handler hangs: %w", ctx.Err())
	}
}
