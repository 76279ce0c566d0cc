package queue

import (
	"context"
	"time"

	"heraut/chat"
)

// WaitIdle waits until no event is being handled, slow decisions apart, and no post is
// under way, at most for the duration within or until ctx ends. The sync loop calls it
// before its next request: a homeserver that answers sync while it takes posts in is
// slower at both, and returns each post in a response of its own.
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

// beginLook records for WaitIdle that the sender begins to look for posts to send. It
// clears the mark that wakeSender set (Outbox.woken).
func (q *Queue) beginLook() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sending = true
	q.woken.Store(false)
}

// endLook records for WaitIdle that the sender has looked for posts. underWay is the
// number of rooms with an attempt to send under way; if it is 0, endLook wakes WaitIdle,
// which goes on waiting while an event is handled. Posts that wait for the pace or the
// homeserver do not count.
func (q *Queue) endLook(underWay int) {
	q.mu.Lock()
	q.sending = underWay > 0
	q.mu.Unlock()
	if underWay == 0 {
		q.idle.Set()
	}
}

// handledAll reports whether the worker of room may end: no event came in since it last
// looked. It then records that the room has no worker, and wakes WaitIdle. If it
// returns false, the worker looks for events again.
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
