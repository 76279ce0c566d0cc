package queue

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/wait"
)

const (
	// sendWithin limits the duration of one attempt.
	sendWithin = time.Minute
	// waitForTarget is how long a post waits when its target is not sent yet, or its
	// guard fails.
	waitForTarget = time.Second
	// longestBackoff limits the wait between two attempts of one post.
	longestBackoff = 5 * time.Minute
	// longestPause limits the pause of all sending when several rooms do not answer.
	longestPause = 5 * time.Second
	// shortestPause is the shortest pause after a homeserver asks for patience.
	shortestPause = 100 * time.Millisecond
)

// place is the room and the Order of a row that the sender chose to send at the same
// time as another post of the room.
type place struct {
	room  chat.RoomID
	order Order
}

// start begins an attempt to send the row with the number seq, and returns the row; the
// outcome comes on q.ends. beside is nil for the first post of a lane, otherwise the
// place at which the sender found the row. start begins no attempt if the post no longer
// waits or is no longer at that place, if its guard withholds it or fails, if its file
// must be copied first, or if it refers to a message that was not sent yet. A post fails
// for good if its content cannot be read, or if it refers to a message that never will be
// sent and makes no sense without it (resolve). An error means that the database could
// not be read.
func (q *Queue) start(ctx context.Context, seq int64, beside *place) (Row, error) {
	row, err := q.store.StartPost(ctx, seq, time.Now())
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return row, nil // it was withdrawn meanwhile
	case err != nil && row.Key == "":
		return row, err
	case err != nil:
		q.log.Error().Err(err).Str("post", string(row.Key)).Msg("A post is damaged: it is not sent")
		q.drop(ctx, row, err)
		return row, nil
	}
	if !q.hasTurn(row, beside) { // it changed, or moved to another room, meanwhile
		q.putBack(ctx, row, time.Time{})
		return row, nil
	}
	row, goes, err := q.check(ctx, row)
	switch {
	case err != nil:
		q.log.Error().Err(err).Str("post", string(row.Key)).Msg("A post waits, since nothing decides whether it may be sent")
		q.putBack(ctx, row, time.Now().Add(waitForTarget))
		return row, nil
	case !goes:
		return row, nil
	case !q.hasTurn(row, beside): // its guard put a post with another order in its place
		q.putBack(ctx, row, time.Time{})
		return row, nil
	}
	if q.mustPrepare(row) {
		q.prepare(ctx, row)
		return row, nil
	}
	post, err := q.resolve(ctx, row.Post)
	if err == nil {
		post, err = q.unquote(ctx, post)
	}
	if unmet, ok := errors.AsType[*unmetTarget](err); ok && unmet.final {
		q.drop(ctx, row, err)
		return row, nil
	} else if err != nil {
		q.putBack(ctx, row, time.Now().Add(waitForTarget))
		return row, nil
	}
	q.permitAt = time.Time{}
	q.underWay[row.Post.Room]++
	go func() {
		id, err := q.transmit(ctx, Outgoing{Txn: row.Txn, Post: post, Check: q.stillGoes(row)})
		q.ends <- outcome{row, id, err}
	}()
	return row, nil
}

// hasTurn reports whether a row may be sent now. If beside is nil, the row may go if
// nothing is under way in its room. Otherwise it may go if it still has the room and
// the Order in beside, with which the sender chose it.
func (q *Queue) hasTurn(row Row, beside *place) bool {
	if beside == nil {
		return q.underWay[row.Post.Room] == 0
	}
	return *beside == place{row.Post.Room, row.Order()}
}

// putBack stores a post as waiting again, with no attempt before notBefore, as if the
// attempt had not been made.
func (q *Queue) putBack(ctx context.Context, row Row, notBefore time.Time) {
	row.take(StepPutBack, time.Now())
	row.NextAt = notBefore
	q.record(ctx, func(ctx context.Context) error { return q.store.UpdatePost(ctx, row, time.Now()) })
}

