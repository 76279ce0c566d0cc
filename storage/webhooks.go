package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"

	"heraut/chat"
	"heraut/webhook"
)

// Hooks returns all webhooks of all rooms.
func (d *DB) Hooks(ctx context.Context) ([]webhook.Hook, error) {
	rows, err := d.db.Query(ctx, `
		SELECT webhook_id, room_id, name, hash, signing, declared, paused, gone, added_by, added_at, used_at FROM webhook ORDER BY webhook_id`)
	return collect(rows, err, func(scan scanFunc) (h webhook.Hook, err error) {
		var at, used int64
		err = scan(&h.ID, &h.Room, &h.Name, &h.Hash, &h.Signing, &h.Declared, &h.Paused, &h.Gone, &h.By, &at, &used)
		h.At, h.Used = fromMillis(at), fromMillis(used)
		return h, err
	})
}

// AddHook stores a new webhook and returns its id; webhook.ErrExists if the room has
// one of that name.
func (d *DB) AddHook(ctx context.Context, h webhook.Hook) (id int64, err error) {
	err = d.db.QueryRow(ctx, `
		INSERT INTO webhook (room_id, name, hash, signing, declared, paused, gone, added_by, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING webhook_id`,
		h.Room, h.Name, h.Hash, h.Signing, h.Declared, h.Paused, h.Gone, h.By, millis(h.At)).Scan(&id)
	if e, ok := errors.AsType[sqlite3.Error](err); ok && e.ExtendedCode == sqlite3.ErrConstraintUnique {
		return 0, webhook.ErrExists
	}
	return id, err
}

// SaveHook overwrites the room, name, secrets and state (paused, gone) of the stored
// webhook that has the id of h; chat.ErrNotFound if it no longer exists.
func (d *DB) SaveHook(ctx context.Context, h webhook.Hook) error {
	saved, err := changed(d.db.Exec(ctx, `
		UPDATE webhook SET room_id = $1, name = $2, hash = $3, signing = $4, paused = $5, gone = $6 WHERE webhook_id = $7`,
		h.Room, h.Name, h.Hash, h.Signing, h.Paused, h.Gone, h.ID))
	if err == nil && !saved {
		return chat.ErrNotFound
	}
	return err
}

// DeleteHook deletes the webhook with that id, its waiting deliveries, its alerts and
// the keys of its earlier requests. It does nothing if there is none.
func (d *DB) DeleteHook(ctx context.Context, id int64) error {
	_, err := d.db.Exec(ctx, "DELETE FROM webhook WHERE webhook_id = $1", id)
	return err
}

// UseHook records the time at which a webhook last accepted a request. It does nothing
// if the webhook was deleted.
func (d *DB) UseHook(ctx context.Context, id int64, at time.Time) error {
	_, err := d.db.Exec(ctx, "UPDATE webhook SET used_at = $1 WHERE webhook_id = $2", millis(at), id)
	return err
}

// AddDelivery stores an accepted request of a webhook until it is posted, with its key,
// and returns true. If key is not empty and the webhook got a request with that key
// after the time since, it stores nothing and returns false. The error is
// webhook.ErrFull if too many requests of the webhook wait already, chat.ErrNotFound if
// the webhook no longer exists. Call it in a transaction, which an error must roll
// back: it stores the key first.
func (d *DB) AddDelivery(ctx context.Context, v webhook.Delivery, key string, since time.Time) (bool, error) {
	if key != "" {
		isNew, err := changed(d.db.Exec(ctx, `
			INSERT INTO webhook_seen (webhook_id, key, seen_at) VALUES ($1, $2, $3)
			ON CONFLICT (webhook_id, key) DO UPDATE SET seen_at = excluded.seen_at WHERE webhook_seen.seen_at < $4`,
			v.Hook, key, millis(v.At), millis(since)))
		if err != nil || !isNew {
			return false, err
		}
	}
	body, err := json.Marshal(v.Body)
	if err != nil {
		return false, err
	}
	if n, err := d.Waiting(ctx, v.Hook); err != nil {
		return false, err
	} else if n >= webhook.MaxWaiting {
		return false, webhook.ErrFull
	}
	exists, err := changed(d.db.Exec(ctx, `
		INSERT INTO webhook_inbox (webhook_id, body, received_at)
		SELECT webhook_id, $2, $3 FROM webhook WHERE webhook_id = $1`, v.Hook, string(body), millis(v.At)))
	if err == nil && !exists {
		return false, chat.ErrNotFound
	}
	return exists, err
}

// Waiting returns how many accepted requests of a webhook wait to be posted.
func (d *DB) Waiting(ctx context.Context, hook int64) (n int, err error) {
	err = d.db.QueryRow(ctx, "SELECT COUNT(*) FROM webhook_inbox WHERE webhook_id = $1", hook).Scan(&n)
	return n, err
}

