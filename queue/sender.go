package queue

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"heraut/chat"
)

// atOnce is how many posts are under way at the same time, each to another room,
// and three of them at most to rooms that are known as encrypted: a room that takes long
// does not hold up the others, and a homeserver with several processors has work
// for them.
const atOnce = 4

// outcome is how an attempt ended.
type outcome struct {
	row Row
	id  chat.EventID
	err error
}

// send has posts sent, in their order, until ctx ends, and returns once nothing
// is under way.
func (q *Queue) send(ctx context.Context) error {
	for ctx.Err() == nil {
		q.looks()
		then := q.pausedUntil
		if !time.Now().Before(then) {
			then = q.startPosts(ctx)
		}
		q.looked(len(q.underWay))
		q.await(ctx, then)
	}
	for len(q.underWay) > 0 {
		q.settle(ctx, <-q.ends)
	}
	return nil
}

// mostUnderWay is how many attempts there may be at once: a homeserver that asks
// for patience, or does not answer, gets one after the other.
func (q *Queue) mostUnderWay() int {
	if q.limited || len(q.unanswered) > 1 {
		return 1
	}
	return q.config.AtOnce
}

// startPosts begins as many attempts as there may be, and returns when there may
// be more to begin; zero: when something changes.
func (q *Queue) startPosts(ctx context.Context) time.Time {
	for ctx.Err() == nil && len(q.underWay) < q.mostUnderWay() {
		now := time.Now()
		seq, next, err := q.store.NextPost(ctx, now, slices.Collect(maps.Keys(q.underWay)))
		switch {
		case errors.Is(err, ErrNone):
			q.limited = false // while it holds, nothing is looked for until all has ended
			return next
		case err == nil && now.Before(q.permit(now)):
			return q.permitAt // something more urgent may come in meanwhile
		case err == nil:
			err = q.start(ctx, seq)
		}
		if err != nil && ctx.Err() == nil {
			q.log.Error().Err(err).Msg("The outbox could not be read")
			q.pause(now.Add(time.Second))
			return q.pausedUntil
		}
	}
	return time.Time{}
}

// permit is when the pace allows the next attempt.
func (q *Queue) permit(now time.Time) time.Time {
	if q.permitAt.IsZero() {
		q.permitAt = now.Add(q.config.Pace.ReserveN(now, 1).DelayFrom(now))
	}
	return q.permitAt
}

// pause keeps anything from being tried for some time.
func (q *Queue) pause(until time.Time) {
	if until.After(q.pausedUntil) {
		q.pausedUntil = until
	}
}

// await waits for the end of an attempt, which it settles, until then at most
// (zero: without end), unless it is woken first.
func (q *Queue) await(ctx context.Context, then time.Time) {
	var timer <-chan time.Time
	if !then.IsZero() {
		t := time.NewTimer(max(0, time.Until(then)))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
	case <-timer:
	case <-q.wake:
	case o := <-q.ends:
		q.settle(ctx, o)
	}
}
