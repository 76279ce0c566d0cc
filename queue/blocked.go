package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

const (
	// keepBlocked is how long a post waits until the bot has the power to send it.
	keepBlocked = 24 * time.Hour
	// probeBlocked is the interval between attempts of such a post: a change of the
	// power levels may have gone unseen.
	probeBlocked = time.Hour
)

// block handles row, a post that the homeserver refuses because the bot lacks rights in
// the room; err is a *Blocked. It stores the post as one that waits for these rights,
// with an attempt every probeBlocked, or, if it has waited for keepBlocked, as failed,
// and then tells its guard. It records the room as blocked. If that is new, it posts
// messages that tell the operators.
func (q *Queue) block(ctx context.Context, row Row, err error, now time.Time) {
	cause := err
	if blocked, ok := errors.AsType[*Blocked](err); ok {
		cause = blocked.Cause
	}
	if row.BlockedSince.IsZero() {
		row.BlockedSince = now
	}
	until := row.BlockedSince.Add(keepBlocked)
	row.NextAt = now.Add(probeBlocked)
	if row.NextAt.After(until) {
		row.NextAt = until
	}
	what := StepForbid
	if !now.Before(until) {
		q.counts.Refused.Add(1)
		what, row.Reason = StepGiveUp, cause.Error()
	}
	effects := row.take(what, now)
	q.setBlocked(row.Post.Room, true)
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error {
			isNew, err := q.store.BlockRoom(ctx, row.Post.Room, cause.Error(), now)
			if err != nil {
				return err
			}
			if isNew {
				q.log.Warn().Err(cause).Str("room", string(row.Post.Room)).Msg("The bot may not write in a room: what it has to say there waits")
				if err := q.announceBlocked(ctx, row.Post.Room, true, now); err != nil {
					return err
				}
			}
			return q.finish(ctx, row, effects, now)
		})
	})
}

// unblock records that the bot may post in a room again, makes the room's posts due
// that waited for this, and posts messages that tell the operators. It does nothing for
// a room that is not recorded as blocked.
func (q *Queue) unblock(ctx context.Context, room chat.RoomID, now time.Time) {
	if !q.isBlocked(room) {
		return
	}
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error {
			was, err := q.store.UnblockRoom(ctx, room)
			if err != nil || !was {
				return err
			}
			if err := q.store.RetryRoom(ctx, room); err != nil {
				return err
			}
			return q.announceBlocked(ctx, room, false, now)
		})
	})
	q.setBlocked(room, false)
	q.log.Info().Str("room", string(room)).Msg("The bot may write in a room again")
}

// announceBlocked adds to the outbox, in the transaction of ctx, the messages that tell
// operators that a room begins (blocked is true) or ceases to refuse the bot's posts.
// It only logs an error of Config.Blocked, and then adds nothing; its own error is that
// of the store.
func (q *Queue) announceBlocked(ctx context.Context, room chat.RoomID, blocked bool, now time.Time) error {
	posts, err := q.config.Blocked(ctx, room, blocked)
	if err != nil {
		q.log.Error().Err(err).Str("room", string(room)).Msg("Nobody could be told that the bot may or may not write in a room")
		return nil
	}
	return q.Post(ctx, chat.Cause(fmt.Sprintf("blocked/%s/%d", room, now.UnixMilli())), posts...)
}

func (q *Queue) isBlocked(room chat.RoomID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.blocked[room]
}

func (q *Queue) setBlocked(room chat.RoomID, blocked bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if blocked {
		q.blocked[room] = true
	} else {
		delete(q.blocked, room)
	}
}
