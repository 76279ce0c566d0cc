package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"heraut/announce"
	"heraut/chat"
)

// Source returns the stored state of a source of news, such as a feed; if there is
// none, a state with only its name.
func (d *DB) Source(ctx context.Context, name string) (announce.SourceState, error) {
	s := announce.SourceState{Name: name}
	var state string
	var started, failing, next int64
	err := d.db.QueryRow(ctx, `
		SELECT state, started_at, failing_since, failures, cause, next_try, reported FROM source WHERE name = $1`, name).
		Scan(&state, &started, &failing, &s.Failures, &s.Cause, &next, &s.Reported)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if state != "" {
		s.State = []byte(state)
	}
	s.Started, s.Failing, s.NextTry = fromMillis(started), fromMillis(failing), fromMillis(next)
	return s, err
}

// SaveSource stores the state of a source of news, in place of an earlier one.
func (d *DB) SaveSource(ctx context.Context, s announce.SourceState) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO source (name, state, started_at, failing_since, failures, cause, next_try, reported)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (name) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
			failing_since = excluded.failing_since, failures = excluded.failures, cause = excluded.cause,
			next_try = excluded.next_try, reported = excluded.reported`,
		s.Name, string(s.State), millis(s.Started), millis(s.Failing), s.Failures, s.Cause, millis(s.NextTry), s.Reported)
	return err
}

// ForgetSource deletes the state of a source of news and of its hosts, so that its next
// reading counts as the first. The bot still knows which items it saw, and their owners.
func (d *DB) ForgetSource(ctx context.Context, name string) error {
	return d.Do(ctx, func(ctx context.Context) error {
		if _, err := d.db.Exec(ctx, "DELETE FROM host WHERE source = $1", name); err != nil {
			return err
		}
		_, err := d.db.Exec(ctx, "DELETE FROM source WHERE name = $1", name)
		return err
	})
}

// Hosts returns the stored code hosts, such as a GitLab, whose repositories a source
// lists.
func (d *DB) Hosts(ctx context.Context, source string) ([]announce.Host, error) {
	rows, err := d.db.Query(ctx, "SELECT name, silent, started_at, items, shrunk_at, told_at FROM host WHERE source = $1", source)
	return collect(rows, err, func(scan scanFunc) (h announce.Host, err error) {
		var started, shrunk, announced int64
		err = scan(&h.Name, &h.Silent, &started, &h.Items, &shrunk, &announced)
		h.Started, h.Shrunk, h.AnnouncedAt = fromMillis(started), fromMillis(shrunk), fromMillis(announced)
		return h, err
	})
}

// SaveHost stores the state of a code host in a source, in place of an earlier one.
func (d *DB) SaveHost(ctx context.Context, source string, h announce.Host) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO host (source, name, silent, started_at, items, shrunk_at, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (source, name) DO UPDATE SET silent = excluded.silent, started_at = excluded.started_at,
			items = excluded.items, shrunk_at = excluded.shrunk_at, told_at = excluded.told_at`,
		source, h.Name, h.Silent, millis(h.Started), h.Items, millis(h.Shrunk), millis(h.AnnouncedAt))
	return err
}

// Owner returns the stored owner of repositories on a host, as a source gives it;
// chat.ErrNotFound if it was never saved. name is in lower case.
func (d *DB) Owner(ctx context.Context, source, host, name string) (announce.Owner, error) {
	o := announce.Owner{Host: host, Name: name}
	var started, announced int64
	err := d.db.QueryRow(ctx,
		"SELECT kind, started_at, told_at FROM owner WHERE source = $1 AND host = $2 AND name = $3", source, host, name).
		Scan(&o.Kind, &started, &announced)
	if errors.Is(err, sql.ErrNoRows) {
		return o, chat.ErrNotFound
	}
	o.Started, o.AnnouncedAt = fromMillis(started), fromMillis(announced)
	return o, err
}

// SaveOwner stores an owner of repositories in a source, in place of an earlier one.
func (d *DB) SaveOwner(ctx context.Context, source string, o announce.Owner) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO owner (source, host, name, kind, started_at, told_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source, host, name) DO UPDATE SET kind = excluded.kind, started_at = excluded.started_at,
			told_at = excluded.told_at`,
		source, o.Host, o.Name, o.Kind, millis(o.Started), millis(o.AnnouncedAt))
	return err
}

// PurgeNews deletes the records of messages, the pending items and the news items older
// than before. It leaves items that await a decision or still belong to a message or a
// pending row, and the keys of seen items, so that no item is announced twice.
func (d *DB) PurgeNews(ctx context.Context, before time.Time) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for _, statement := range []string{
			"DELETE FROM told WHERE told_at < $1",
			"DELETE FROM pending WHERE due_at < $1",
			`DELETE FROM item WHERE seen_at < $1 AND due_at = 0
				AND NOT EXISTS (SELECT 1 FROM told_item WHERE told_item.item_id = item.item_id)
				AND NOT EXISTS (SELECT 1 FROM pending WHERE pending.item_id = item.item_id)`,
		} {
			if _, err := d.db.Exec(ctx, statement, millis(before)); err != nil {
				return err
			}
		}
		return nil
	})
}

// RenameSource gives the source from the name to in every table of news and watches: a
// feed that moved is named by its new address. It leaves the tables of calendars and of
// repositories. If there is already a source with the new name, it merges the two. Of
// two rows for the same thing, the one of the new name stays; but items of both stay,
// since messages may show them.
func (d *DB) RenameSource(ctx context.Context, from, to string) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for _, table := range []string{"seen", "item", "host", "owner", "watch"} {
			// The rows of the new name win and the others are deleted, except items:
			// messages may show them.
			if _, err := d.db.Exec(ctx, "UPDATE OR IGNORE "+table+" SET source = $1 WHERE source = $2", to, from); err != nil {
				return err
			}
			if table == "item" {
				continue
			}
			if _, err := d.db.Exec(ctx, "DELETE FROM "+table+" WHERE source = $1", from); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			"UPDATE OR IGNORE source SET name = $1 WHERE name = $2",
			"UPDATE pending SET watch = $1 || substr(watch, length($2) + 1) WHERE substr(watch, 1, length($2) + 1) = $2 || ' '",
		} {
			if _, err := d.db.Exec(ctx, statement, to, from); err != nil {
				return err
			}
		}
		_, err := d.db.Exec(ctx, "DELETE FROM source WHERE name = $1", from)
		return err
	})
}
