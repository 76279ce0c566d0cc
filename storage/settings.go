package storage

import (
	"context"
	"time"

	"heraut/chat"
	"heraut/rooms"
)

// keepChanges is how long the log of changes is stored.
const keepChanges = 365 * 24 * time.Hour

// Chosen returns the settings that people set in the chat, by room.
func (d *DB) Chosen(ctx context.Context) (map[chat.RoomID]rooms.Chosen, error) {
	type row struct {
		room   chat.RoomID
		chosen rooms.Chosen
	}
	rows, err := d.db.Query(ctx, "SELECT room_id, set_up, language, prefix, role, quiet, moderator, catalogues FROM setting")
	list, err := collect(rows, err, func(scan scanFunc) (r row, err error) {
		c := &r.chosen
		return r, scan(&r.room, &c.SetUp, &c.Language, &c.Prefix, &c.Role, &c.Quiet, &c.Moderator, &c.Catalogues)
	})
	all := map[chat.RoomID]rooms.Chosen{}
	for _, r := range list {
		all[r.room] = r.chosen
	}
	return all, err
}

// SaveChosen stores the settings that people set for a room in the chat, in place of
// earlier ones.
func (d *DB) SaveChosen(ctx context.Context, room chat.RoomID, c rooms.Chosen) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO setting (room_id, set_up, language, prefix, role, quiet, moderator, catalogues)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (room_id) DO UPDATE SET set_up = excluded.set_up, language = excluded.language, prefix = excluded.prefix,
			role = excluded.role, quiet = excluded.quiet, moderator = excluded.moderator, catalogues = excluded.catalogues`,
		room, c.SetUp, c.Language, c.Prefix, c.Role, c.Quiet, c.Moderator, c.Catalogues)
	return err
}

// AddChange adds an entry to the log of changed settings. PurgeQueue deletes old
// entries.
func (d *DB) AddChange(ctx context.Context, c rooms.Change) error {
	_, err := d.db.Exec(ctx, "INSERT INTO change (at, by_user, room_id, what, before, after) VALUES ($1, $2, $3, $4, $5, $6)",
		millis(c.At), c.By, c.Room, c.What, c.Before, c.After)
	return err
}

const changeColumns = "at, by_user, room_id, what, before, after"

func scanChange(scan scanFunc) (c rooms.Change, err error) {
	var at int64
	err = scan(&at, &c.By, &c.Room, &c.What, &c.Before, &c.After)
	c.At = fromMillis(at)
	return c, err
}

// Changes returns the last n entries of the log of changed settings, the newest first.
func (d *DB) Changes(ctx context.Context, n int) ([]rooms.Change, error) {
	rows, err := d.db.Query(ctx, "SELECT "+changeColumns+" FROM change ORDER BY change_id DESC LIMIT $1", n)
	return collect(rows, err, scanChange)
}

// SaveAlias stores the id of the room to which an alias in the configuration leads.
func (d *DB) SaveAlias(ctx context.Context, alias string, room chat.RoomID) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO alias (alias, room_id) VALUES ($1, $2)
		ON CONFLICT (alias) DO UPDATE SET room_id = excluded.room_id`, alias, room)
	return err
}

// Aliases returns the id of the room to which each alias in the configuration last
// led.
func (d *DB) Aliases(ctx context.Context) (map[string]chat.RoomID, error) {
	type row struct {
		alias string
		room  chat.RoomID
	}
	rows, err := d.db.Query(ctx, "SELECT alias, room_id FROM alias")
	list, err := collect(rows, err, func(scan scanFunc) (r row, err error) { return r, scan(&r.alias, &r.room) })
	all := map[string]chat.RoomID{}
	for _, r := range list {
		all[r.alias] = r.room
	}
	return all, err
}
