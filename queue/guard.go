package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

// Guard decides about the posts that name it (chat.Post.Guard) when they are
// about to be sent, which may be long after they were decided: rooms are opened,
// people leave, and what was allowed then may not be any more. Its methods run
// in a transaction, which their context carries.
type Guard interface {
	// Check is asked before each attempt to send the row's post. An error puts the
	// attempt off.
	Check(ctx context.Context, row Row) (Verdict, error)
	// Ended is told, once, that the row's post is in its room (Sent), or never will
	// be (Failed). Posts that were withdrawn or withheld are not told.
	Ended(ctx context.Context, row Row) error
}

// Verdict is what a Guard says of a post. The zero value lets it go.
type Verdict struct {
	// Withhold, if not empty, cancels the post: it is why, for the outbox.
	Withhold string
	// Instead, if not nil, takes the post's place, in the same room, and is not
	// asked about before this attempt.
	Instead *chat.Post
	// Change, if not nil, runs in the transaction that records the verdict.
	Change func(ctx context.Context) error
}

// errChanged tells that a guard does not let a post go any more that it let go
// when the attempt began.
var errChanged = errors.New("it may not be sent as it is any more")

// check asks the guard of a row that is about to be tried. It reports false when
// the post is not to be sent, and returns the row as it is to be sent.
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
			row.State, row.Reason = Cancelled, verdict.Withhold
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

// stillGoes is Outgoing.Check for a row.
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

// ended tells the guard of a row how its post ended. What fails on that is
// logged: neither sync nor the sender may stop for it.
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
