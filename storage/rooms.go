package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

const roomColumns = "room_id, encrypted, invited_by, is_direct, joined, members, moved_to, facts"

func scanRoom(scan scanFunc) (r chat.Room, err error) {
	var facts string
	err = scan(&r.ID, &r.Encrypted, &r.InvitedBy, &r.Direct, &r.Joined, &r.Members, &r.MovedTo, &facts)
	if errors.Is(err, sql.ErrNoRows) {
		return r, chat.ErrNotFound
	} else if err != nil {
		return r, err
	}
	if facts != "" {
		if err := json.Unmarshal([]byte(facts), &r.RoomFacts); err != nil {
			return r, fmt.Errorf("read what the room %s is: %w", r.ID, err)
		}
	}
	return r, nil
}

// Rooms returns all rooms that the bot is, was, or was invited to be in.
func (d *DB) Rooms(ctx context.Context) ([]chat.Room, error) {
	rows, err := d.db.Query(ctx, "SELECT "+roomColumns+" FROM room")
	return collect(rows, err, scanRoom)
}

// Room returns the stored data of a room; chat.ErrNotFound if it was never stored.
func (d *DB) Room(ctx context.Context, room chat.RoomID) (chat.Room, error) {
	return scanRoom(d.db.QueryRow(ctx, "SELECT "+roomColumns+" FROM room WHERE room_id = $1", room).Scan)
}

// SaveRoom stores the data of a room, in place of earlier ones. A room once stored as
// encrypted stays encrypted.
func (d *DB) SaveRoom(ctx context.Context, r chat.Room) error {
	facts, err := json.Marshal(r.RoomFacts)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		INSERT INTO room (room_id, encrypted, invited_by, is_direct, joined, members, moved_to, facts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (room_id) DO UPDATE SET encrypted = MAX(encrypted, excluded.encrypted), invited_by = excluded.invited_by,
			is_direct = excluded.is_direct, joined = excluded.joined, members = excluded.members,
			moved_to = excluded.moved_to, facts = excluded.facts`,
		r.ID, r.Encrypted, r.InvitedBy, r.Direct, r.Joined, r.Members, r.MovedTo, string(facts))
	return err
}

const (
	// keepDeclined is how long a declined invitation is stored, maxDeclined how many
	// are.
	keepDeclined = 90 * 24 * time.Hour
	maxDeclined  = 100
)

// Declined returns the invitations that the bot declined and that are still stored,
// newest first.
func (d *DB) Declined(ctx context.Context) ([]chat.Declined, error) {
	rows, err := d.db.Query(ctx, "SELECT room_id, invited_by, server, why, declined_at, open FROM declined ORDER BY declined_at DESC, room_id")
	return collect(rows, err, func(scan scanFunc) (x chat.Declined, err error) {
		var at int64
		err = scan(&x.Room, &x.By, &x.Server, &x.Why, &at, &x.Open)
		x.At = fromMillis(at)
		return x, err
	})
}

// SaveDeclined stores a declined invitation, in place of an earlier one by the same
// person to the same room. It deletes the oldest ones beyond maxDeclined, except those
// whose rejection the homeserver does not know of yet.
func (d *DB) SaveDeclined(ctx context.Context, x chat.Declined) error {
	return d.Do(ctx, func(ctx context.Context) error {
		_, err := d.db.Exec(ctx, `
			INSERT INTO declined (room_id, invited_by, server, why, declined_at, open) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (room_id, invited_by) DO UPDATE SET why = excluded.why, declined_at = excluded.declined_at, open = excluded.open`,
			x.Room, x.By, x.Server, x.Why, millis(x.At), x.Open)
		if err != nil {
			return err
		}
		_, err = d.db.Exec(ctx, `
			DELETE FROM declined WHERE open = 0 AND rowid NOT IN (
				SELECT rowid FROM declined ORDER BY declined_at DESC LIMIT $1)`, maxDeclined)
		return err
	})
}
