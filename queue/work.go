package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"heraut/chat"
	"heraut/wait"
)

const (
	// maxTries limits how often a worker tries an event that never comes to an end,
	// because the process ends or the decision cannot be committed. The move of a room
	// has no limit.
	maxTries = 3
	// hangGrace is how long a handler may take to return after its context ends.
	hangGrace = 2 * time.Second
)

var (
	errGivenUp = errors.New("it was tried before, and never came to an end")
	errHangs   = errors.New("the handler hangs")
)

// serve queues a room for a worker that handles its events, and wakes dispatch. If the
// room has a worker or waits for one, that one looks for events again.
func (q *Queue) serve(room chat.RoomID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, busy := q.working[room]; busy {
		q.working[room] = true
		return
	}
	q.working[room] = false
	q.waiting = append(q.waiting, room)
	q.ready.Set()
}

// dispatch starts a worker for each room with events to handle, at most busyRooms at
// once, until ctx ends, and returns once all workers and slow decisions have ended. The
// error means that, at the start, the store could not list the rooms with waiting
// events.
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
	q.deferred.group.Wait()
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

// work handles the events of one room, oldest first, until none is left or ctx ends; it
// leaves out those whose slow decision is under way. After an error it waits and tries
// again. It always returns nil.
func (q *Queue) work(ctx context.Context, room chat.RoomID) error {
	for ctx.Err() == nil {
		e, tries, err := q.store.NextEvent(ctx, room, q.deferred.in(room))
		switch {
		case errors.Is(err, chat.ErrNotFound):
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
			q.logRetry(err)
			wait.For(ctx, max(time.Second, backoff(max(1, tries-maxTries))))
		}
	}
	return nil
}

// logRetry logs err, for which an event is handled again: an ErrOutdated at the level
// debug, since people cause it by editing a message, and any other error at error.
func (q *Queue) logRetry(err error) {
	if errors.Is(err, ErrOutdated) {
		q.log.Debug().Err(err).Msg("A decision is out of date: deciding anew")
		return
	}
	q.log.Error().Err(err).Msg("An event could not be handled: trying again")
}

// handle asks the handler for its decision on the event e and commits it, or starts
// the slow decision that the handler returned. If the handler fails, handle commits
// an apology at once and does not ask again. It ignores an edit of another person's
// message. tries counts earlier tries that came to no end; after maxTries, it
// apologises without asking. The move of a room gets no apology: it is tried for
// ever. An error means that nothing was committed: the worker tries again.
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
		q.decideInBackground(ctx, e, result.Later)
		return nil
	}
	return q.conclude(ctx, e, result, failed)
}

// conclude commits result, the decision on the event e or, if making it failed (failed
// is not nil), an apology to the person; then it wakes the sender. An error means that
// nothing was committed, and the worker tries again: ctx has ended, the store failed,
// or the decision on the move of a room failed.
func (q *Queue) conclude(ctx context.Context, e chat.Event, result Result, failed error) error {
	if ctx.Err() != nil {
		if errors.Is(failed, errHangs) {
			q.log.Error().Str("event", string(e.ID)).Msg("A handler does not stop: going on without it")
		}
		return ctx.Err()
	}
	if failed != nil && e.Moved != nil {
		return failed // the move of a room must not be lost
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

// apology returns the posts of Config.Apology, which tell the sender of e that the bot
// failed to answer; none if Config.Apology panics.
func (q *Queue) apology(e chat.Event) (posts []chat.Post) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error().Str("event", string(e.ID)).Msgf("The apology failed too: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return q.config.Apology(e)
}

// commit stores result, the decision on e, and marks e as done, in one transaction that
// also runs result.Change. If e is an edit or a deletion, it revises the earlier answers.
// If e is done already, or is an edit or a deletion that does not count (SupersedeEvent),
// commit only marks e as done, and runs no change. failed says that result is an apology;
// an edit then leaves the earlier answers as they are, and the apology is not posted.
func (q *Queue) commit(ctx context.Context, e chat.Event, result Result, failed bool) error {
	now := time.Now()
	cause := e.Cause()
	revises := e.Original() != e.ID
	return q.store.Do(ctx, func(ctx context.Context) error {
		open, err := q.store.FinishEvent(ctx, e.ID, now)
		if err != nil || !open {
			return err // an edit or a deletion finished it first
		}
		if revises {
			// The message that e revises gets no answer of its own if it still waits:
			// e answers it.
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
			return q.add(ctx, chat.Cause(e.ID), result.Posts)
		case failed && e.Redaction == nil, result.Unchanged, e.Late && len(result.Posts) == 0 && !result.Withdraw:
			return nil // the answer stays as it is
		}
		return q.revise(ctx, cause, e.ID, result.Posts, now)
	})
}

// add adds posts, the answers to the event cause, to the outbox, in the transaction of
// ctx.
func (q *Queue) add(ctx context.Context, cause chat.Cause, posts []chat.Post) error {
	for n, p := range posts {
		if err := q.store.AddPost(ctx, newRow(chat.KeyOf(cause, n), cause, n, KindPost, p)); err != nil {
			return err
		}
	}
	return nil
}

// call runs decide, the handler or a slow decision, within Config.HandleWithin, and
// returns its result. It returns a panic as an error, and an error that wraps errHangs
// if decide still runs hangGrace after ctx or the time limit ends. It reports the
// duration to Config.Handled.
func (q *Queue) call(ctx context.Context, decide func(ctx context.Context) (Result, error)) (Result, error) {
	type answer struct {
		result Result
		err    error
	}
	began := time.Now()
	defer func() { q.config.Handled(time.Since(began)) }()
	ctx, cancel := context.WithTimeout(ctx, q.config.HandleWithin)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() { done <- a }()
		defer recovered(&a.err)
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

// recovered ends a panic and sets *err to an error with its value and stack. It changes
// nothing without a panic. Only a defer statement may call it.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}
