package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

// settleAfter is how much later than an attempt a sync has to begin for its
// silence to mean that nothing arrived.
const settleAfter = 2 * time.Second

// Batch is what one sync brought.
type Batch struct {
	Began    time.Time // when the request was made
	Received time.Time // when its answer was there
	Arrivals []Arrival // oldest first in each room
	Own      []Own
	// Powers are the rooms in which the power levels or the bot's membership changed.
	Powers []chat.RoomID
	// Change, if not nil, is committed together with the rest: the sync position.
	Change func(ctx context.Context) error
}

// Own is an event of the bot itself, as sync shows it.
type Own struct {
	Txn string // the key that it carries
	ID  chat.EventID
}

// Accept commits a batch: after it returned nil every event in it will be
// handled once, whatever happens.
func (q *Queue) Accept(ctx context.Context, b Batch) error {
	now := time.Now()
	rooms := map[chat.RoomID]bool{}
	var received, dropped, late, settled int64
	err := q.store.Do(ctx, func(ctx context.Context) error {
		for _, own := range b.Own {
			if err := q.confirm(ctx, own, now); err != nil {
				return fmt.Errorf("confirm a post: %w", err)
			}
		}
		for _, room := range b.Powers {
			if err := q.store.RetryRoom(ctx, room); err != nil {
				return fmt.Errorf("try a room's posts again: %w", err)
			}
		}
		for _, a := range b.Arrivals {
			old := q.tooOld(a, b.Received)
			a.Late = old && q.config.Keeps != nil && q.config.Keeps(ctx, a.Room)
			drop := old && !a.Late
			isNew, err := q.store.AddArrival(ctx, a, drop, now)
			if err != nil {
				return fmt.Errorf("take in an event: %w", err)
			}
			switch {
			case !isNew:
			case drop:
				dropped++
			default:
				received++
				if a.Late {
					late++
				}
				if a.Event != nil {
					rooms[a.Room] = true
				}
			}
		}
		if q.lastDoubt.Load() != 0 {
			var err error
			if settled, err = q.store.SettleDoubts(ctx, b.Began.Add(-settleAfter)); err != nil {
				return fmt.Errorf("settle doubts: %w", err)
			}
		}
		if b.Change != nil {
			return b.Change(ctx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	q.counts.Received.Add(received)
	q.counts.Dropped.Add(dropped)
	q.counts.Late.Add(late)
	if dropped > 0 {
		q.log.Warn().Int64("events", dropped).Stringer("older_than", q.config.AnswerWithin).Msg("Dropped what was said too long ago to be answered")
	}
	for room := range rooms {
		q.serve(room)
	}
	if settled > 0 || len(b.Own) > 0 || len(b.Powers) > 0 {
		q.wakeSender()
	}
	return nil
}

// confirm notes that a post is in its room. When it is there a second time,
// because an attempt arrived later than anybody could know, that one is deleted.
func (q *Queue) confirm(ctx context.Context, own Own, now time.Time) error {
	row, first, err := q.store.ConfirmPost(ctx, own.Txn, own.ID, now)
	switch {
	case errors.Is(err, ErrNone):
		return nil // another program's, with the same account
	case err != nil:
		return err
	case first:
		return q.ended(ctx, row)
	case row.EventID == own.ID, row.Kind != KindPost:
		return nil
	}
	q.log.Warn().Str("post", string(row.Key)).Msg("A post arrived twice: deleting the second")
	return q.store.AddPost(ctx, newRow(chat.KeyOf(own.ID, 0), own.ID, 0, KindRedaction, chat.Post{
		Room: row.Post.Room, Priority: row.Post.Priority, Redacts: chat.Target{Event: own.ID},
	}))
}

// tooOld applies the age rule: from the event to the first moment the
// homeserver could hand it over. Deletions are obeyed at any age, and what is
// told once, however late, is.
func (q *Queue) tooOld(a Arrival, received time.Time) bool {
	if e := a.Event; e != nil && (e.Redaction != nil || e.Joined != nil || e.Moved != nil || e.Promoted != nil || e.Notice != nil) {
		return false
	}
	return q.config.AnswerWithin > 0 && received.Sub(a.At) > q.config.AnswerWithin
}

// Unlock hands in an event that could not be read when it came.
func (q *Queue) Unlock(ctx context.Context, e chat.Event) error {
	unlocked, err := q.store.UnlockEvent(ctx, e)
	if err != nil {
		return fmt.Errorf("unlock an event: %w", err)
	}
	if unlocked {
		q.serve(e.Room)
	}
	return nil
}

// Doubts wakes whoever syncs when the end of an attempt is unknown: a sync
// begun settleAfter later settles it.
func (q *Queue) Doubts() <-chan struct{} { return q.doubt }

// SyncBy is when a sync has to begin to settle the newest doubt; zero if there
// never was one.
func (q *Queue) SyncBy() time.Time {
	ms := q.lastDoubt.Load()
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).Add(settleAfter + time.Millisecond)
}

func (q *Queue) inDoubt(now time.Time) {
	q.lastDoubt.Store(now.UnixMilli())
	nudge(q.doubt)
}
