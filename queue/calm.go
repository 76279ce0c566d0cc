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
	return q.woken || q.sending || len(q.working) > 0
}

// wakeSender tells the sender that there may be something to send.
func (q *Queue) wakeSender() {
	q.mu.Lock()
	q.woken = true
	q.mu.Unlock()
	nudge(q.wake)
}

// looks notes that the sender looks for something to send.
func (q *Queue) looks() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.woken, q.sending = false, true
}

// looked notes what it found. What has to wait, for the pace or for the
// homeserver, is no reason to hear nothing meanwhile.
func (q *Queue) looked(underWay int) {
	q.mu.Lock()
	q.sending = underWay > 0
	q.mu.Unlock()
	if underWay == 0 {
		nudge(q.calm)
	}
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