// BusyHooks returns the ids of the webhooks that have accepted requests to post; the
// webhook with the oldest such request comes first.
func (d *DB) BusyHooks(ctx context.Context) ([]int64, error) {
	rows, err := d.db.Query(ctx, "SELECT webhook_id FROM webhook_inbox GROUP BY webhook_id ORDER BY MIN(seq)")
	return collect(rows, err, func(scan scanFunc) (id int64, err error) { return id, scan(&id) })
}

// Deliveries returns at most limit accepted requests of a webhook that wait to be
// posted, the oldest first.
func (d *DB) Deliveries(ctx context.Context, hook int64, limit int) ([]webhook.Delivery, error) {
	rows, err := d.db.Query(ctx,
		"SELECT seq, webhook_id, body, received_at FROM webhook_inbox WHERE webhook_id = $1 ORDER BY seq LIMIT $2", hook, limit)
	return collect(rows, err, func(scan scanFunc) (v webhook.Delivery, err error) {
		var body string
		var at int64
		if err := scan(&v.Seq, &v.Hook, &body, &at); err != nil {
			return v, err
		}
		v.At = fromMillis(at)
		if err := json.Unmarshal([]byte(body), &v.Body); err != nil {
			return v, fmt.Errorf("read a stored delivery: %w", err)
		}
		return v, nil
	})
}

// DeleteDelivery deletes an accepted request, by its number, once it is posted.
func (d *DB) DeleteDelivery(ctx context.Context, seq int64) error {
	_, err := d.db.Exec(ctx, "DELETE FROM webhook_inbox WHERE seq = $1", seq)
	return err
}

const alertColumns = "alert_id, webhook_id, alert, post_key, head, rest, first_at, last_at, times, over_at"

func scanAlert(scan scanFunc) (a webhook.Alert, err error) {
	var first, last, over int64
	err = scan(&a.ID, &a.Hook, &a.Key, &a.Post, &a.Head, &a.Rest, &first, &last, &a.Times, &over)
	a.First, a.Last, a.Over = fromMillis(first), fromMillis(last), fromMillis(over)
	return a, err
}

// LiveAlert returns the latest alert with the key key of the webhook hook, ended or
// not; chat.ErrNotFound if there is none.
func (d *DB) LiveAlert(ctx context.Context, hook int64, key string) (webhook.Alert, error) {
	a, err := scanAlert(d.db.QueryRow(ctx, "SELECT "+alertColumns+` FROM webhook_alert
		WHERE webhook_id = $1 AND alert = $2 ORDER BY alert_id DESC LIMIT 1`, hook, key).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return a, chat.ErrNotFound
	}
	return a, err
}

// SaveAlert stores the state of the alert a in a posted message. If a.ID is zero, it
// adds a row; otherwise it updates the text, the times and the count in the row with
// that id.
func (d *DB) SaveAlert(ctx context.Context, a webhook.Alert) error {
	if a.ID == 0 {
		_, err := d.db.Exec(ctx, `
			INSERT INTO webhook_alert (webhook_id, alert, post_key, head, rest, first_at, last_at, times, over_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			a.Hook, a.Key, a.Post, a.Head, a.Rest, millis(a.First), millis(a.Last), a.Times, millis(a.Over))
		return err
	}
	_, err := d.db.Exec(ctx, "UPDATE webhook_alert SET head = $1, rest = $2, last_at = $3, times = $4, over_at = $5 WHERE alert_id = $6",
		a.Head, a.Rest, millis(a.Last), a.Times, millis(a.Over), a.ID)
	return err
}

// AlertsOf returns the alerts that the message with that key shows.
func (d *DB) AlertsOf(ctx context.Context, post chat.PostKey) ([]webhook.Alert, error) {
	rows, err := d.db.Query(ctx, "SELECT "+alertColumns+" FROM webhook_alert WHERE post_key = $1 ORDER BY alert_id", post)
	return collect(rows, err, scanAlert)
}

// ForgetAlerts deletes the state of a webhook's alerts, so that their messages do not
// change any more.
func (d *DB) ForgetAlerts(ctx context.Context, hook int64) error {
	_, err := d.db.Exec(ctx, "DELETE FROM webhook_alert WHERE webhook_id = $1", hook)
	return err
}

// PurgeWebhooks deletes the keys of requests seen before keysBefore, the alerts of
// messages whose alerts all last changed before alertsBefore, and the waiting requests
// that came before deliveriesBefore.
func (d *DB) PurgeWebhooks(ctx context.Context, keysBefore, alertsBefore, deliveriesBefore time.Time) error {
	return d.Do(ctx, func(ctx context.Context) error {
		if _, err := d.db.Exec(ctx, "DELETE FROM webhook_seen WHERE seen_at < $1", millis(keysBefore)); err != nil {
			return err
		}
		if _, err := d.db.Exec(ctx, "DELETE FROM webhook_inbox WHERE received_at < $1", millis(deliveriesBefore)); err != nil {
			return err
		}
		_, err := d.db.Exec(ctx, `
			DELETE FROM webhook_alert WHERE post_key IN (
				SELECT post_key FROM webhook_alert GROUP BY post_key HAVING MAX(last_at) < $1)`, millis(alertsBefore))
		return err
	})
}
