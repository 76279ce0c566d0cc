package queue

import (
	"context"
	"time"

	"heraut/chat"
)

const (
	// readAfter is how long nothing was sent when rooms are marked as read:
	// under load they are not.
	readAfter  = time.Second
	readWithin = 5 * time.Second
)

// answered remembers what an answer was about, to mark it as read later.
func (q *Queue) answered(row Row, now time.Time) {
	if row.Post.Priority == chat.Answer && row.Kind == KindPost {
		q.reads[row.Post.Room] = row.Cause
		q.readAt = now.Add(readAfter)
	}
}

// markRead sends a receipt for one of the rooms, and forgets it if that does
// not work.
func (q *Queue) markRead(ctx context.Context) {
	var room chat.RoomID
	for room = range q.reads {
		break
	}
	read := q.reads[room]
	delete(q.reads, room)
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := q.transport.MarkRead(ctx, room, read); err != nil {
		q.log.Debug().Err(err).Msg("A read receipt was not sent")
	}
}
