package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

// Batch holds the contents of one sync response for the queue: new events, the bot's own
// events, the rooms whose rights changed, and the times of the sync.
type Batch struct {
	Began    time.Time // when the request was sent
	Received time.Time // when the response arrived
	// Newest is when the newest event that the sync shows was sent, by this machine's
	// clock; zero: it shows none. Events of people on other homeservers do not count.
	Newest   time.Time
	Arrivals []Arrival // oldest first in each room
	Own      []Own
	// Powers lists the rooms in which the power levels or the bot's membership
	// changed.
	Powers []chat.RoomID
	// Change, if not nil, is committed with the rest; it saves the sync position.
	Change func(ctx context.Context) error
}

// Own is an event of the bot itself in a sync response. Its Txn, the key that a post
// carries, says which post arrived; ID is the id of the event.
type Own struct {
	Txn string // the key that the event carries; empty: none (Dendrite removes it from redactions)
	ID  chat.EventID
}

// Accept stores the batch b in one transaction. Then it wakes the workers of the rooms
// with new events, and the sender if b shows posts of the bot, changes rights or ends a
// doubt. Once it has returned nil, each new readable event will be handled once, even
// after a crash; a locked one, which waits for its key, once Unlock has stored it.
// Accept drops an event that is older than Config.AnswerWithin, unless Config.Keeps
// accepts the event's room, or the event is of a kind that is never too old, such as a
// deletion (tooOld). On an error nothing is stored, and the caller fetches the batch
// again.
func (q *Queue) Accept(ctx context.Context, b Batch) error {
	var t taken
	err := q.store.Do(ctx, func(ctx context.Context) (err error) {
		t, err = q.take(ctx, b, time.Now())
		return err
	})
	if err != nil {
		return err
	}
	q.counts.Received.Add(t.received)
	q.counts.Dropped.Add(t.dropped)
	q.counts.Late.Add(t.late)
	if t.dropped > 0 {
		q.log.Warn().Int64("events", t.dropped).Stringer("older_than", q.config.AnswerWithin).Msg("Dropped what was said too long ago to be answered")
	}
	for room := range t.rooms {
		q.serve(room)
	}
	if t.missing {
		q.dueUntil.Store(q.dueInSync(b).UnixMilli())
		q.unseen.Set()
	}
	if t.settled > 0 || len(b.Own) > 0 || len(b.Powers) > 0 {
		q.wakeSender()
	}
	return nil
}

// taken is the result of Queue.take, which stores a batch: the rooms with new events to
// handle, the numbers of events by kind, and the number of posts whose doubt ended
// (settled).
type taken struct {
	rooms                            map[chat.RoomID]bool // with events to handle
	received, dropped, late, settled int64
	missing                          bool // sync should have shown further posts
}

// take stores the batch b in the transaction of ctx, and returns a summary of the
// changes. It confirms the posts that sync shows and erases their content, makes posts
// due that rooms in b.Powers refused, adds the arrivals, and runs b.Change. A post that
// was in doubt, and that this sync should have shown but does not, waits to be sent
// again.
func (q *Queue) take(ctx context.Context, b Batch, now time.Time) (t taken, err error) {
	for _, own := range b.Own {
		if err := q.takeOwn(ctx, own, now); err != nil {
			return t, fmt.Errorf("confirm a post: %w", err)
		}
	}
	if t.missing, err = q.misses(ctx, b); err != nil {
		return t, fmt.Errorf("note which posts are in their rooms: %w", err)
	}
	for _, room := range b.Powers {
		if err := q.store.RetryRoom(ctx, room); err != nil {
			return t, fmt.Errorf("try a room's posts again: %w", err)
		}
	}
	t.rooms = map[chat.RoomID]bool{}
	for _, a := range b.Arrivals {
		if err := q.takeArrival(ctx, a, b.Received, now, &t); err != nil {
			return t, fmt.Errorf("take in an event: %w", err)
		}
	}
	if b.Change != nil {
		if err := b.Change(ctx); err != nil {
			return t, err
		}
	}
	if q.lastDoubt.Load() == 0 {
		return t, nil
	}
	// After Change, which stores the rooms.
	if t.settled, err = q.store.SettleDoubts(ctx, q.settledBy(b)); err != nil {
		return t, fmt.Errorf("settle doubts: %w", err)
	}
	return t, nil
}

// takeArrival stores the event a, which came in at received, unless its id is known, and
// counts it in t. It stores one that is too old as dropped, so that it is never handled,
// or, if Config.Keeps accepts its room, with Late set. It adds the room of a readable
// event to t.rooms, unless the event is dropped.
func (q *Queue) takeArrival(ctx context.Context, a Arrival, received, now time.Time, t *taken) error {
	old := q.tooOld(a, received)
	a.Late = old && q.config.Keeps(ctx, a.Room)
	drop := old && !a.Late
	isNew, err := q.store.AddArrival(ctx, a, drop, now)
	switch {
	case err != nil, !isNew:
		return err
	case drop:
		t.dropped++
		return nil
	case a.Late:
		t.late++
	}
	t.received++
	if a.Event != nil {
		t.rooms[a.Room] = true
	}
	return nil
}

// confirm records that the post whose key the event own carries was sent: sync showed
// that event. It tells the post's guard, unless the post was known as sent already. If
// the post was sent a second time meanwhile, the message is in the room twice, and
// confirm adds a deletion of the event own to the outbox. It does nothing for an event
// without a key, or with a key that belongs to no post.
func (q *Queue) confirm(ctx context.Context, own Own, now time.Time) error {
	if own.Txn == "" {
		return nil
	}
	row, first, err := q.store.ConfirmPost(ctx, own.Txn, own.ID, now)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return nil // another program with the same account sent it
	case err != nil:
		return err
	case first:
		return q.ended(ctx, row)
	case row.EventID == own.ID, row.Kind != KindPost:
		return nil
	}
	q.log.Warn().Str("post", string(row.Key)).Msg("A post arrived twice: deleting the second")
	return q.store.AddPost(ctx, newRow(chat.KeyOf(chat.Cause(own.ID), 0), chat.Cause(own.ID), 0, KindRedaction, chat.Post{
		Room: row.Post.Room, Priority: row.Post.Priority, Redacts: chat.Target{Event: own.ID},
	}))
}

// tooOld reports whether the event a was older than Config.AnswerWithin when it came
// in, at received. It is false without that limit, and at any age for deletions, and
// for joins, moves, promotions and notices, which come only once.
func (q *Queue) tooOld(a Arrival, received time.Time) bool {
	if e := a.Event; e != nil && (e.Redaction != nil || e.Joined != nil || e.Moved != nil || e.Promoted != nil || e.Notice != nil) {
		return false
	}
	return q.config.AnswerWithin > 0 && received.Sub(a.At) > q.config.AnswerWithin
}

// Unlock stores e, the decrypted form of an event that waited for its key, and wakes
// the worker of its room. It does nothing if the event no longer waits for a key. The
// error is that of the store.
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
