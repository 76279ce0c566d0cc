package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heraut/announce"
	"heraut/chat"
)

// AddPending implements announce.Tellings.
func (d *DB) AddPending(ctx context.Context, p announce.Pending) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO pending (room_id, item_id, watch, due_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		p.Room, p.Item, p.Watch, millis(p.Due))
	return err
}

// DuePending implements announce.Tellings.
func (d *DB) DuePending(ctx context.Context, now time.Time) ([]announce.Pending, error) {
	return d.pending(ctx, "due_at <= $1", millis(now))
}

// PendingFor implements announce.Tellings.
func (d *DB) PendingFor(ctx context.Context, room chat.RoomID, watch string) ([]announce.Pending, error) {
	return d.pending(ctx, "room_id = $1 AND watch = $2", room, watch)
}

func (d *DB) pending(ctx context.Context, condition string, args ...any) ([]announce.Pending, error) {
	rows, err := d.db.Query(ctx, `
		SELECT room_id, item_id, watch, due_at FROM pending WHERE `+condition+`
		ORDER BY room_id, watch, CASE watch WHEN '' THEN 0 ELSE due_at END, item_id`, args...)
	return collect(rows, err, func(scan scanFunc) (p announce.Pending, err error) {
		var due int64
		err = scan(&p.Room, &p.Item, &p.Watch, &due)
		p.Due = fromMillis(due)
		return p, err
	})
}

// NextPending implements announce.Tellings.
func (d *DB) NextPending(ctx context.Context, after time.Time) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM pending WHERE due_at > $1", millis(after)).Scan(&at)
	return fromMillis(at), err
}

// DeletePending implements announce.Tellings.
func (d *DB) DeletePending(ctx context.Context, p announce.Pending) error {
	_, err := d.db.Exec(ctx, "DELETE FROM pending WHERE room_id = $1 AND item_id = $2", p.Room, p.Item)
	return err
}

// SaveTold implements announce.Tellings.
func (d *DB) SaveTold(ctx context.Context, t announce.Told, items []int64) error {
	layout, err := json.Marshal(t.Layout)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		INSERT INTO told (post_key, room_id, language, told_at, layout, html, edits) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (post_key) DO UPDATE SET layout = excluded.layout, html = excluded.html, edits = excluded.edits`,
		t.Key, t.Room, t.Language, millis(t.At), string(layout), t.HTML, t.Edits)
	if err != nil {
		return err
	}
	for _, item := range items {
		_, err := d.db.Exec(ctx, "INSERT INTO told_item (item_id, post_key) VALUES ($1, $2) ON CONFLICT DO NOTHING", item, t.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

const toldColumns = "post_key, room_id, language, told_at, layout, html, edits"

func scanTold(scan scanFunc) (t announce.Told, err error) {
	var layout string
	var at int64
	if err = scan(&t.Key, &t.Room, &t.Language, &at, &layout, &t.HTML, &t.Edits); err != nil {
		return t, err
	}
	t.At = fromMillis(at)
	if err := json.Unmarshal([]byte(layout), &t.Layout); err != nil {
		return t, fmt.Errorf("read the layout of a message: %w", err)
	}
	return t, nil
}

// Told returns all messages that may still be corrected.
func (d *DB) Told(ctx context.Context) ([]announce.Told, error) {
	rows, err := d.db.Query(ctx, "SELECT "+toldColumns+" FROM told ORDER BY told_at, post_key")
	return collect(rows, err, scanTold)
}

// ToldOf implements announce.Tellings.
func (d *DB) ToldOf(ctx context.Context, items []int64) ([]announce.Told, error) {
	list, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	rows, err := d.db.Query(ctx, `
		SELECT `+toldColumns+` FROM told
		WHERE post_key IN (SELECT post_key FROM told_item WHERE item_id IN (SELECT value FROM json_each($1)))
		ORDER BY told_at, post_key`, string(list))
	return collect(rows, err, scanTold)
}
