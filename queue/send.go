package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"heraut/chat"
)

const (
	// sendWithin bounds one attempt.
	sendWithin = time.Minute
	// waitForTarget is when a post is looked at again whose target is not sent yet.
	waitForTarget = time.Second
	// longestBackoff bounds the waiting between the attempts of one post.
	longestBackoff = 5 * time.Minute
	// longestPause bounds the waiting of all posts when nothing is answered.
	longestPause = 5 * time.Second
	// shortestPause is what a homeserver gets that asks for patience.
	shortestPause = 100 * time.Millisecond
)

// start begins the attempt to send the row, if it still waits and what it refers
// to is there. Its error means that nothing was tried.
func (q *Queue) start(ctx context.Context, seq int64) error {
	row, err := q.store.StartPost(ctx, seq, time.Now())
	switch {
	case errors.Is(err, ErrNone):
		return nil // withdrawn meanwhile
	case err != nil && row.Key == "":
		return err
	case err != nil:
		q.log.Error().Err(err).Str("post", string(row.Key)).Msg("A post is damaged: it is not sent")
		q.drop(ctx, row, err)
		return nil
	}
	if q.underWay[row.Post.Room] { // it moved to another room meanwhile
		q.putBack(ctx, row, time.Time{})
		return nil
	}
	row, goes, err := q.check(ctx, row)
	switch {
	case err != nil:
		q.log.Error().Err(err).Str("post", string(row.Key)).Msg("A post waits, since nothing decides whether it may be sent")
		q.putBack(ctx, row, time.Now().Add(waitForTarget))
		return nil
	case !goes:
		return nil
	}
	post, err := q.resolve(ctx, row.Post)
	if unmet, ok := errors.AsType[*unmetTarget](err); ok && unmet.final {
		q.drop(ctx, row, err)
		return nil
	} else if err != nil {
		q.putBack(ctx, row, time.Now().Add(waitForTarget))
		return nil
	}
	q.permitAt = time.Time{}
	q.underWay[row.Post.Room] = true
	go func() {
		id, err := q.transmit(ctx, Outgoing{Txn: row.Txn, Post: post, Check: q.stillGoes(row)})
		q.ends <- outcome{row, id, err}
	}()
	return nil
}

// putBack has a post wait that was not tried.
func (q *Queue) putBack(ctx context.Context, row Row, notBefore time.Time) {
	row.State, row.NextAt = Waiting, notBefore
	if row.Attempts--; row.Attempts == 0 {
		row.AttemptedAt = time.Time{}
	}
	q.record(ctx, func(ctx context.Context) error { return q.store.UpdatePost(ctx, row, time.Now()) })
}

// drop gives up a post that can never be sent.
func (q *Queue) drop(ctx context.Context, row Row, err error) {
	row.State, row.Reason = Failed, err.Error()
	now := time.Now()
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error { return q.finish(ctx, row, now) })
	})
}

// finish stores a row after an attempt, and tells its guard if that was the end.
func (q *Queue) finish(ctx context.Context, row Row, now time.Time) error {
	if err := q.store.UpdatePost(ctx, row, now); err != nil || row.State != Failed {
		return err
	}
	return q.ended(ctx, row)
}

// transmit has the transport send, and survives its panics.
func (q *Queue) transmit(ctx context.Context, o Outgoing) (id chat.EventID, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return q.transport.Send(ctx, o)
}

// settle records how an attempt ended.
func (q *Queue) settle(ctx context.Context, o outcome) {
	delete(q.underWay, o.row.Post.Room)
	now, row, err := time.Now(), o.row, o.err
	if err == nil {
		clear(q.unanswered)
		q.counts.Sent.Add(1)
		q.record(ctx, func(ctx context.Context) error {
			return q.store.Do(ctx, func(ctx context.Context) error {
				sent, first, err := q.store.ConfirmPost(ctx, row.Txn, o.id, now)
				if err != nil || !first {
					return err
				}
				return q.ended(ctx, sent)
			})
		})
		q.answered(row, now)
		q.unblock(ctx, row.Post.Room, now)
		return
	}
	if blocked, isBlocked := errors.AsType[*Blocked](err); isBlocked {
		clear(q.unanswered)
		q.block(ctx, row, blocked.Cause, now)
		return
	}
	notNow, isNotNow := errors.AsType[*NotNow](err)
	refused, isRefused := errors.AsType[*Refused](err)
	doubt := !isNotNow && !isRefused
	if !doubt {
		clear(q.unanswered)
	}
	switch {
	case isNotNow && notNow.Lane:
		row.State, row.NextAt = Waiting, now.Add(max(notNow.After, backoff(row.Attempts)))
		q.log.Debug().Err(err).Stringer("again_in", row.NextAt.Sub(now).Round(time.Millisecond)).Msg("A post has to wait")
	case isNotNow:
		q.counts.RateLimited.Add(1)
		q.limited = true
		pause := max(notNow.After, shortestPause)
		q.pause(now.Add(pause))
		row.State, row.NextAt = Waiting, now.Add(pause)
		row.Attempts--
		q.log.Debug().Err(err).Stringer("again_in", pause.Round(time.Millisecond)).Msg("All posts have to wait")
	case isRefused && refused.Relation && dropRelation(&row):
		q.log.Info().Err(err).Str("post", string(row.Key)).Msg("A relation was refused: sending without it")
		row.State = Waiting
	case isRefused:
		q.counts.Refused.Add(1)
		q.log.Warn().Err(err).Str("post", string(row.Key)).Msg("A post was refused for good")
		row.State, row.Reason = Failed, err.Error()
	default:
		q.counts.Retried.Add(1)
		q.log.Warn().Err(err).Str("post", string(row.Key)).Msg("An attempt to send ended without an answer: sync will tell whether it arrived")
		row.Doubts++
		row.DoubtSince, row.NextAt = now, now.Add(backoff(row.Doubts))
		q.unanswered[row.Post.Room] = true
		if n := len(q.unanswered); n > 1 { // one room alone does not hold up the others
			q.pause(now.Add(min(backoff(n-1), longestPause)))
		}
	}
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error { return q.finish(ctx, row, now) })
	})
	if doubt {
		q.inDoubt(now)
	}
}

// record writes how an attempt ended, stopping or not, and tries until it is
// written: a row left "trying" blocks its lane until the next start.
func (q *Queue) record(ctx context.Context, write func(ctx context.Context) error) {
	for {
		err := write(context.WithoutCancel(ctx))
		if err == nil {
			return
		}
		q.log.Error().Err(err).Msg("The outbox could not be updated")
		if ctx.Err() != nil {
			return
		}
		sleep(ctx, time.Second)
	}
}

// dropRelation takes away what the post refers to, if it makes sense without: an
// edit becomes the answer itself; what was to be in a thread stands alone, if it
// can, or becomes a reply.
func dropRelation(r *Row) bool {
	switch p := &r.Post; {
	case p.HTML == "":
		return false
	case !p.Edits.IsZero():
		p.Edits, r.Kind = chat.Target{}, KindPost
	case standAlone(p):
	case !p.Thread.IsZero():
		p.Thread = chat.Target{}
	case !p.ReplyTo.IsZero():
		p.ReplyTo = chat.Target{}
	default:
		return false
	}
	return true
}

// backoff is how long to wait after that many attempts, from 1.
func backoff(attempts int) time.Duration {
	d := min(time.Second<<min(attempts-1, 10), longestBackoff)
	return d/2 + rand.N(d/2)
}
