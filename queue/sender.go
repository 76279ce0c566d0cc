package queue

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"heraut/chat"
)

// atOnce limits how many rooms have posts under way at the same time, at most three of
// them known as encrypted (Sending.NextPost). A slow room then does not hold up the
// others, and a homeserver with several processors can use them. With 16, Synapse needs
// less processor time for an answer than with 4, and 50 save nothing more
// (doc/benchmarks.md).
const atOnce = 16

// aliveEvery is the longest wait of the sender between two signs of life.
const aliveEvery = 2 * time.Minute

// Alive returns when the sender last looked for posts; zero before the first time.
// While the sender works, that is never more than a few minutes ago. Alive is safe for
// concurrent use.
func (q *Queue) Alive() time.Time {
	if ms := q.alive.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// outcome is the result of one attempt to send: the post, and its event id or the
// error.
type outcome struct {
	row Row
	id  chat.EventID
	err error
}

// send sends the posts of the outbox until ctx ends, and returns nil once no attempt
// and no copy of a file is under way.
func (q *Queue) send(ctx context.Context) error {
	for ctx.Err() == nil {
		q.alive.Store(time.Now().UnixMilli())
		q.beginLook()
		then := q.pausedUntil
		if !time.Now().Before(then) {
			then = q.startPosts(ctx)
		}
		q.endLook(len(q.underWay))
		q.await(ctx, then)
	}
	for len(q.underWay) > 0 {
		q.settle(ctx, <-q.ends)
	}
	q.copies.group.Wait()
	return nil
}

// mostUnderWay returns how many rooms may have attempts under way at the same time: one
// if the homeserver asked to wait or several rooms got no answer, otherwise
// Config.AtOnce.
func (q *Queue) mostUnderWay() int {
	if q.limited || len(q.unanswered) > 1 {
		return 1
	}
	return q.config.AtOnce
}

// startPosts begins as many attempts as may be under way, and returns the time at which
// the caller should call it again; the zero time means when something changes. If the
// outbox cannot be read, it logs the error and pauses for a second.
func (q *Queue) startPosts(ctx context.Context) time.Time {
	for ctx.Err() == nil && len(q.underWay) < q.mostUnderWay() {
		now := time.Now()
		seq, next, err := q.store.NextPost(ctx, now, slices.Collect(maps.Keys(q.underWay)))
		switch {
		case errors.Is(err, chat.ErrNotFound):
			q.limited = false // nothing is under way here while limited is set
			return next
		case err == nil && now.Before(q.permit(now)):
			return q.permitAt // a more urgent post may come in meanwhile
		case err == nil:
			err = q.startGroup(ctx, seq, now)
		}
		if err != nil && ctx.Err() == nil {
			q.log.Error().Err(err).Msg("The outbox could not be read")
			q.pause(now.Add(time.Second))
			return q.pausedUntil
		}
	}
	return time.Time{}
}

// startGroup begins an attempt to send the row with the number seq, the first of its
// lane, and attempts to send the rows behind it that may go at the same time
// (together). The room gets no further attempt until all of these have ended. An error
// means that the outbox could not be read.
func (q *Queue) startGroup(ctx context.Context, seq int64, now time.Time) error {
	row, err := q.start(ctx, seq, nil)
	room, order := row.Post.Room, row.Order()
	alone := order.Person == "" || row.Doubts > 0 || q.mostUnderWay() == 1 || q.isBlocked(room)
	if err != nil || alone || q.underWay[room] == 0 {
		return err
	}
	behind, err := q.store.PostsBehind(ctx, seq, lookAhead)
	if err != nil {
		return err
	}
	for _, p := range together(order, behind, now) {
		if now := time.Now(); now.Before(q.permit(now)) {
			return nil
		}
		if _, err := q.start(ctx, p.Seq, &place{room, p.Order}); err != nil {
			return err
		}
	}
	return nil
}

// permit returns when the limit on requests per second allows the next attempt. It
// reserves that time in q.permitAt: each further call returns the same time, until
// start makes the attempt.
func (q *Queue) permit(now time.Time) time.Time {
	if q.permitAt.IsZero() {
		q.permitAt = now.Add(q.config.Pace.ReserveN(now, 1).DelayFrom(now))
	}
	return q.permitAt
}

// pause makes the sender begin no attempt before the time until. An earlier pause that
// lasts longer stays.
func (q *Queue) pause(until time.Time) {
	if until.After(q.pausedUntil) {
		q.pausedUntil = until
	}
}

// await waits until an attempt to send ends, or the copying of a post's file, and
// records its outcome. It also returns when the sender is woken, when ctx ends, at
// the time then, unless that is zero, or after aliveEvery.
func (q *Queue) await(ctx context.Context, then time.Time) {
	if latest := time.Now().Add(aliveEvery); then.IsZero() || then.After(latest) {
		then = latest
	}
	timer := time.NewTimer(max(0, time.Until(then)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-q.wake:
	case o := <-q.ends:
		q.settle(ctx, o)
	case c := <-q.copies.ends:
		q.settleCopy(ctx, c)
	}
}
