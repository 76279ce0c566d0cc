package storage

import (
	"context"

	"heraut/commands"
)

// QueueStatus tells what waits in the queue, and which rooms cannot be written
// to: the rest of the status is not here.
func (d *DB) QueueStatus(ctx context.Context) (s commands.Status, err error) {
	var since int64
	err = d.db.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'new'), (SELECT COUNT(*) FROM inbox WHERE state = 'locked'),
			(SELECT COUNT(*) FROM outbox WHERE done_at = 0),
			(SELECT COALESCE(MIN(attempted_at), 0) FROM outbox WHERE done_at = 0 AND attempted_at > 0)`).
		Scan(&s.Unhandled, &s.Locked, &s.Unsent, &since)
	if err != nil {
		return s, err
	}
	s.UnsentSince = fromMillis(since)
	// Of the rows of a room, SQLite takes the other columns from the one with MAX.
	rows, err := d.db.Query(ctx, `
		SELECT room_id, reason, done FROM (
			SELECT room_id, state, reason, MAX(done_at) AS done FROM outbox
			WHERE done_at > 0 AND state IN ('sent', 'failed') GROUP BY room_id)
		WHERE state = 'failed' ORDER BY room_id`)
	s.Unwritable, err = collect(rows, err, func(scan scanFunc) (u commands.Unwritable, err error) {
		var at int64
		err = scan(&u.Room, &u.Reason, &at)
		u.At = fromMillis(at)
		return u, err
	})
	return s, err
}