// drop stores a post as failed that can never be sent, for example because its content
// cannot be read, with err as the reason, and tells its guard.
func (q *Queue) drop(ctx context.Context, row Row, err error) {
	now := time.Now()
	effects := row.take(StepDamage, now)
	row.Reason = err.Error()
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error { return q.finish(ctx, row, effects, now) })
	})
}

// finish stores row, the state of a post after an attempt, in the transaction of ctx.
// If effects include EffectTell, it tells the post's guard that the post was sent or
// given up.
func (q *Queue) finish(ctx context.Context, row Row, effects Effect, now time.Time) error {
	if err := q.store.UpdatePost(ctx, row, now); err != nil || !effects.Has(EffectTell) {
		return err
	}
	return q.ended(ctx, row)
}

// transmit passes o to the transport, within sendWithin, and returns the event or the
// transport's error; a panic becomes an error. It reports the duration to Config.Sent.
func (q *Queue) transmit(ctx context.Context, o Outgoing) (id chat.EventID, err error) {
	began := time.Now()
	defer func() { q.config.Sent(time.Since(began)) }()
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	defer recovered(&err)
	return q.transport.Send(ctx, o)
}

// settle records how an attempt to send ended: the post was taken, refused, in doubt,
// or has to wait. It takes the attempt off the list of those under way and stores the
// post's new state and time.
func (q *Queue) settle(ctx context.Context, o outcome) {
	if q.underWay[o.row.Post.Room]--; q.underWay[o.row.Post.Room] == 0 {
		delete(q.underWay, o.row.Post.Room)
	}
	now, row := time.Now(), o.row
	what := stepOf(&row, o.err)
	if what != StepNoAnswer {
		clear(q.unanswered)
	}
	switch what {
	case StepAccept:
		q.accepted(ctx, row, o.id, now)
		return
	case StepForbid:
		q.block(ctx, row, o.err, now)
		return
	}
	effects := row.take(what, now)
	q.reschedule(&row, what, o.err, now)
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error { return q.finish(ctx, row, effects, now) })
	})
	if effects.Has(EffectDoubt) {
		q.inDoubt(now)
	}
}

// stepOf returns the step in the state machine of posts that follows from err, the
// error of an attempt: StepAccept if err is nil, StepNoAnswer if it has none of the
// queue's error types. If the homeserver refuses the post's relation to another event,
// stepOf removes the relation from the post in row and returns StepUnrelate.
func stepOf(row *Row, err error) Step {
	if err == nil {
		return StepAccept
	}
	if _, ok := errors.AsType[*Blocked](err); ok {
		return StepForbid
	}
	if notNow, ok := errors.AsType[*NotNow](err); ok && notNow.Lane {
		return StepWait
	} else if ok {
		return StepLimit
	}
	refused, ok := errors.AsType[*Refused](err)
	switch {
	case !ok:
		return StepNoAnswer
	case refused.Relation && dropRelation(row):
		return StepUnrelate
	}
	return StepRefuse
}

// accepted stores that the homeserver took the post in row, as the event with that id.
// It tells the post's guard, unless sync showed the event before and the guard knows.
// It also schedules the read receipt (answered), and records that the bot may post in
// the room.
func (q *Queue) accepted(ctx context.Context, row Row, id chat.EventID, now time.Time) {
	q.counts.Sent.Add(1)
	take := func(ctx context.Context) error {
		first, err := q.store.TakePost(ctx, row.Txn, id, now)
		if err != nil || !first {
			return err
		}
		sent := row
		sent.State, sent.EventID, sent.DoubtSince = Sent, id, time.Time{}
		return q.ended(ctx, sent)
	}
	if row.Post.Guard == (chat.Guard{}) { // one statement alone needs no transaction
		q.record(ctx, take)
	} else {
		q.record(ctx, func(ctx context.Context) error { return q.store.Do(ctx, take) })
	}
	q.answered(row, now)
	q.unblock(ctx, row.Post.Room, now)
}

