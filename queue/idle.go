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

// beginLook records that the sender looks for posts. It sets sending before it resets
// woken, so that busy sees one of them.
func (q *Queue) beginLook() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sending = true
	q.woken.Store(false)
}

// endLook records that the sender has looked for posts, and how many attempts to send
// are under way. A post that waits for the pace or for the homeserver does not count:
// sync need not wait for it.
func (q *Queue) endLook(underWay int) {
	q.mu.Lock()
	q.sending = underWay > 0
	q.mu.Unlock()
	if underWay == 0 {
		q.idle.Set()
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
	q.idle.Set()
	return true
}
