package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"heraut/chat"
	"heraut/commands"
)

// SaveConfirmation stores a command that waits until the person confirms it. It deletes
// their other waiting commands in the room, and all commands that were sent before the
// time expired.
func (d *DB) SaveConfirmation(ctx context.Context, c commands.Confirmation, expired time.Time) error {
	return d.Do(ctx, func(ctx context.Context) error {
		_, err := d.db.Exec(ctx, "DELETE FROM confirmation WHERE asked_at < $1 OR room_id = $2 AND by_user = $3 OR cause = $4",
			millis(expired), c.Room, c.By, c.Cause)
		if err != nil {
			return err
		}
		_, err = d.db.Exec(ctx, "INSERT INTO confirmation (cause, room_id, by_user, line, asked_at) VALUES ($1, $2, $3, $4, $5)",
			c.Cause, c.Room, c.By, c.Line, millis(c.At))
		return err
	})
}

// ConfirmationOf returns the waiting command that the bot asked to confirm in the event
// posted, also if its time is over; commands.ErrNoConfirmation if there is none.
func (d *DB) ConfirmationOf(ctx context.Context, room chat.RoomID, posted chat.EventID) (commands.Confirmation, error) {
	return d.confirmation(ctx, `
		SELECT c.cause, c.room_id, c.by_user, c.line, c.asked_at FROM outbox o JOIN confirmation c ON c.cause = o.cause
		WHERE o.event_id = $1 AND o.event_id <> '' AND o.slot = 0 AND c.room_id = $2`, posted, room)
}

// WaitingConfirmation returns the last command of a person that waits in the room for
// their confirmation, also if its time is over; commands.ErrNoConfirmation if there is
// none.
func (d *DB) WaitingConfirmation(ctx context.Context, room chat.RoomID, by chat.UserID) (commands.Confirmation, error) {
	return d.confirmation(ctx, `
		SELECT cause, room_id, by_user, line, asked_at FROM confirmation
		WHERE room_id = $1 AND by_user = $2 ORDER BY asked_at DESC LIMIT 1`, room, by)
}

func (d *DB) confirmation(ctx context.Context, query string, args ...any) (c commands.Confirmation, err error) {
	var at int64
	err = d.db.QueryRow(ctx, query, args...).Scan(&c.Cause, &c.Room, &c.By, &c.Line, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return c, commands.ErrNoConfirmation
	}
	c.At = fromMillis(at)
	return c, err
}

// EndConfirmation deletes the waiting command that came in the event cause, if there
// is one.
func (d *DB) EndConfirmation(ctx context.Context, cause chat.EventID) error {
	_, err := d.db.Exec(ctx, "DELETE FROM confirmation WHERE cause = $1", cause)
	return err
}
