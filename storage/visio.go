package storage

import (
	"context"
	"time"

	"heraut/chat"
	"heraut/visio"
)

// SaveMeeting stores a scheduled video conference until its reminder, in place of one
// that the same command set up.
func (d *DB) SaveMeeting(ctx context.Context, m visio.Meeting) error {
	_, err := d.db.Exec(ctx, `
		INSERT OR REPLACE INTO meeting (cause, room_id, thread, subject, starts_at, url, phone, pin, access)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		m.Cause, m.Room, m.Thread, m.Subject, millis(m.At), m.Call.URL, m.Call.Phone, m.Call.PIN, m.Call.Access)
	return err
}

// DueMeetings returns the scheduled video conferences that have begun by now, of which
// their rooms have to be reminded, the earliest first.
func (d *DB) DueMeetings(ctx context.Context, now time.Time) ([]visio.Meeting, error) {
	rows, err := d.db.Query(ctx, `
		SELECT cause, room_id, thread, subject, starts_at, url, phone, pin, access FROM meeting
		WHERE starts_at <= $1 ORDER BY starts_at, cause`, millis(now))
	return collect(rows, err, func(scan scanFunc) (m visio.Meeting, err error) {
		var at int64
		err = scan(&m.Cause, &m.Room, &m.Thread, &m.Subject, &at, &m.Call.URL, &m.Call.Phone, &m.Call.PIN, &m.Call.Access)
		m.At = fromMillis(at)
		return m, err
	})
}

// DeleteMeeting deletes the scheduled video conference that the command cause set up,
// if there is one.
func (d *DB) DeleteMeeting(ctx context.Context, cause chat.EventID) error {
	_, err := d.db.Exec(ctx, "DELETE FROM meeting WHERE cause = $1", cause)
	return err
}

// MoveMeetings assigns the scheduled video conferences of the room from to the room to,
// its successor. Their reminders then belong to no thread, since the threads stay in
// the old room.
func (d *DB) MoveMeetings(ctx context.Context, from, to chat.RoomID) error {
	_, err := d.db.Exec(ctx, "UPDATE meeting SET room_id = $1, thread = '' WHERE room_id = $2", to, from)
	return err
}
