package relay

import (
	"context"
	"time"
)

// shortAbsence is how long the experts may be away without the asker being told.
const shortAbsence = 15 * time.Minute

// announceReturn posts in the thread of the asker of q when the experts are expected
// back, if now is in the quiet hours of their room and they last longer than
// shortAbsence. It then counts the post in q.Shows; the caller saves q.
func (d *Carrier) announceReturn(ctx context.Context, q *Question) error {
	if d.Quiet == nil {
		return nil
	}
	now := d.Now()
	until, quiet := d.Quiet(q.Experts).Until(now)
	if !quiet || until.Sub(now) <= shortAbsence {
		return nil
	}
	today := now.In(until.Location()).Format(time.DateOnly)
	return d.remark(ctx, q, q.thread(), q.Origin, "relay-hours", struct {
		Until time.Time
		Today bool
	}{until, until.Format(time.DateOnly) == today})
}
