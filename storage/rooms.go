package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"heraut/chat"
)

const roomColumns = "room_id, encrypted, invited_by, is_direct, joined, members, moved_to, facts"

func scanRoom(scan scanFunc) (r chat.Room, err error) {
	var facts string
	err = scan(&r.ID, &r.Encrypted, &r.InvitedBy, &r.Direct, &r.Joined, &r.Members, &r.MovedTo, &facts)
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
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

// Rooms are all rooms that are stored.
func (d *DB) Rooms(ctx context.Context) ([]chat.Room, error) {
	rows, err := d.db.Query(ctx, "SELECT "+roomColumns+" FROM room")
	return collect(rows, err, scanRoom)
}

// Room returns ErrNotFound for one that was never seen.
func (d *DB) Room(ctx context.Context, room chat.RoomID) (chat.Room, error) {
	return scanRoom(d.db.QueryRow(ctx, "SELECT "+roomColumns+" FROM room WHERE room_id = $1", room).Scan)
}

// SaveRoom stores the room. That it was encrypted is never undone.
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
