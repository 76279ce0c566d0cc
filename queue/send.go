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

// send sends one post after the other.
func (q *Queue) send(ctx context.Context) error {
	for ctx.Err() == nil {
		seq, next, err := q.store.NextPost(ctx, time.Now())
		var pause time.Duration
		switch {
		case err == nil && !q.permit && !q.config.Pace.Allow():
			// Something more urgent may come in meanwhile.
			err = q.config.Pace.Wait(ctx)
			q.permit = err == nil
		case err == nil:
			q.permit = true
			pause, err = q.attempt(ctx, seq)
		case errors.Is(err, ErrNone):
			err = nil
			q.sentAll()
			q.idle(ctx, next)
		}
		if err != nil && ctx.Err() == nil {
			q.log.Error().Err(err).Msg("The outbox could not be read")
			pause = time.Second
		}
		q.sleep(ctx, time.Now().Add(pause), nil)
	}
	return nil
}

// idle waits for something to send, until then at most (zero: without end), or
// uses the time to mark a room as read.
func (q *Queue) idle(ctx context.Context, then time.Time) {
	if len(q.reads) > 0 {
		if !time.Now().Before(q.readAt) {
			q.markRead(ctx)
			return
		}
		if then.IsZero() || q.readAt.Before(then) {
			then = q.readAt
		}
	}
	q.sleep(ctx, then, q.wake)
}

// sleep waits until then (zero: without end), unless wake comes first.
func (q *Queue) sleep(ctx context.Context, then time.Time, wake <-chan struct{}) {
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
	select {
	case <-ctx.Done():
	case <-timer:
	case <-wake:
	}
}

// attempt tries to send the row, and returns for how long all sending has to
// pause. Its error means that nothing was tried.
func (q *Queue) attempt(ctx context.Context, seq int64) (time.Duration, error) {
	row, err := q.store.StartPost(ctx, seq, time.Now())
	switch {
	case errors.Is(err, ErrNone):
		return 0, nil // withdrawn meanwhile
	case err != nil && row.Key == "":
		return 0, err
	case err != nil:
		q.log.Error().Err(err).Str("post", string(row.Key)).Msg("A post is damaged: it is not sent")
		q.drop(ctx, row, err)
		return 0, nil
	}
	post, err := q.resolve(ctx, row.Post)
	if unmet, ok := errors.AsType[*unmetTarget](err); ok && unmet.final {
		q.drop(ctx, row, err)
		return 0, nil
	} else if err != nil {
		row.State, row.NextAt = Waiting, time.Now().Add(waitForTarget)
		row.Attempts--
		q.record(ctx, func(ctx context.Context) error { return q.store.UpdatePost(ctx, row, time.Now()) })
		return 0, nil
	}
	q.permit = false
	id, err := q.transmit(ctx, Outgoing{Txn: row.Txn, Post: post})
	return q.settle(ctx, row, id, err), nil
}

// drop gives up a post that can never be sent.
func (q *Queue) drop(ctx context.Context, row Row, err error) {
	row.State, row.Reason = Failed, err.Error()
	q.record(ctx, func(ctx context.Context) error { return q.store.UpdatePost(ctx, row, time.Now()) })
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

// settle records how an attempt ended and returns for how long all sending has
// to pause.
func (q *Queue) settle(ctx context.Context, row Row, id chat.EventID, err error) (pause time.Duration) {
	now := time.Now()
	if err == nil {
		clear(q.unanswered)
		q.counts.Sent.Add(1)
		q.record(ctx, func(ctx context.Context) error {
			_, err := q.store.ConfirmPost(ctx, row.Txn, id, now)
			return err
		})
		q.answered(row, now)
		return 0
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
		pause = max(notNow.After, shortestPause)
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
			pause = min(backoff(n-1), longestPause)
		}
	}
	q.record(ctx, func(ctx context.Context) error { return q.store.UpdatePost(ctx, row, now) })
	if doubt {
		q.inDoubt(now)
	}
	return pause
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
		q.sleep(ctx, time.Now().Add(time.Second), nil)
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
