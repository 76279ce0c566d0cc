package storage

import (
	"context"

	"heraut/chat"
)

// Rooms are all rooms that are stored.
func (d *DB) Rooms(ctx context.Context) ([]chat.Room, error) {
	rows, err := d.db.Query(ctx, "SELECT room_id, encrypted, invited_by, is_direct, joined, members FROM room")
	return collect(rows, err, func(scan scanFunc) (r chat.Room, err error) {
		return r, scan(&r.ID, &r.Encrypted, &r.InvitedBy, &r.Direct, &r.Joined, &r.Members)
	})
}

// SaveRoom stores the room. That it was encrypted is never undone.
func (d *DB) SaveRoom(ctx context.Context, r chat.Room) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO room (room_id, encrypted, invited_by, is_direct, joined, members) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (room_id) DO UPDATE SET encrypted = MAX(encrypted, excluded.encrypted), invited_by = excluded.invited_by,
			is_direct = excluded.is_direct, joined = excluded.joined, members = excluded.members`,
		r.ID, r.Encrypted, r.InvitedBy, r.Direct, r.Joined, r.Members)
	return err
}
