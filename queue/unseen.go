package queue

import (
	"context"
	"crypto/rand"
	"time"
)

const (
	// unseenFor is how long the queue looks for an event that sync does not show.
	unseenFor = 10 * time.Minute
	// lagBound is how long sync may lag behind the answers to posts, if it shows no later
	// post of the bot. A Dendrite on a busy machine lagged 90 s.
	lagBound = 2 * time.Minute
	// unseenAtOnce limits the events that one round asks for.
	unseenAtOnce = 50
)

// checkUnseen sends a post again that the homeserver took but whose event neither sync
// nor a request shows, until ctx ends; then it returns nil. It checks after each sync
// that should have shown such a post (dueInSync), and logs errors. Dendrite loses an
// event when it crosses a change of the room's rights or of the bot's membership.
func (q *Queue) checkUnseen(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-q.unseen:
		}
		if err := q.askUnseen(ctx); err != nil && ctx.Err() == nil {
			q.log.Warn().Err(err).Msg("Whether some posts are in their rooms could not be asked for: again after the next sync")
		}
	}
}

// askUnseen asks the homeserver for the events of sent posts that sync should have
// shown (isLost) and has not, at most unseenAtOnce. A post whose event the homeserver
// does not know waits to be sent again; askUnseen records every other one of them as
// seen. A post that was sent more than unseenFor ago counts as seen without a request.
// It stops at the first error.
func (q *Queue) askUnseen(ctx context.Context) error {
	now := time.Now()
	rows, err := q.store.UnseenPosts(ctx, time.UnixMilli(q.dueUntil.Load()), unseenAtOnce)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !q.isLost(row, now) {
			continue
		}
		shown := true // too old to send again
		if now.Sub(row.DoneAt) < unseenFor {
			if shown, err = q.transport.Shows(ctx, row.Post.Room, row.EventID); err != nil {
				return err
			}
		}
		if shown {
			_, err = q.store.SeePost(ctx, row.EventID)
		} else {
			q.counts.Retried.Add(1)
			q.resent[row.Key]++
			q.log.Warn().Str("post", string(row.Key)).Msg("The homeserver took a post, but it is not in the room: sending it again")
			err = q.store.ResendPost(ctx, row.Key, rand.Text())
			q.wakeSender()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isLost reports whether sync should have shown the sent post row by now: it showed a
// later post, or lagBound has passed since the homeserver took it, twice as long for each
// time that it was sent again.
func (q *Queue) isLost(row Row, now time.Time) bool {
	return row.DoneAt.Before(time.UnixMilli(q.shownFrom.Load())) || now.Sub(row.DoneAt) >= lagBound<<q.resent[row.Key]
}

// takeOwn records that sync shows the bot's own event own, in the transaction of ctx: it
// erases the content of the event's post. If the queue does not know yet that the post
// was sent as this event, takeOwn confirms the post first.
func (q *Queue) takeOwn(ctx context.Context, own Own, now time.Time) error {
	began, err := q.store.SeePost(ctx, own.ID)
	if err == nil && began.IsZero() {
		if err = q.confirm(ctx, own, now); err == nil {
			began, err = q.store.SeePost(ctx, own.ID)
		}
	}
	if err != nil {
		return err
	}
	q.shownFrom.Store(max(q.shownFrom.Load(), began.UnixMilli()))
	return nil
}

// misses reports whether the sync b should have shown posts that no sync has shown.
// The caller takes b.Own first.
func (q *Queue) misses(ctx context.Context, b Batch) (bool, error) {
	rows, err := q.store.UnseenPosts(ctx, q.dueInSync(b), 1)
	return len(rows) > 0, err
}

// dueInSync returns the time before which the homeserver took the posts that b, or a
// sync before it, should have shown. Sync may lag behind the answers to posts, and a
// request for an event with it, but it keeps the order: once it shows a post, it shows
// all those that the homeserver took before that attempt. Without a later post, b should
// show those that were taken lagBound before it began.
func (q *Queue) dueInSync(b Batch) time.Time {
	return b.reaches(time.UnixMilli(q.shownFrom.Load()))
}
