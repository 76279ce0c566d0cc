package storage

import (
	"context"

	"heraut/announce"
	"heraut/chat"
)

const watchColumns = "watch_id, room_id, source, filter, rhythm, remind, label, paused, added_by, added_at"

func (d *DB) watches(ctx context.Context, condition string, args ...any) ([]announce.Watch, error) {
	rows, err := d.db.Query(ctx, "SELECT "+watchColumns+" FROM watch "+condition+" ORDER BY watch_id", args...)
	return collect(rows, err, func(scan scanFunc) (w announce.Watch, err error) {
		var at int64
		err = scan(&w.ID, &w.Room, &w.Source, &w.Filter, &w.Rhythm, &w.Remind, &w.Label, &w.Paused, &w.By, &at)
		w.At = fromMillis(at)
		return w, err
	})
}

// WatchesIn returns the watches (subscriptions to sources of news) that a room set up
// in the chat, paused ones included, oldest first.
func (d *DB) WatchesIn(ctx context.Context, room chat.RoomID) ([]announce.Watch, error) {
	return d.watches(ctx, "WHERE room_id = $1", room)
}

// WatchesOf returns the watches (rooms' subscriptions) of one source, paused ones
// included.
func (d *DB) WatchesOf(ctx context.Context, source string) ([]announce.Watch, error) {
	return d.watches(ctx, "WHERE source = $1", source)
}

// Watches returns the watches (subscriptions to sources of news) of all rooms, paused
// ones included, oldest first.
func (d *DB) Watches(ctx context.Context) ([]announce.Watch, error) { return d.watches(ctx, "") }

// AddWatch stores a room's new watch, a subscription to a source, and returns its id;
// announce.ErrExists if the room already has one with that source and filter.
func (d *DB) AddWatch(ctx context.Context, w announce.Watch) (int64, error) {
	result, err := d.db.Exec(ctx, `
		INSERT INTO watch (room_id, source, filter, rhythm, remind, label, paused, added_by, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (room_id, source, filter) DO NOTHING`,
		w.Room, w.Source, w.Filter, w.Rhythm, w.Remind, w.Label, w.Paused, w.By, millis(w.At))
	if added, err := changed(result, err); err != nil {
		return 0, err
	} else if !added {
		return 0, announce.ErrExists
	}
	return result.LastInsertId()
}

// SetRhythm changes when a room's watch posts its news; rhythm is a text of
// schedule.Rhythm.String. The error is chat.ErrNotFound if the room has no watch with
// that id.
func (d *DB) SetRhythm(ctx context.Context, room chat.RoomID, id int64, rhythm string) error {
	return none(changed(d.db.Exec(ctx, "UPDATE watch SET rhythm = $1 WHERE room_id = $2 AND watch_id = $3", rhythm, room, id)))
}

// SetRemind changes how long before an event a room's watch of a calendar reminds of
// it; remind is a text such as «veille,1h», empty for never. The error is
// chat.ErrNotFound if the room has no watch with that id.
func (d *DB) SetRemind(ctx context.Context, room chat.RoomID, id int64, remind string) error {
	return none(changed(d.db.Exec(ctx, "UPDATE watch SET remind = $1 WHERE room_id = $2 AND watch_id = $3", remind, room, id)))
}

// SetLabel makes label the room's own name for the source of a watch; empty: it has
// none. The error is chat.ErrNotFound if the room has no watch with that id.
func (d *DB) SetLabel(ctx context.Context, room chat.RoomID, id int64, label string) error {
	return none(changed(d.db.Exec(ctx, "UPDATE watch SET label = $1 WHERE room_id = $2 AND watch_id = $3", label, room, id)))
}

// PauseWatch pauses a room's watch, or resumes it if paused is false. The error is
// chat.ErrNotFound if the room has no watch with that id.
func (d *DB) PauseWatch(ctx context.Context, room chat.RoomID, id int64, paused bool) error {
	return none(changed(d.db.Exec(ctx, "UPDATE watch SET paused = $1 WHERE room_id = $2 AND watch_id = $3", paused, room, id)))
}

// RemoveWatch deletes a room's watch, but not its pending items. The error is
// chat.ErrNotFound if the room has no watch with that id.
func (d *DB) RemoveWatch(ctx context.Context, room chat.RoomID, id int64) error {
	return none(changed(d.db.Exec(ctx, "DELETE FROM watch WHERE room_id = $1 AND watch_id = $2", room, id)))
}

// ForgetPending deletes the rows by which items of a source wait to be posted in a
// room, except those that wait for a digest. The items themselves stay.
func (d *DB) ForgetPending(ctx context.Context, room chat.RoomID, source string) error {
	_, err := d.db.Exec(ctx, `
		DELETE FROM pending WHERE room_id = $1 AND watch = '' AND item_id IN (SELECT item_id FROM item WHERE source = $2)`, room, source)
	return err
}

// MoveWatches assigns the watches and pending items of the room from to the room to,
// its successor. If the successor has the same watch or item already, its own row
// stays. MoveWatches deletes the records of the messages in the old room, since these
// are not corrected any more.
func (d *DB) MoveWatches(ctx context.Context, from, to chat.RoomID) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for _, table := range []string{"watch", "pending"} {
			// The rows of the new room win.
			if _, err := d.db.Exec(ctx, "UPDATE OR IGNORE "+table+" SET room_id = $1 WHERE room_id = $2", to, from); err != nil {
				return err
			}
		}
		for _, table := range []string{"watch", "pending", "told"} {
			if _, err := d.db.Exec(ctx, "DELETE FROM "+table+" WHERE room_id = $1", from); err != nil {
				return err
			}
		}
		return nil
	})
}

func none(found bool, err error) error {
	if err == nil && !found {
		return chat.ErrNotFound
	}
	return err
}
