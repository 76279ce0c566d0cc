package queue

import "time"

const (
	// settleAfter is how long after the end of an attempt a sync must begin, and how far
	// sync must have come, to settle the doubt: if it does not show the event, the event
	// never arrived.
	settleAfter = 2 * time.Second
	// quietAfter is how long after the end of an attempt a sync settles the doubt that
	// shows no event of the homeserver's own people (Batch.Newest): one that lags usually
	// has some to show.
	quietAfter = 10 * time.Second
)

// Doubts returns a channel that gets a value when an attempt to send ended without an
// answer, so that it is in doubt whether the post was sent. One value may stand for
// several attempts. Syncs that begin at SyncBy show whether they were.
func (q *Queue) Doubts() <-chan struct{} { return q.doubt }

// SyncBy returns the time at which a sync should begin to show whether posts in doubt
// were sent, if the sync before began at last (zero: there was none). It is at least
// settleAfter after the beginning of the newest doubt and of that sync; the zero time if
// no post is in doubt.
func (q *Queue) SyncBy(last time.Time) time.Time {
	doubt := q.lastDoubt.Load()
	if doubt <= q.settled.Load() {
		return time.Time{}
	}
	return latest(time.UnixMilli(doubt+1), last).Add(settleAfter)
}

// settledBy returns the time before which doubts must have begun that the sync b settles,
// and notes it for SyncBy. The sync must have begun settleAfter later. A homeserver may
// lag: Dendrite takes a post, and on a busy machine stores it seconds later, even if
// the client that sent it is gone. But sync roughly keeps the order: so it, or a sync
// before, must also show an event that was sent settleAfter later. Without one, a sync
// without Newest settles what began quietAfter before it, and any sync what began
// lagBound before it.
func (q *Queue) settledBy(b Batch) time.Time {
	q.newest = latest(q.newest, b.Newest)
	until := b.reaches(q.newest.Add(-settleAfter))
	if b.Newest.IsZero() {
		until = latest(until, b.Began.Add(-quietAfter))
	}
	q.settled.Store(max(q.settled.Load(), until.UnixMilli()))
	return until
}

// reaches returns how far the sync b must have come if it is known to have come as far as
// the time come: what was sent earlier, it or a sync before should have shown. The result
// is come, but settleAfter before b began at the latest, and lagBound before at the
// earliest.
func (b Batch) reaches(come time.Time) time.Time {
	if bound := b.Began.Add(-settleAfter); come.After(bound) {
		come = bound
	}
	return latest(come, b.Began.Add(-lagBound))
}

// latest returns the later one of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// inDoubt records that an attempt ended at now without an answer, and asks for a sync.
func (q *Queue) inDoubt(now time.Time) {
	q.lastDoubt.Store(now.UnixMilli())
	q.doubt.Set()
}
