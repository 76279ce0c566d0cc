package storage

import (
	"context"
	"time"

	"heraut/announce"
	"heraut/chat"
)

// AddPending stores that an item waits to be posted in a room. It changes nothing if
// the item already waits there.
func (d *DB) AddPending(ctx context.Context, p announce.Pending) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO pending (room_id, item_id, watch, due_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		p.Room, p.Item, p.Watch, millis(p.Due))
	return err
}

// DuePending returns the items to post in rooms by now, ordered by room and watch; the
// items of a digest come by due time, all others, whose watch is empty, by item.
func (d *DB) DuePending(ctx context.Context, now time.Time) ([]announce.Pending, error) {
	return d.pending(ctx, "due_at <= $1", millis(now))
}

// PendingFor returns the items that wait for the next digest of one watch of a room;
// watch is its key (announce.Watch.Key).
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

// NextPending returns the earliest time after the given one at which an item is due in
// a room; the zero time if there is none.
func (d *DB) NextPending(ctx context.Context, after time.Time) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM pending WHERE due_at > $1", millis(after)).Scan(&at)
	return fromMillis(at), err
}

// DeletePending deletes the row by which the item of p waits to be posted in the room
// of p. The caller has posted or dropped the item. It does nothing if there is no such
// row.
func (d *DB) DeletePending(ctx context.Context, p announce.Pending) error {
	_, err := d.db.Exec(ctx, "DELETE FROM pending WHERE room_id = $1 AND item_id = $2", p.Room, p.Item)
	return err
}
