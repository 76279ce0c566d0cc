package storage

import (
	"context"

	"heraut/chat"
)

// personalTables are the tables that name people. data selects a person's rows
// (room_id, time, text); forget erases them. $1 is the user id.
var personalTables = []struct {
	kind   string // selects the template "datum <kind>"
	data   string
	forget string
}{
	{"choice", "SELECT room_id, asked_at, '' FROM choice WHERE asker = $1 ORDER BY saved_at",
		"DELETE FROM choice WHERE asker = $1"},
	{"confirmation", "SELECT room_id, asked_at, line FROM confirmation WHERE by_user = $1 ORDER BY asked_at",
		"DELETE FROM confirmation WHERE by_user = $1"},
	{"watch", "SELECT room_id, added_at, source || ' ' || filter || ' ' || rhythm || ' ' || remind FROM watch WHERE added_by = $1 ORDER BY watch_id",
		"UPDATE watch SET added_by = '' WHERE added_by = $1"},
	{"webhook", "SELECT room_id, added_at, name FROM webhook WHERE added_by = $1 ORDER BY webhook_id",
		"UPDATE webhook SET added_by = '' WHERE added_by = $1"},
	{"change", "SELECT room_id, at, CASE after WHEN '' THEN before ELSE after END FROM change WHERE by_user = $1 ORDER BY change_id",
		"UPDATE change SET by_user = '' WHERE by_user = $1"},
	{"invitation", "SELECT room_id, 0, '' FROM room WHERE invited_by = $1", ""}, // no erasure: the bot is in the room by that invitation
	{"declined", "SELECT room_id, declined_at, '' FROM declined WHERE invited_by = $1 ORDER BY declined_at",
		"DELETE FROM declined WHERE invited_by = $1 AND open = 0"},
	{"relay", "SELECT '', added_at, name FROM relay WHERE added_by = $1 ORDER BY name",
		"UPDATE relay SET added_by = '-' WHERE added_by = $1"}, // a relay without added_by is one of the configuration
	{"thanks-given", "SELECT room_id, given_at, to_name || ' : ' || reason FROM thanks WHERE from_user = $1 ORDER BY given_at",
		"UPDATE thanks SET from_user = '' WHERE from_user = $1"},
	{"thanks-received", "SELECT room_id, given_at, reason FROM thanks WHERE to_user = $1 ORDER BY given_at",
		"DELETE FROM thanks WHERE to_user = $1"},
	{"thanks-consent", "SELECT '', at, state FROM thanks_consent WHERE user_id = $1",
		"DELETE FROM thanks_consent WHERE user_id = $1"},
	{"messages", "SELECT '', MAX(received_at), COUNT(*) FROM inbox WHERE sender = $1 HAVING COUNT(*) > 0",
		"UPDATE inbox SET sender = '' WHERE sender = $1 AND state = 'done'"},
}

// DataOf returns the stored data about a person, table by table, except their
// questions, the messages and reactions about these, and their vain searches, which
// package relay reads (Carrier.DataOf).
func (d *DB) DataOf(ctx context.Context, user chat.UserID) (all []chat.Datum, err error) {
	for _, table := range personalTables {
		rows, err := d.db.Query(ctx, table.data, user)
		kept, err := collect(rows, err, func(scan scanFunc) (chat.Datum, error) {
			datum := chat.Datum{Kind: table.kind}
			var at int64
			err := scan(&datum.Room, &at, &datum.Text)
			datum.At = fromMillis(at)
			return datum, err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, kept...)
	}
	return all, nil
}

// Forget erases the stored data about a person that DataOf returns, or removes their
// name from rows that others need. It leaves the invitations by which the bot is in a
// room or that it has yet to decline, and the sender of messages that still wait. It also
// asks for a rewrite of the file (RewrittenAt), in which copies of the texts may stay.
func (d *DB) Forget(ctx context.Context, user chat.UserID) error {
	return d.Do(ctx, func(ctx context.Context) error {
		d.changesRelays(ctx) // they name who added them
		for _, table := range personalTables {
			if table.forget == "" {
				continue
			}
			if _, err := d.db.Exec(ctx, table.forget, user); err != nil {
				return err
			}
		}
		return d.setRewritten(ctx, 0)
	})
}
