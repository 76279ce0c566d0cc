package queue

import (
	"context"
	"time"

	"heraut/chat"
)

const (
	// readAfter is how long no answer was sent when rooms are marked as read: while
	// one follows the other they are not.
	readAfter  = time.Second
	readWithin = 5 * time.Second
)

// answered remembers what an answer was about, to mark it as read later.
func (q *Queue) answered(row Row, now time.Time) {
	if row.Post.Priority != chat.Answer || row.Kind != KindPost {
		return
	}
	q.mu.Lock()
	q.reads[row.Post.Room] = row.Cause
	q.readAt = now.Add(readAfter)
	q.mu.Unlock()
	nudge(q.toRead)
}

// markReads marks rooms as read, one after the other, until ctx ends.
func (q *Queue) markReads(ctx context.Context) error {
	for ctx.Err() == nil {
		room, read, due := q.nextRead(time.Now())
		switch {
		case room != "":
			q.markRead(ctx, room, read)
		case due > 0:
			sleep(ctx, due)
		default:
			select {
			case <-ctx.Done():
			case <-q.toRead:
			}
		}
	}
	return nil
}

// nextRead takes out what is to be marked as read now; else due is for how long
// nothing is, 0 if there is nothing at all.
func (q *Queue) nextRead(now time.Time) (room chat.RoomID, read chat.EventID, due time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for room, read = range q.reads {
		if due = q.readAt.Sub(now); due > 0 {
			return "", "", due
		}
		delete(q.reads, room)
		return room, read, 0
	}
	return "", "", 0
}

// markRead sends a receipt, and forgets it if that does not work.
func (q *Queue) markRead(ctx context.Context, room chat.RoomID, read chat.EventID) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := q.transport.MarkRead(ctx, room, read); err != nil {
		q.log.Debug().Err(err).Msg("A read receipt was not sent")
	}
}
