package storage

import (
	"context"

	"heraut/commands"
)

// queueCountsQuery counts the open rows of the inbox and the outbox.
const queueCountsQuery = `
		SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'new'), (SELECT COUNT(*) FROM inbox WHERE state = 'locked'),
			(SELECT COUNT(*) FROM outbox WHERE done_at = 0),
			COALESCE((SELECT attempted_at FROM outbox WHERE done_at = 0 AND attempted_at > 0 ORDER BY attempted_at LIMIT 1), 0)`

// unwritableQuery finds the rooms whose last post failed, and those that refuse posts
// for want of power. It goes from room to room in the index outbox_ended instead of
// reading all posts.
const unwritableQuery = `
	WITH RECURSIVE written (room_id) AS (
		SELECT MIN(room_id) FROM outbox WHERE state IN ('sent', 'failed')
		UNION ALL
		SELECT (SELECT MIN(room_id) FROM outbox WHERE state IN ('sent', 'failed') AND room_id > written.room_id)
		FROM written WHERE written.room_id IS NOT NULL)
	SELECT room_id, reason, done_at FROM (
		SELECT room_id, reason, done_at, state FROM outbox WHERE seq IN (
			SELECT (SELECT seq FROM outbox WHERE room_id = written.room_id AND state IN ('sent', 'failed')
				ORDER BY done_at DESC, seq DESC LIMIT 1)
			FROM written WHERE room_id IS NOT NULL))
	WHERE state = 'failed' AND room_id NOT IN (SELECT room_id FROM blocked_room)
	UNION ALL SELECT room_id, reason, since FROM blocked_room
	ORDER BY room_id`

// OldestTried returns the number of the oldest post that was tried but is still unsent,
// leaving out posts that their room refuses; 0 if there is none.
func (d *DB) OldestTried(ctx context.Context) (seq int64, err error) {
	err = d.db.QueryRow(ctx, `
		SELECT COALESCE(MIN(seq), 0) FROM outbox WHERE done_at = 0 AND attempted_at > 0 AND blocked_since = 0`).Scan(&seq)
	return seq, err
}

// QueueStatus returns how many events wait to be handled or decrypted, how many posts
// are not sent yet, when the one of them that was tried the longest ago was last tried
// (UnsentSince; zero if none was tried), and the rooms that refuse posts or whose last
// post failed. The other fields of the Status stay empty.
func (d *DB) QueueStatus(ctx context.Context) (s commands.Status, err error) {
	var since int64
	err = d.db.QueryRow(ctx, queueCountsQuery).
		Scan(&s.Unhandled, &s.Locked, &s.Unsent, &since)
	if err != nil {
		return s, err
	}
	s.UnsentSince = fromMillis(since)
	rows, err := d.db.Query(ctx, unwritableQuery)
	s.Unwritable, err = collect(rows, err, func(scan scanFunc) (u commands.Unwritable, err error) {
		var at int64
		err = scan(&u.Room, &u.Reason, &at)
		u.At = fromMillis(at)
		return u, err
	})
	return s, err
}
