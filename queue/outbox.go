package queue

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"heraut/chat"
	"heraut/wait"
)

// Outbox is the stored list of posts to send. Parts of the bot add posts to it; the
// Queue with the same Outbox sends them. It is safe for concurrent use.
type Outbox struct {
	store Store
	wake  wait.Signal // the outbox may hold a post to send
	woken atomic.Bool // wakeSender was called, and the sender has not looked since
}

// NewOutbox returns the Outbox whose posts are in the store. It reads nothing yet.
func NewOutbox(store Store) *Outbox { return &Outbox{store: store, wake: wait.NewSignal()} }

// wakeSender makes the sender look for posts to send at once, and WaitIdle wait until
// it has looked.
func (o *Outbox) wakeSender() {
	o.woken.Store(true)
	o.wake.Set()
}

// Do runs change in a transaction and wakes the sender after the commit. It serves
// posts that no event caused: change adds them with Post, and the outbox commits
// everything or nothing. After an error of change, which Do returns, nothing is stored.
func (o *Outbox) Do(ctx context.Context, change func(ctx context.Context) error) error {
	if err := o.store.Do(ctx, change); err != nil {
		return err
	}
	o.wakeSender()
	return nil
}

// Post adds posts that no event caused to the outbox, in the transaction of ctx; Do
// wakes the sender after the commit, Post does not. cause names their reason, and is
// unique for ever: the n-th post has the key chat.KeyOf(cause, n), and is left out if
// that key exists. An edit of a post that was never tried replaces the content of that
// post.
func (o *Outbox) Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error {
	for n, p := range posts {
		row := newRow(chat.KeyOf(cause, n), cause, n, KindPost, p)
		if p.Edits.Post != "" {
			replaced, err := o.Replace(ctx, p.Edits.Post, p)
			if err != nil {
				return err
			}
			if replaced {
				continue
			}
			row.Kind = KindEdit
		}
		if err := o.store.AddPost(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// Replace makes p the content of the post with that key, in the transaction of ctx, and
// returns true. It changes nothing and returns false if there is no such post, or if it
// does not wait or was tried before: after an attempt, an edit may wait behind the
// post. The post keeps its own thread, and the messages that it edits and replies to.
func (o *Outbox) Replace(ctx context.Context, key chat.PostKey, p chat.Post) (bool, error) {
	row, err := o.store.PostByKey(ctx, key)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case row.State != Waiting, !row.AttemptedAt.IsZero():
		return false, nil
	}
	p.Edits, p.Thread, p.ReplyTo = row.Post.Edits, row.Post.Thread, row.Post.ReplyTo
	p.ReplyIfSeveral = row.Post.ReplyIfSeveral
	row.Post, row.NextAt = p, p.NotBefore
	return true, o.store.UpdatePost(ctx, row, time.Now())
}

// WithdrawalKey returns the key of the deletion by which Withdraw takes back the sent
// post with the key.
func WithdrawalKey(key chat.PostKey) chat.PostKey { return key + "~withdrawn" }

// Withdraw takes the post with that key back, in the transaction of ctx. If nobody can
// have seen the post, it cancels it; otherwise it adds deletions of the post and of its
// edits to the outbox, and cancels the edits that were not sent. If a revision put
// another post in the place of this one, even of a cancelled one, Withdraw takes that
// other post back. It does nothing for an unknown, failed or cancelled post.
func (o *Outbox) Withdraw(ctx context.Context, key chat.PostKey) error {
	row, err := o.store.PostByKey(ctx, key)
	switch {
	case errors.Is(err, chat.ErrNotFound), row.Kind != KindPost && (row.State == Failed || row.State == Cancelled):
		return nil
	case err != nil:
		return err
	}
	rows, err := o.store.PostsOf(ctx, row.Cause)
	if err != nil {
		return err
	}
	now := time.Now()
	if row.Kind == KindPost {
		answer, edits := current(rows, row.Slot)
		if answer == nil {
			return nil
		}
		row = *answer
		for _, edit := range edits {
			if err := o.cancel(ctx, edit, now); err != nil {
				return err
			}
		}
	}
	if unsent(&row) {
		return o.cancel(ctx, &row, now)
	}
	for _, r := range append([]Row{row}, seenEdits(rows, row.Key)...) {
		if err := o.store.AddPost(ctx, newRow(WithdrawalKey(r.Key), r.Cause, r.Slot, KindRedaction, deletion(r))); err != nil {
			return err
		}
	}
	return nil
}

// cancel marks the post row, which waits, as cancelled at now, and erases its content, in
// the transaction of ctx.
func (o *Outbox) cancel(ctx context.Context, row *Row, now time.Time) error {
	row.take(StepCancel, now)
	return o.store.UpdatePost(ctx, *row, now)
}
