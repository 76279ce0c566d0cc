package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"

	"heraut/chat"
)

// PickleKey returns the secret that encrypts the end-to-end encryption keys in
// crypto.db. The first call creates it; it never changes.
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

// Credentials returns the credentials of the last login. The token is empty before the
// first login, when the device may already be chosen. Call PickleKey first.
func (d *DB) Credentials(ctx context.Context) (user chat.UserID, device, token string, err error) {
	err = d.db.QueryRow(ctx, "SELECT user_id, device_id, access_token FROM session").Scan(&user, &device, &token)
	return user, device, token, err
}

// SaveCredentials replaces the credentials. Another account than the stored one resets
// the sync position; a new device of the same account continues from it. Call PickleKey
// first.
func (d *DB) SaveCredentials(ctx context.Context, user chat.UserID, device, token string) error {
	_, err := d.db.Exec(ctx, `
		UPDATE session SET user_id = $1, device_id = $2, access_token = $3,
			position = CASE WHEN user_id IN ('', $1) THEN position ELSE '' END`, user, device, token)
	return err
}

// Position returns the token from which the next sync continues; empty before the first
// sync. Call PickleKey first.
func (d *DB) Position(ctx context.Context) (position string, err error) {
	err = d.db.QueryRow(ctx, "SELECT position FROM session").Scan(&position)
	return position, err
}

// SavePosition stores the token from which the next sync continues.
func (d *DB) SavePosition(ctx context.Context, position string) error {
	_, err := d.db.Exec(ctx, "UPDATE session SET position = $1", position)
	return err
}

// Session returns the credentials of the last login and the secret that encrypts the
// keys in crypto.db; chat.ErrNotFound before the first start. It changes nothing.
func (d *DB) Session(ctx context.Context) (user chat.UserID, device, token string, pickleKey []byte, err error) {
	err = d.db.QueryRow(ctx, "SELECT user_id, device_id, access_token, pickle_key FROM session").Scan(&user, &device, &token, &pickleKey)
	if errors.Is(err, sql.ErrNoRows) {
		err = chat.ErrNotFound
	}
	return user, device, token, pickleKey, err
}
