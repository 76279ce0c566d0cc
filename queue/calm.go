package queue

import (
	"context"
	"time"

	"heraut/chat"
)

// Calm waits until no event is being handled, slow decisions apart, and no post is
// under way, at most for the given time. The sync loop calls it before its next
// request: a homeserver that answers sync while it takes posts in is slower at both,
// and returns each post in a response of its own.
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

// wakeSender makes the sender look for posts.
func (q *Queue) wakeSender() {
	q.mu.Lock()
	q.woken = true
	q.mu.Unlock()
	nudge(q.wake)
}

// looks records that the sender looks for posts.
func (q *Queue) looks() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.woken, q.sending = false, true
}

// looked records how many attempts are under way after that. A post that waits for the
// pace or for the homeserver does not count: sync need not wait for it.
func (q *Queue) looked(underWay int) {
	q.mu.Lock()
	q.sending = underWay > 0
	q.mu.Unlock()
	if underWay == 0 {
		nudge(q.calm)
	}
}

// handledAll reports whether the room's worker may end, since nothing came in after it
// last looked. The room then counts as idle.
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