// reschedule handles an attempt that failed with err, from which the step what follows.
// It sets in row when the post is tried again or, for StepRefuse, the reason why it is
// never sent. After StepLimit, or if the homeserver does not answer for several rooms, it
// also pauses the sender. It logs the failure, and counts it unless only the post's lane
// has to wait (StepWait) or the post loses a relation (StepUnrelate).
func (q *Queue) reschedule(row *Row, what Step, err error, now time.Time) {
	post := string(row.Key)
	switch what {
	case StepWait:
		row.NextAt = now.Add(max(patience(err), backoff(row.Attempts)))
		q.log.Debug().Err(err).Stringer("again_in", row.NextAt.Sub(now).Round(time.Millisecond)).Msg("A post has to wait")
	case StepLimit:
		q.counts.RateLimited.Add(1)
		q.limited = true
		pause := max(patience(err), shortestPause)
		q.pause(now.Add(pause))
		row.NextAt = now.Add(pause)
		q.log.Debug().Err(err).Stringer("again_in", pause.Round(time.Millisecond)).Msg("All posts have to wait")
	case StepUnrelate:
		q.log.Info().Err(err).Str("post", post).Msg("A relation was refused: sending without it")
	case StepRefuse:
		q.counts.Refused.Add(1)
		q.log.Warn().Err(err).Str("post", post).Msg("A post was refused for good")
		row.Reason = err.Error()
	case StepNoAnswer:
		q.counts.Retried.Add(1)
		level := zerolog.WarnLevel
		if row.Doubts > 1 { // the state of health says that it lasts
			level = zerolog.DebugLevel
		}
		q.log.WithLevel(level).Err(err).Str("post", post).Msg("An attempt to send ended without an answer: sync will tell whether it arrived")
		row.NextAt = now.Add(backoff(row.Doubts))
		q.unanswered[row.Post.Room] = true
		if n := len(q.unanswered); n > 1 { // one room alone does not hold up the others
			q.pause(now.Add(min(backoff(n-1), longestPause)))
		}
	}
}

// patience returns how long a *NotNow error asks to wait; 0 for other errors.
func patience(err error) time.Duration {
	if notNow, ok := errors.AsType[*NotNow](err); ok {
		return notNow.After
	}
	return 0
}

// record calls write, which stores the state of a post; after an error it calls it
// again every second until it succeeds. Otherwise the post would stay marked as being
// sent, and block its room's posts until the next start. It logs the first error. If
// ctx has ended, record does not try again after an error; the context of write never
// ends.
func (q *Queue) record(ctx context.Context, write func(ctx context.Context) error) {
	for try := 1; ; try++ {
		err := write(context.WithoutCancel(ctx))
		if err == nil {
			return
		}
		q.alive.Store(time.Now().UnixMilli()) // a full disk is no reason for a restart
		if try == 1 {
			q.log.Error().Err(err).Msg("The outbox could not be updated: trying again every second")
		}
		if ctx.Err() != nil {
			return
		}
		wait.For(ctx, time.Second)
	}
}

// dropRelation removes a relation from the post of r, if the post makes sense without
// it, and reports whether it did. An edit becomes a message of its own. A reply, or a
// post in a thread, becomes a message of its own with its Alone text, if it has one.
// Without such a text, it leaves the thread; if it is in no thread, it is no reply any
// more. It returns false for a post without a relation, or without a text or file, such
// as a deletion.
func dropRelation(r *Row) bool {
	switch p := &r.Post; {
	case p.HTML == "" && p.File == nil:
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

// backoff returns how long to wait after the given number of attempts, from 1: at most
// one second, doubled for each further attempt up to longestBackoff, and at least half
// of that, at random.
func backoff(attempts int) time.Duration {
	return wait.Backoff(attempts, time.Second, longestBackoff)
}
