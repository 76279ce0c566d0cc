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
	// maxTries bounds how often an event is handled without an end: each time
	// the process ended, or what was decided could not be committed. The move of a
	// room is tried until it succeeds.
	maxTries = 3
	// hangGrace is what a handler gets to return after its time is up.
	hangGrace = 2 * time.Second
)

var (
	errGivenUp = errors.New("it was tried before, and never came to an end")
	errHangs   = errors.New("the handler hangs")
)

// serve asks for the room's events to be handled.
func (q *Queue) serve(room chat.RoomID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, busy := q.working[room]; busy {
		q.working[room] = true
		return
	}
	q.working[room] = false
	q.waiting = append(q.waiting, room)
	nudge(q.ready)
}

// dispatch gives each room with something to do a worker of its own.
func (q *Queue) dispatch(ctx context.Context) error {
	rooms, err := q.store.BusyRooms(ctx)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("look for work: %w", err)
	}
	for _, room := range rooms {
		q.serve(room)
	}
	var workers errgroup.Group
	workers.SetLimit(busyRooms)
	for ctx.Err() == nil {
		room, ok := q.nextRoom()
		if ok {
			workers.Go(func() error { return q.work(ctx, room) })
			continue
		}
		select {
		case <-ctx.Done():
		case <-q.ready:
		}
	}
	err = workers.Wait()
	q.apart.group.Wait()
	return err
}

func (q *Queue) nextRoom() (room chat.RoomID, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return "", false
	}
	room, q.waiting = q.waiting[0], q.waiting[1:]
	return room, true
}

// work handles a room's events, oldest first, until none is left.
func (q *Queue) work(ctx context.Context, room chat.RoomID) error {
	for ctx.Err() == nil {
		e, tries, err := q.store.NextEvent(ctx, room, q.apart.in(room))
		switch {
		case errors.Is(err, ErrNone):
			if q.handledAll(room) {
				return nil
			}
			continue
		case err == nil, e.ID != "" && tries >= maxTries:
			err = q.handle(ctx, e, tries)
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			q.returnEvent(ctx, e.ID)
		default:
			q.log.Error().Err(err).Msg("An event could not be handled: trying again")
			sleep(ctx, max(time.Second, backoff(max(1, tries-maxTries))))
		}
	}
	return nil
}

// handle calls the handler on one event and commits what it decides. Its error means
// that nothing was committed.
func (q *Queue) handle(ctx context.Context, e chat.Event, tries int) error {
	if tries >= maxTries && e.Moved == nil {
		return q.conclude(ctx, e, Result{}, errGivenUp)
	}
	if e.Message != nil && e.Message.Edits != "" {
		own, err := q.ownEdit(ctx, e)
		if err != nil && tries+1 < maxTries {
			return err
		}
		if !own {
			return q.ignore(ctx, e)
		}
	}
	result, failed := q.call(ctx, func(ctx context.Context) (Result, error) { return q.handler.Handle(ctx, e) })
	if result.Later != nil && failed == nil && ctx.Err() == nil {
		q.decideApart(ctx, e, result.Later)
		return nil
	}
	return q.conclude(ctx, e, result, failed)
}

// conclude commits what was decided on e, or, when that failed, an apology. Its error
// means that nothing was committed.
func (q *Queue) conclude(ctx context.Context, e chat.Event, result Result, failed error) error {
	if ctx.Err() != nil {
		if errors.Is(failed, errHangs) {
			q.log.Error().Str("event", string(e.ID)).Msg("A handler does not stop: going on without it")
		}
		return ctx.Err()
	}
	if failed != nil && e.Moved != nil {
		return failed // what follows a room into another must not be lost
	}
	if failed != nil {
		q.counts.Failed.Add(1)
		q.log.Error().Err(failed).Str("event", string(e.ID)).Msg("A handler failed: the event is not tried again")
		result = Result{Posts: q.apology(e)}
	}
	if err := q.commit(ctx, e, result, failed != nil); err != nil {
		return err
	}
	q.counts.Handled.Add(1)
	q.wakeSender()
	return nil
}

// apology is what people are told when their event cannot be handled.
func (q *Queue) apology(e chat.Event) (posts []chat.Post) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error().Str("event", string(e.ID)).Msgf("The apology failed too: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return q.config.Apology(e)
}

// commit stores what a handler decided on e, and that e is done.
func (q *Queue) commit(ctx context.Context, e chat.Event, result Result, failed bool) error {
	now := time.Now()
	cause := e.Cause()
	revises := cause != e.ID
	return q.store.Do(ctx, func(ctx context.Context) error {
		open, err := q.store.FinishEvent(ctx, e.ID, now)
		if err != nil || !open {
			return err // an edit or a deletion came first
		}
		if revises {
			// What it is about is answered here, or not at all.
			counts, err := q.store.SupersedeEvent(ctx, e, now)
			if err != nil || !counts {
				return err
			}
		}
		if result.Change != nil {
			if err := result.Change(ctx); err != nil {
				return err
			}
		}
		switch {
		case !revises:
			return q.add(ctx, e.ID, result.Posts)
		case failed && e.Redaction == nil, result.Unchanged, e.Late && len(result.Posts) == 0 && !result.Withdraw:
			return nil // the answer stays as it is
		}
		return q.revise(ctx, cause, e.ID, result.Posts, now)
	})
}

// add puts the answers to an event into the outbox.
func (q *Queue) add(ctx context.Context, cause chat.EventID, posts []chat.Post) error {
	for n, p := range posts {
		if err := q.store.AddPost(ctx, newRow(chat.KeyOf(cause, n), cause, n, KindPost, p)); err != nil {
			return err
		}
	}
	return nil
}

// call runs what decides, the handler or a part of it, and survives its panics and its
// hanging.
func (q *Queue) call(ctx context.Context, decide func(ctx context.Context) (Result, error)) (Result, error) {
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
		a.result, a.err = decide(ctx)
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
		return Result{}, fmt.Errorf("%w: %w", errHangs, ctx.Err())
	}
}
