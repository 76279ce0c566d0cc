package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"heraut/chat"
)

const (
	// sendWithin bounds one attempt.
	sendWithin = time.Minute
	// waitForTarget is when a post is looked at again whose target is not sent yet.
	waitForTarget = time.Second
	// longestBackoff bounds the waiting between attempts.
	longestBackoff = 5 * time.Minute
)

// send sends one post after the other.
func (q *Queue) send(ctx context.Context) error {
	for ctx.Err() == nil {
		row, next, err := q.store.NextPost(ctx, time.Now())
		switch {
		case err == nil:
			pause, err := q.attempt(ctx, row.Seq)
			if err != nil && ctx.Err() == nil {
				q.log.Error().Err(err).Msg("The outbox could not be updated")
				pause = max(pause, time.Second)
			}
			q.sleep(ctx, time.Now().Add(pause), false)
		case errors.Is(err, ErrNone):
			q.markRead(ctx)
			q.sleep(ctx, next, true)
		case ctx.Err() == nil:
			q.log.Error().Err(err).Msg("The outbox could not be read")
			q.sleep(ctx, time.Now().Add(time.Second), false)
		}
	}
	return nil
}

// sleep waits until then (zero: without end); a nudge may end it early.
func (q *Queue) sleep(ctx context.Context, then time.Time, interruptible bool) {
	var timer <-chan time.Time
	if !then.IsZero() {
		d := time.Until(then)
		if d <= 0 {
			return
		}
		t := time.NewTimer(d)
		defer t.Stop()
		timer = t.C
	}
	wake := q.wake
	if !interruptible {
		wake = nil
	}
	select {
	case <-ctx.Done():
	case <-timer:
	case <-wake:
	}
}

// attempt tries to send a row and returns for how long all sending has to pause.
func (q *Queue) attempt(ctx context.Context, seq int64) (time.Duration, error) {
	if err := q.config.Pace.Wait(ctx); err != nil {
		return 0, err
	}
	row, err := q.store.StartPost(ctx, seq, time.Now())
	if errors.Is(err, ErrNone) {
		return 0, nil // withdrawn meanwhile
	} else if err != nil {
		return 0, err
	}
	post, err := q.resolve(ctx, row.Post)
	var unmet *unmetTarget
	switch {
	case errors.As(err, &unmet):
		row.State, row.NextAt = Waiting, time.Now().Add(waitForTarget)
		if unmet.final {
			row.State, row.Reason = Failed, err.Error()
		}
		return 0, q.store.UpdatePost(ctx, row, time.Now())
	case err != nil:
		return 0, err
	}
	sending, cancel := context.WithTimeout(ctx, sendWithin)
	id, err := q.transport.Send(sending, Outgoing{Txn: row.Txn, Post: post})
	cancel()
	if err != nil && ctx.Err() != nil {
		return 0, nil // stopping: the next start puts the row into doubt
	}
	return q.settle(ctx, row, id, err)
}

// settle records how an attempt ended.
func (q *Queue) settle(ctx context.Context, row Row, id chat.EventID, err error) (time.Duration, error) {
	now := time.Now()
	var pause time.Duration
	var notNow *NotNow
	var refused *Refused
	switch {
	case err == nil:
		q.counts.Sent.Add(1)
		if row.Post.Priority == chat.Answer && row.Kind == KindPost {
			q.answered(row.Post.Room, row.Cause)
		}
		_, err := q.store.ConfirmPost(ctx, row.Txn, id, now)
		return 0, err
	case errors.As(err, &notNow):
		row.State, row.NextAt = Waiting, now.Add(max(notNow.After, backoff(row.Attempts)))
		if !notNow.Lane {
			q.counts.RateLimited.Add(1)
			pause = max(notNow.After, time.Millisecond)
			row.NextAt = now.Add(notNow.After)
		}
		q.log.Debug().Err(err).Dur("again_in", row.NextAt.Sub(now)).Msg("A post has to wait")
	case errors.As(err, &refused) && refused.Relation && related(row.Post):
		q.log.Info().Err(err).Str("post", string(row.Key)).Msg("A relation was refused: sending without it")
		row.State = Waiting
		row.Post.Thread, row.Post.ReplyTo, row.Post.Edits = chat.Target{}, chat.Target{}, chat.Target{}
	case errors.As(err, &refused):
		q.counts.Refused.Add(1)
		q.log.Warn().Err(err).Str("post", string(row.Key)).Msg("A post was refused for good")
		row.State, row.Reason = Failed, err.Error()
	default:
		q.counts.Retried.Add(1)
		q.log.Warn().Err(err).Str("post", string(row.Key)).Msg("An attempt to send ended without an answer: sync will tell whether it arrived")
		row.DoubtSince, row.NextAt = now, now.Add(backoff(row.Attempts))
		if err := q.store.UpdatePost(ctx, row, now); err != nil {
			return 0, err
		}
		q.inDoubt(now)
		return backoff(row.Attempts), nil
	}
	return pause, q.store.UpdatePost(ctx, row, now)
}

// related tells whether p says what it refers to, and makes sense without.
func related(p chat.Post) bool {
	return p.HTML != "" && (!p.Thread.IsZero() || !p.ReplyTo.IsZero() || !p.Edits.IsZero())
}

// backoff is how long to wait after that many attempts.
func backoff(attempts int) time.Duration {
	d := min(time.Second<<min(attempts-1, 10), longestBackoff)
	return d/2 + rand.N(d/2)
}

// unmetTarget tells that the post which another refers to is not in its room.
type unmetTarget struct {
	key   chat.PostKey
	final bool // and never will be
}

func (e *unmetTarget) Error() string { return fmt.Sprintf("its target %s is not sent", e.key) }

// resolve gives every target of p its event.
func (q *Queue) resolve(ctx context.Context, p chat.Post) (chat.Post, error) {
	for _, t := range []*chat.Target{&p.Thread, &p.ReplyTo, &p.Edits, &p.Redacts, &p.ReactsTo} {
		if t.Post == "" {
			continue
		}
		row, err := q.store.PostByKey(ctx, t.Post)
		switch {
		case errors.Is(err, ErrNone):
			return p, &unmetTarget{key: t.Post, final: true}
		case err != nil:
			return p, err
		case row.State != Sent:
			return p, &unmetTarget{key: t.Post, final: row.State == Failed || row.State == Cancelled}
		}
		*t = chat.Target{Event: row.EventID}
	}
	return p, nil
}

// answered remembers to mark the cause as read when nothing else is to be done.
func (q *Queue) answered(room chat.RoomID, cause chat.EventID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.reads[room] = cause
}

// markRead sends one receipt a room, and drops those that something interrupts.
func (q *Queue) markRead(ctx context.Context) {
	q.mu.Lock()
	reads := q.reads
	q.reads = map[chat.RoomID]chat.EventID{}
	q.mu.Unlock()
	for room, id := range reads {
		if len(q.wake) > 0 || ctx.Err() != nil {
			return
		}
		if err := q.transport.MarkRead(ctx, room, id); err != nil && ctx.Err() == nil {
			q.log.Debug().Err(err).Msg("A read receipt was not sent")
		}
	}
}
