package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"heraut/catalogue"
)

// Fetched returns the stored copy of the catalogue from that location;
// catalogue.ErrNeverFetched if there is none.
func (d *DB) Fetched(ctx context.Context, location string) (catalogue.Fetched, error) {
	var f catalogue.Fetched
	var confirmedAt int64
	err := d.db.QueryRow(ctx,
		"SELECT etag, last_modified, confirmed_at, body FROM fetched WHERE url = $1", location).
		Scan(&f.Validators.ETag, &f.Validators.LastModified, &confirmedAt, &f.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return f, catalogue.ErrNeverFetched
	}
	f.ConfirmedAt = fromMillis(confirmedAt)
	return f, err
}

// SaveFetched stores a copy of the catalogue from that location, in place of an
// earlier one.
func (d *DB) SaveFetched(ctx context.Context, location string, f catalogue.Fetched) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO fetched (url, etag, last_modified, confirmed_at, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
			confirmed_at = excluded.confirmed_at, body = excluded.body`,
		location, f.Validators.ETag, f.Validators.LastModified, millis(f.ConfirmedAt), f.Body)
	return err
}

// ConfirmFetched records when the location last confirmed that the stored copy of the
// catalogue is current. It does nothing if there is no copy.
func (d *DB) ConfirmFetched(ctx context.Context, location string, at time.Time) error {
	_, err := d.db.Exec(ctx, "UPDATE fetched SET confirmed_at = $1 WHERE url = $2", millis(at), location)
	return err
}

// DeleteFetched deletes the stored copies of the catalogues of all locations except the
// given ones, of which there must be at least one.
func (d *DB) DeleteFetched(ctx context.Context, except ...string) error {
	configured, err := json.Marshal(except)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, "DELETE FROM fetched WHERE url NOT IN (SELECT value FROM json_each($1))", string(configured))
	return err
}
