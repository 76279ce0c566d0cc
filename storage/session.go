package storage

import (
	"context"
	"crypto/rand"
	"fmt"

	"heraut/chat"
)

// PickleKey is the secret that the encryption keys in crypto.db are locked
// with; it is made at the first call and stays.
func (d *DB) PickleKey(ctx context.Context) ([]byte, error) {
	key := make([]byte, 32)
	rand.Read(key)
	_, err := d.db.Exec(ctx, "INSERT INTO session (only_row, pickle_key) VALUES (1, $1) ON CONFLICT DO NOTHING", key)
	if err != nil {
		return nil, fmt.Errorf("store the pickle key: %w", err)
	}
	if err := d.db.QueryRow(ctx, "SELECT pickle_key FROM session").Scan(&key); err != nil {
		return nil, fmt.Errorf("read the pickle key: %w", err)
	}
	return key, nil
}

// Credentials are those of the last login; the token is empty before the first,
// and the device may already be chosen. PickleKey must have been called.
func (d *DB) Credentials(ctx context.Context) (user chat.UserID, device, token string, err error) {
	err = d.db.QueryRow(ctx, "SELECT user_id, device_id, access_token FROM session").Scan(&user, &device, &token)
	return user, device, token, err
}

// SaveCredentials replaces the credentials. With another account the sync
// position is forgotten; a new device of the same one goes on from it.
func (d *DB) SaveCredentials(ctx context.Context, user chat.UserID, device, token string) error {
	_, err := d.db.Exec(ctx, `
		UPDATE session SET user_id = $1, device_id = $2, access_token = $3,
			position = CASE WHEN user_id IN ('', $1) THEN position ELSE '' END`, user, device, token)
	return err
}

// Position is where the next sync starts; empty before the first.
func (d *DB) Position(ctx context.Context) (position string, err error) {
	err = d.db.QueryRow(ctx, "SELECT position FROM session").Scan(&position)
	return position, err
}

// SavePosition replaces the sync position.
func (d *DB) SavePosition(ctx context.Context, position string) error {
	_, err := d.db.Exec(ctx, "UPDATE session SET position = $1", position)
	return err
}
