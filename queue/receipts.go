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

// read is a read receipt that waits to be sent. event is the event up to which the bot
// has read a room; seq is the number in the outbox of the post that answers this event.
// Of two receipts for one room, answered keeps the one with the higher seq.
type read struct {
	event chat.EventID
	seq   int64
}

// answered schedules a read receipt after the post in row was sent: readAfter after the
// last answer of any room, markReads marks the room as read up to the event that the
// post answers. If the room already has a receipt for a newer answer, that one stays.
// answered does nothing for a post that is not a new answer.
func (q *Queue) answered(row Row, now time.Time) {
	if row.Post.Priority != chat.Answer || row.Kind != KindPost {
		return
	}
	q.mu.Lock()
	if row.Seq >= q.reads[row.Post.Room].seq { // an older answer of the room may end after a newer one
		q.reads[row.Post.Room] = read{chat.EventID(row.Cause), row.Seq}
	}
	q.readAt = now.Add(readAfter)
	q.mu.Unlock()
	q.toRead.Set()
}

// markReads sends the read receipts that are due, one after the other, until ctx ends.
// It always returns nil.
func (q *Queue) markReads(ctx context.Context) error {
	for ctx.Err() == nil {
		room, event, due := q.nextRead(time.Now())
		switch {
		case room != "":
			q.markRead(ctx, room, event)
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

// nextRead removes a read receipt that is due from q.reads, and returns its room and
// the event up to which the bot has read that room. If none is due, room is empty, and
// due is the time until the next receipt is due; 0 if no receipt waits.
func (q *Queue) nextRead(now time.Time) (room chat.RoomID, event chat.EventID, due time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for room, read := range q.reads {
		if due = q.readAt.Sub(now); due > 0 {
			return "", "", due
		}
		delete(q.reads, room)
		return room, read.event, 0
	}
	return "", "", 0
}

// markRead sends a read receipt for a room up to the event, within readWithin. It only
// logs an error, and does not try again.
func (q *Queue) markRead(ctx context.Context, room chat.RoomID, event chat.EventID) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := q.transport.MarkRead(ctx, room, event); err != nil {
		q.log.Debug().Err(err).Msg("A read receipt was not sent")
	}
}
