package queue

import (
	"context"
	"crypto/rand"
	"time"
)

const (
	// unseenFor is how long the queue looks for an event that sync does not show.
	unseenFor = 10 * time.Minute
	// unseenAtOnce limits the events that one round asks for.
	unseenAtOnce = 50
)

// checkUnseen sends a post again that the homeserver took but whose event neither sync
// nor a request shows, until ctx ends; then it returns nil. It checks after each sync
// that should have shown such a post, and logs errors. Dendrite loses an event when it
// crosses a change of the room's rights or of the bot's membership.
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

// askUnseen asks the homeserver for the events of sent posts that no sync has shown, at
// most unseenAtOnce. A post whose event the homeserver does not know waits to be sent
// again; askUnseen records every other one as seen. A post that was sent more than
// unseenFor ago counts as seen without a request. It stops at the first error.
func (q *Queue) askUnseen(ctx context.Context) error {
	now := time.Now()
	rows, err := q.store.UnseenPosts(ctx, time.UnixMilli(q.seenUntil.Load()), unseenAtOnce)
	if err != nil {
		return err
	}
	for _, row := range rows {
		shown := true // too old to send again
		if now.Sub(row.DoneAt) < unseenFor {
			if shown, err = q.transport.Shows(ctx, row.Post.Room, row.EventID); err != nil {
				return err
			}
		}
		if shown {
			err = q.store.SeePost(ctx, row.EventID)
		} else {
			q.counts.Retried.Add(1)
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

// noteSeen records which of the sent posts the sync b shows, and erases the content of
// these posts. missing reports whether other posts were sent so long before the sync
// began that it should have shown them too.
func (q *Queue) noteSeen(ctx context.Context, b Batch) (missing bool, err error) {
	for _, own := range b.Own {
		if err := q.store.SeePost(ctx, own.ID); err != nil {
			return false, err
		}
	}
	rows, err := q.store.UnseenPosts(ctx, b.Began.Add(-settleAfter), 1)
	return len(rows) > 0, err
}
