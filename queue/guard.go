package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

// Guard decides, right before each attempt to send a post, whether the post may still
// go; chat.Post.Guard says which Guard a post has. It may have become wrong to send the
// post since the bot decided to: the room may have opened to more readers, or people
// may have left. The methods run in the transaction of their context.
type Guard interface {
	// Check returns the verdict on the row's post before each attempt, and once more
	// during an attempt in which a slow step comes before the request (Outgoing.Check).
	// It changes nothing itself: Verdict.Change does. An error puts the attempt off.
	Check(ctx context.Context, row Row) (Verdict, error)
	// Ended is called when the row's post is in its room (Sent) or never will be
	// (Failed), and not for a post that was withdrawn or withheld; again if the
	// homeserver loses the post and the queue sends it anew. The queue logs its error and
	// goes on.
	Ended(ctx context.Context, row Row) error
}

// Verdict is a Guard's decision on a post: send it, send another content instead, or
// withhold it. The zero value sends it.
type Verdict struct {
	// Withhold, if not empty, cancels the post, and is the reason stored in the
	// outbox.
	Withhold string
	// Instead, if not nil, replaces the post, in the same room and with the same
	// priority. This attempt starts without another Check.
	Instead *chat.Post
	// Change, if not nil, runs in the transaction that records the verdict, if
	// Withhold or Instead is set.
	Change func(ctx context.Context) error
}

// errChanged is the error for a post that its guard no longer allows as it is, although
// the guard allowed it when the attempt began.
var errChanged = errors.New("it may not be sent as it is any more")

// check asks the guard of the post in row before an attempt to send it, and stores the
// verdict. It returns the row with the content that may go, and true; false if the
// guard withholds it, which cancels the post. A post that names no guard may go; one
// that names a guard which the configuration lacks is withheld. An error means that the
// guard could not decide, or that the verdict could not be stored.
func (q *Queue) check(ctx context.Context, row Row) (Row, bool, error) {
	if row.Post.Guard == (chat.Guard{}) {
		return row, true, nil
	}
	asked := row
	err := q.store.Do(ctx, func(ctx context.Context) error {
		row = asked
		verdict, err := q.verdict(ctx, row)
		switch {
		case err != nil:
			return err
		case verdict.Withhold != "":
			row.take(StepWithhold, time.Now())
			row.Reason = verdict.Withhold
		case verdict.Instead != nil:
			room, priority := row.Post.Room, row.Post.Priority
			row.Post = *verdict.Instead
			row.Post.Room, row.Post.Priority = room, priority
		default:
			return nil
		}
		if err := q.store.UpdatePost(ctx, row, time.Now()); err != nil || verdict.Change == nil {
			return err
		}
		return verdict.Change(ctx)
	})
	if err != nil {
		return asked, false, fmt.Errorf("ask whether a post may be sent: %w", err)
	}
	if row.State == Cancelled {
		q.counts.Withheld.Add(1)
		q.log.Info().Str("post", string(row.Key)).Str("why", row.Reason).Msg("A post is withheld")
		return row, false, nil
	}
	return row, true, nil
}

func (q *Queue) verdict(ctx context.Context, row Row) (Verdict, error) {
	guard := q.config.Guards[row.Post.Guard.By]
	if guard == nil {
		return Verdict{Withhold: "nobody decides about it any more"}, nil
	}
	return guard.Check(ctx, row)
}

// stillGoes returns a function for Outgoing.Check, which asks the guard of the post in
// row once more and changes nothing. The function returns nil if the post may still go
// unchanged. It returns a *NotNow for the post's lane if the post may not go unchanged,
// or if the guard fails. If the post has no guard, stillGoes returns nil instead of a
// function.
func (q *Queue) stillGoes(row Row) func(ctx context.Context) error {
	if row.Post.Guard == (chat.Guard{}) {
		return nil
	}
	return func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error {
			verdict, err := q.verdict(ctx, row)
			if err == nil && (verdict.Withhold != "" || verdict.Instead != nil) {
				err = errChanged
			}
			if err != nil {
				return &NotNow{Lane: true, Cause: err}
			}
			return nil
		})
	}
}

// ended tells the guard of the post in row, by Guard.Ended, that the post was sent or
// given up. It does nothing if the post has no guard. It logs the guard's error, and
// returns it only if ctx has ended: a faulty guard must not stop sync or sending.
func (q *Queue) ended(ctx context.Context, row Row) error {
	guard := q.config.Guards[row.Post.Guard.By]
	if guard == nil {
		return nil
	}
	err := guard.Ended(ctx, row)
	if err != nil && ctx.Err() == nil {
		q.log.Error().Err(err).Str("post", string(row.Key)).Msg("What follows a sent post could not be done")
		return nil
	}
	return err
}
