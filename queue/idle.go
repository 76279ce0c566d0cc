package queue

import (
	"context"
	"time"

	"heraut/chat"
)

// WaitIdle waits until no event is being handled, slow decisions apart, and no post is
// under way, at most for the given time. The sync loop calls it before its next
// request: a homeserver that answers sync while it takes posts in is slower at both,
// and returns each post in a response of its own.
func (q *Queue) WaitIdle(ctx context.Context, within time.Duration) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	for q.busy() {
		select {
		case <-q.idle:
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
	return q.woken.Load() || q.sending || len(q.working) > 0
}

// beginLook records that the sender begins to look for posts to send, for WaitIdle.
func (q *Queue) beginLook() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sending = true
	q.woken.Store(false)
}

// endLook records that the sender has looked for posts, and how many attempts are
// under way, for WaitIdle. Posts that wait for the pace or the homeserver do not
// count.
func (q *Queue) endLook(underWay int) {
	q.mu.Lock()
	q.sending = underWay > 0
	q.mu.Unlock()
	if underWay == 0 {
		q.idle.Set()
	}
}

// handledAll reports whether the room's worker may end: no event came in since it last
// looked. It then records that the room has no worker.
func (q *Queue) handledAll(room chat.RoomID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.working[room] {
		q.working[room] = false
		return false
	}
	delete(q.working, room)
	q.idle.Set()
	return true
}
