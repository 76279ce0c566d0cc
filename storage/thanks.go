package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"heraut/chat"
	"heraut/thanks"
)

// AddThanks stores one person's thanks to another, in place of those of the same
// message.
func (d *DB) AddThanks(ctx context.Context, t thanks.Thanks) error {
	_, err := d.db.Exec(ctx, `
		INSERT OR REPLACE INTO thanks (cause, room_id, from_user, to_user, to_name, reason, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.Cause, t.Room, t.From, t.To, t.Name, t.Reason, millis(t.At))
	return err
}

// DeleteThanks deletes the thanks that were given in the message cause.
func (d *DB) DeleteThanks(ctx context.Context, cause chat.EventID) error {
	_, err := d.db.Exec(ctx, "DELETE FROM thanks WHERE cause = $1", cause)
	return err
}

// GivenSince counts the thanks that the person from gave since a time: all is the
// number of all of them, pair the number of those to the person to.
func (d *DB) GivenSince(ctx context.Context, from, to chat.UserID, since time.Time) (all, pair int, err error) {
	err = d.db.QueryRow(ctx, "SELECT COUNT(*), COUNT(CASE WHEN to_user = $2 THEN 1 END) FROM thanks WHERE from_user = $1 AND given_at >= $3",
		from, to, millis(since)).Scan(&all, &pair)
	return all, pair, err
}

// ThanksIn returns the thanks given in a room within [from, to), oldest first, each
// with its receiver's consent to be named; those of all rooms if room is empty.
func (d *DB) ThanksIn(ctx context.Context, room chat.RoomID, from, to time.Time) ([]thanks.Named, error) {
	rows, err := d.db.Query(ctx, `
		SELECT cause, room_id, from_user, to_user, to_name, reason, given_at, coalesce(state, '')
		FROM thanks LEFT JOIN thanks_consent ON user_id = to_user
		WHERE ($1 = '' OR room_id = $1) AND given_at >= $2 AND given_at < $3 ORDER BY given_at, cause`, room, millis(from), millis(to))
	return collect(rows, err, func(scan scanFunc) (n thanks.Named, err error) {
		var at int64
		err = scan(&n.Cause, &n.Room, &n.From, &n.To, &n.Name, &n.Reason, &at, &n.Consent)
		n.At = fromMillis(at)
		return n, err
	})
}

// ConsentOf returns the state of a person's consent that lists of thanks name them;
// thanks.Unasked if they were never asked.
func (d *DB) ConsentOf(ctx context.Context, user chat.UserID) (c thanks.Consent, err error) {
	err = d.db.QueryRow(ctx, "SELECT state FROM thanks_consent WHERE user_id = $1", user).Scan(&c)
	if errors.Is(err, sql.ErrNoRows) {
		return thanks.Unasked, nil
	}
	return c, err
}

// SaveConsent stores the state of a person's consent that lists of thanks name them
// (asked, agreed or refused), in place of an earlier one.
func (d *DB) SaveConsent(ctx context.Context, user chat.UserID, c thanks.Consent, at time.Time) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO thanks_consent (user_id, state, at) VALUES ($1, $2, $3)
		ON CONFLICT (user_id) DO UPDATE SET state = excluded.state, at = excluded.at`, user, c, millis(at))
	return err
}

// MonthlyRooms returns the rooms that want the monthly list of thanks, each with the
// last month of which it got the list, as "2026-10"; for a room that got none yet, that
// is the month before the one in which it asked for the list.
func (d *DB) MonthlyRooms(ctx context.Context) (map[chat.RoomID]string, error) {
	all := map[chat.RoomID]string{}
	rows, err := d.db.Query(ctx, "SELECT room_id, month FROM thanks_monthly")
	_, err = collect(rows, err, func(scan scanFunc) (room chat.RoomID, err error) {
		var month string
		err = scan(&room, &month)
		all[room] = month
		return room, err
	})
	return all, err
}

// SaveMonthly stores that a room wants the monthly list of thanks, and the last month
// that it got, as "2026-10".
func (d *DB) SaveMonthly(ctx context.Context, room chat.RoomID, month string) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO thanks_monthly (room_id, month) VALUES ($1, $2) ON CONFLICT (room_id) DO UPDATE SET month = excluded.month`, room, month)
	return err
}

// DeleteMonthly stores that a room does not want the monthly list of thanks any more.
func (d *DB) DeleteMonthly(ctx context.Context, room chat.RoomID) error {
	_, err := d.db.Exec(ctx, "DELETE FROM thanks_monthly WHERE room_id = $1", room)
	return err
}

// PurgeThanks deletes the thanks given before a time.
func (d *DB) PurgeThanks(ctx context.Context, before time.Time) error {
	_, err := d.db.Exec(ctx, "DELETE FROM thanks WHERE given_at < $1", millis(before))
	return err
}

// MoveThanks assigns the thanks of the room from, and its wish for the monthly list, to
// the room to, its successor. That wish replaces one of the room to.
func (d *DB) MoveThanks(ctx context.Context, from, to chat.RoomID) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for _, query := range []string{
			"UPDATE thanks SET room_id = $1 WHERE room_id = $2",
			"UPDATE OR REPLACE thanks_monthly SET room_id = $1 WHERE room_id = $2",
		} {
			if _, err := d.db.Exec(ctx, query, to, from); err != nil {
				return err
			}
		}
		return nil
	})
}
