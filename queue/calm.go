package queue

import (
	"context"
	"time"

	"heraut/chat"
)

// Calm waits until nothing is being handled or sent, within a bound. A
// homeserver that is asked for news while it takes posts in is slower at both,
// and would hand over each post by itself, as news.
func (q *Queue) Calm(ctx context.Context, within time.Duration) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	for q.busy() {
		select {
		case <-q.calm:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (q *Queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.toSend || len(q.working) > 0
}

// wakeSender tells the sender that there may be something to send.
func (q *Queue) wakeSender() {
	q.mu.Lock()
	q.toSend = true
	q.mu.Unlock()
	nudge(q.wake)
}

// sentAll notes that nothing is under way, and nothing to be sent now: what has to
// wait, for the pace or for the homeserver, is no reason to hear nothing meanwhile.
func (q *Queue) sentAll() {
	q.mu.Lock()
	q.toSend = false
	q.mu.Unlock()
	nudge(q.calm)
}

// handledAll reports whether the room's worker may end: nothing came in since it
// last looked.
func (q *Queue) handledAll(room chat.RoomID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.working[room] {
		q.working[room] = false
		return false
	}
	delete(q.working, room)
	nudge(q.calm)
	return true
}
