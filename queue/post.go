package queue

import (
	"context"
	"errors"
	"time"

	"heraut/chat"
)

// Do runs change in a transaction and wakes the sender once it is committed. It
// is for what the bot decides by itself: Post, called by change, adds what is to
// be sent, and all is committed, or nothing.
func (q *Queue) Do(ctx context.Context, change func(ctx context.Context) error) error {
	if err := q.store.Do(ctx, change); err != nil {
		return err
	}
	q.wakeSender()
	return nil
}

// Post adds posts that no event calls for to the outbox, in the transaction of
// ctx. cause is the reason for them, for ever: the n-th has the key
// chat.KeyOf(cause, n), and is left out if that exists. An edit of a post that
// nobody can have seen yet takes its place.
func (q *Queue) Post(ctx context.Context, cause chat.EventID, posts ...chat.Post) error {
	for n, p := range posts {
		row := newRow(chat.KeyOf(cause, n), cause, n, KindPost, p)
		if p.Edits.Post != "" {
			replaced, err := q.Replace(ctx, p.Edits.Post, p)
			if err != nil {
				return err
			}
			if replaced {
				continue
			}
			row.Kind = KindEdit
		}
		if err := q.store.AddPost(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// Replace makes p the text of the post at key, in the transaction of ctx, if no
// attempt was made to send that: after one, an edit may wait behind it. It reports
// whether it did. The place of the post, what it edits or replies to, stays.
func (q *Queue) Replace(ctx context.Context, key chat.PostKey, p chat.Post) (bool, error) {
	row, err := q.store.PostByKey(ctx, key)
	switch {
	case errors.Is(err, ErrNone):
		return false, nil
	case err != nil:
		return false, err
	case row.State != Waiting, !row.AttemptedAt.IsZero():
		return false, nil
	}
	p.Edits, p.Thread, p.ReplyTo = row.Post.Edits, row.Post.Thread, row.Post.ReplyTo
	row.Post, row.NextAt = p, p.NotBefore
	return true, q.store.UpdatePost(ctx, row, time.Now())
}

// Withdraw takes a post back, in the transaction of ctx, or the one that stands in
// its place by now: one that nobody can have seen yet is not sent, any other is
// deleted from its room, with its edits. A key that is not known is nothing to
// withdraw.
func (q *Queue) Withdraw(ctx context.Context, key chat.PostKey) error {
	row, err := q.store.PostByKey(ctx, key)
	switch {
	case errors.Is(err, ErrNone), row.State == Failed, row.State == Cancelled:
		return nil
	case err != nil:
		return err
	}
	rows, err := q.store.PostsOf(ctx, row.Cause)
	if err != nil {
		return err
	}
	if row.Kind == KindPost {
		answer, _ := current(rows, row.Slot)
		if answer == nil {
			return nil
		}
		row = *answer
	}
	if unsent(&row) {
		row.State = Cancelled
		return q.store.UpdatePost(ctx, row, time.Now())
	}
	for _, r := range append([]Row{row}, seenEdits(rows, row.Key)...) {
		if err := q.store.AddPost(ctx, newRow(r.Key+"~withdrawn", r.Cause, r.Slot, KindRedaction, deletion(r))); err != nil {
			return err
		}
	}
	return nil
}
