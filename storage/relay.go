package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"heraut/chat"
	"heraut/relay"
)

// noRow returns chat.ErrNotFound for sql.ErrNoRows, and any other error as it is.
func noRow(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return chat.ErrNotFound
	}
	return err
}

// Relays returns the relays that operators set up in the chat, by name. A relay carries
// questions from one or several rooms to a room of experts, and the answers back. The
// caller may change the result.
func (d *DB) Relays(ctx context.Context) ([]relay.Relay, error) {
	all, err := d.relays.get(ctx, d.readRelays)
	all = slices.Clone(all)
	for i, r := range all { // the caller may change them
		all[i].From, all[i].Themes = slices.Clone(r.From), slices.Clone(r.Themes)
	}
	return all, err
}

func (d *DB) readRelays(ctx context.Context) ([]relay.Relay, error) {
	rows, err := d.db.Query(ctx, "SELECT name, rooms, experts, themes, may_widen, added_by, added_at FROM relay ORDER BY name")
	return collect(rows, err, func(scan scanFunc) (r relay.Relay, err error) {
		var from, themes string
		var at int64
		if err = scan(&r.Name, &from, &r.To, &themes, &r.MayWiden, &r.By, &at); err != nil {
			return r, err
		}
		r.At = fromMillis(at)
		if err := errors.Join(json.Unmarshal([]byte(from), &r.From), json.Unmarshal([]byte(themes), &r.Themes)); err != nil {
			return r, fmt.Errorf("read the relay %s: %w", r.Name, err)
		}
		return r, nil
	})
}

// SaveRelay stores a relay, the pair of rooms between which questions are carried, in
// place of one with its name.
func (d *DB) SaveRelay(ctx context.Context, r relay.Relay) error {
	from, err := json.Marshal(r.From)
	if err != nil {
		return err
	}
	themes, err := json.Marshal(r.Themes)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		INSERT OR REPLACE INTO relay (name, rooms, experts, themes, may_widen, added_by, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.Name, string(from), r.To, string(themes), r.MayWiden, r.By, millis(r.At))
	d.changesRelays(ctx)
	return err
}

// RemoveRelay deletes the relay with that name, or returns chat.ErrNotFound.
func (d *DB) RemoveRelay(ctx context.Context, name string) error {
	removed, err := changed(d.db.Exec(ctx, "DELETE FROM relay WHERE name = $1", name))
	d.changesRelays(ctx)
	if err == nil && !removed {
		return chat.ErrNotFound
	}
	return err
}
