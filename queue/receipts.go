package queue

import (
	"context"
	"time"

	"heraut/chat"
	"heraut/wait"
)

const (
	// readAfter is how long the queue waits after the last answer before it sends read
	// receipts: it sends none while answers follow one another.
	readAfter  = time.Second
	readWithin = 5 * time.Second
)

// answered records, once the answer in row was sent, the event that it answers, up to
// which a read receipt then marks the room as read.
func (q *Queue) answered(row Row, now time.Time) {
	if row.Post.Priority != chat.Answer || row.Kind != KindPost {
		return
	}
	q.mu.Lock()
	q.reads[row.Post.Room] = chat.EventID(row.Cause)
	q.readAt = now.Add(readAfter)
	q.mu.Unlock()
	q.toRead.Set()
}

// markReads sends the read receipts that are due, one after the other, until ctx ends.
func (q *Queue) markReads(ctx context.Context) error {
	for ctx.Err() == nil {
		room, read, due := q.nextRead(time.Now())
		switch {
		case room != "":
			q.markRead(ctx, room, read)
		case due > 0:
			wait.For(ctx, due)
		default:
			select {
			case <-ctx.Done():
			case <-q.toRead:
			}
		}
	}
	return nil
}

// nextRead removes and returns the next read receipt to send: the room, and the event
// up to which the bot has read it. If room is empty, due is how long until there is
// one; 0: none waits.
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

// markRead sends a read receipt for a room up to the event read. It does not try again
// after an error.
func (q *Queue) markRead(ctx context.Context, room chat.RoomID, read chat.EventID) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := q.transport.MarkRead(ctx, room, read); err != nil {
		q.log.Debug().Err(err).Msg("A read receipt was not sent")
	}
}
