package queue

import (
	"context"
	"errors"
	"time"

	"heraut/chat"
)

// Do runs change in a transaction and wakes the sender after the commit. It serves
// posts that no event caused: change adds them with Post, and the queue commits
// everything or nothing.
func (q *Queue) Do(ctx context.Context, change func(ctx context.Context) error) error {
	if err := q.store.Do(ctx, change); err != nil {
		return err
	}
	q.wakeSender()
	return nil
}

// Post adds posts that no event caused to the outbox, in the transaction of ctx. cause
// names their reason, and is unique for ever: the n-th post has the key
// chat.KeyOf(cause, n), and is left out if that key exists. An edit of a post that was
// never tried replaces the content of that post.
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

// Replace makes p the content of the post at key, in the transaction of ctx, and
// reports whether it did. It does so only if no attempt was made to send that post:
// after one, an edit may wait behind it. The post keeps its own thread, and the
// messages that it edits and replies to.
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

// Withdraw takes a post back, in the transaction of ctx: it cancels a post that nobody
// can have seen, and deletes any other from its room, with its edits. If a revision
// put another post in its place, Withdraw takes that one back. An unknown, failed or
// cancelled post needs nothing.
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
