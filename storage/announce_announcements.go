package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"heraut/announce"
)

// SaveAnnouncement stores which message in a room shows which items, given by id, so
// that it can be corrected. For a message that has a record, it replaces the layout,
// the HTML and the number of edits, and adds the items to those stored.
func (d *DB) SaveAnnouncement(ctx context.Context, a announce.Announcement, items []int64) error {
	layout, err := json.Marshal(a.Layout)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		INSERT INTO told (post_key, room_id, language, told_at, layout, html, edits) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (post_key) DO UPDATE SET layout = excluded.layout, html = excluded.html, edits = excluded.edits`,
		a.Key, a.Room, a.Language, millis(a.At), string(layout), a.HTML, a.Edits)
	if err != nil {
		return err
	}
	for _, item := range items {
		_, err := d.db.Exec(ctx, "INSERT INTO told_item (item_id, post_key) VALUES ($1, $2) ON CONFLICT DO NOTHING", item, a.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

const announcementColumns = "post_key, room_id, language, told_at, layout, html, edits"

func scanAnnouncement(scan scanFunc) (a announce.Announcement, err error) {
	var layout string
	var at int64
	if err = scan(&a.Key, &a.Room, &a.Language, &at, &layout, &a.HTML, &a.Edits); err != nil {
		return a, err
	}
	a.At = fromMillis(at)
	if err := json.Unmarshal([]byte(layout), &a.Layout); err != nil {
		return a, fmt.Errorf("read the layout of a message: %w", err)
	}
	return a, nil
}

// Announcements returns the records of all messages about news that may still be
// corrected, oldest first.
func (d *DB) Announcements(ctx context.Context) ([]announce.Announcement, error) {
	rows, err := d.db.Query(ctx, "SELECT "+announcementColumns+" FROM told ORDER BY told_at, post_key")
	return collect(rows, err, scanAnnouncement)
}

// AnnouncementsOf returns the records of the messages that show at least one of the
// items, given by id.
func (d *DB) AnnouncementsOf(ctx context.Context, items []int64) ([]announce.Announcement, error) {
	list, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	rows, err := d.db.Query(ctx, `
		SELECT `+announcementColumns+` FROM told
		WHERE post_key IN (SELECT post_key FROM told_item WHERE item_id IN (SELECT value FROM json_each($1)))
		ORDER BY told_at, post_key`, string(list))
	return collect(rows, err, scanAnnouncement)
}
