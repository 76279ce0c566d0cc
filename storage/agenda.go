package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heraut/agenda"
	"heraut/chat"
	"heraut/sources"
)

const eventColumns = `event_id, source, uid, recurrence, title, location, url, body, categories,
	starts_at, ends_at, all_day, cancelled, seen_at, changed_at, missing_at, revision`

func scanEvent(scan scanFunc, more ...any) (e agenda.Event, err error) {
	var categories string
	var starts, ends, seen, changed, missing int64
	err = scan(append([]any{
		&e.ID, &e.Source, &e.UID, &e.Recurrence, &e.Title, &e.Location, &e.URL, &e.Text, &categories,
		&starts, &ends, &e.AllDay, &e.Cancelled, &seen, &changed, &missing, &e.Revision,
	}, more...)...)
	if err != nil {
		return e, err
	}
	e.Start, e.End = fromMillis(starts), fromMillis(ends)
	e.Seen, e.Changed, e.Missing = fromMillis(seen), fromMillis(changed), fromMillis(missing)
	return e, json.Unmarshal([]byte(categories), &e.Categories)
}

func (d *DB) events(ctx context.Context, condition string, args ...any) ([]agenda.Event, error) {
	rows, err := d.db.Query(ctx, "SELECT "+eventColumns+" FROM event WHERE "+condition+" ORDER BY starts_at, event_id", args...)
	return collect(rows, err, func(scan scanFunc) (agenda.Event, error) { return scanEvent(scan) })
}

// CalendarEvents returns the stored events of one calendar, by start.
func (d *DB) CalendarEvents(ctx context.Context, source string) ([]agenda.Event, error) {
	return d.events(ctx, "source = $1", source)
}

// EventsBetween returns the stored events of the given calendars that start within
// [from, to) or last into it, by start.
func (d *DB) EventsBetween(ctx context.Context, sources []string, from, to time.Time) ([]agenda.Event, error) {
	names, err := json.Marshal(sources)
	if err != nil {
		return nil, fmt.Errorf("list the calendars: %w", err)
	}
	return d.events(ctx, `source IN (SELECT value FROM json_each($1)) AND starts_at < $2 AND (starts_at >= $3 OR ends_at > $3)`,
		string(names), millis(to), millis(from))
}

// AddEvent stores a new event of a calendar and returns its id. It does not look
// whether an equal event is stored already.
func (d *DB) AddEvent(ctx context.Context, e agenda.Event) (int64, error) {
	values, err := eventValues(e)
	if err != nil {
		return 0, err
	}
	result, err := d.db.Exec(ctx, `
		INSERT INTO event (source, uid, recurrence, title, location, url, body, categories,
			starts_at, ends_at, all_day, cancelled, seen_at, changed_at, missing_at, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, values...)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// SaveEvent overwrites the stored event of a calendar that has the id of e. It does
// nothing if that event was deleted.
func (d *DB) SaveEvent(ctx context.Context, e agenda.Event) error {
	values, err := eventValues(e)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		UPDATE event SET source = $1, uid = $2, recurrence = $3, title = $4, location = $5, url = $6, body = $7, categories = $8,
			starts_at = $9, ends_at = $10, all_day = $11, cancelled = $12, seen_at = $13, changed_at = $14, missing_at = $15, revision = $16
		WHERE event_id = $17`, append(values, e.ID)...)
	return err
}

func eventValues(e agenda.Event) ([]any, error) {
	categories, err := json.Marshal(append([]string{}, e.Categories...))
	return []any{
		e.Source, e.UID, e.Recurrence, e.Title, e.Location, e.URL, e.Text, string(categories),
		millis(e.Start), millis(e.End), e.AllDay, e.Cancelled, millis(e.Seen), millis(e.Changed), millis(e.Missing), e.Revision,
	}, err
}

// RemoveEvent deletes the event of a calendar with that id, its pending changes and
// its reminders.
func (d *DB) RemoveEvent(ctx context.Context, id int64) error {
	_, err := d.db.Exec(ctx, "DELETE FROM event WHERE event_id = $1", id)
	return err
}

// ForgetCalendars deletes every calendar that is not in watched: its events, their
// pending changes and reminders and, if a room gave the calendar's address, the state
// of its readings.
func (d *DB) ForgetCalendars(ctx context.Context, watched []string) error {
	names, err := json.Marshal(append([]string{}, watched...))
	if err != nil {
		return fmt.Errorf("list the calendars: %w", err)
	}
	return d.Do(ctx, func(ctx context.Context) error {
		_, err := d.db.Exec(ctx, "DELETE FROM event WHERE source NOT IN (SELECT value FROM json_each($1))", string(names))
		if err != nil {
			return err
		}
		_, err = d.db.Exec(ctx, `DELETE FROM source WHERE substr(name, 1, length($2)) = $2 AND name NOT IN (SELECT value FROM json_each($1))`,
			string(names), sources.CalendarPrefix)
		return err
	})
}

// PurgeEvents deletes the events of calendars that ended before the given time, with
// their pending changes and reminders.
func (d *DB) PurgeEvents(ctx context.Context, before time.Time) error {
	_, err := d.db.Exec(ctx, "DELETE FROM event WHERE ends_at < $1", millis(before))
	return err
}

// PendingEvents returns the changes of calendar events that wait to be posted in
// rooms, by room, due time and start.
func (d *DB) PendingEvents(ctx context.Context) ([]agenda.Pending, error) {
	rows, err := d.db.Query(ctx, `
		SELECT `+eventColumns+`, room_id, what, due_at, more, was_starts, was_ends, was_all_day, was_location
		FROM event_pending JOIN event USING (event_id) ORDER BY room_id, due_at, starts_at, event_id`)
	return collect(rows, err, func(scan scanFunc) (p agenda.Pending, err error) {
		var due, starts, ends int64
		p.Event, err = scanEvent(scan, &p.Room, &p.What, &due, &p.More, &starts, &ends, &p.Was.AllDay, &p.Was.Location)
		p.Due, p.Was.Start, p.Was.End = fromMillis(due), fromMillis(starts), fromMillis(ends)
		return p, err
	})
}

// SavePendingEvent stores a change that waits to be posted in a room, in place of a
// change of the same event that waits there.
func (d *DB) SavePendingEvent(ctx context.Context, p agenda.Pending) error {
	_, err := d.db.Exec(ctx, `
		INSERT OR REPLACE INTO event_pending (room_id, event_id, what, due_at, more, was_starts, was_ends, was_all_day, was_location)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.Room, p.Event.ID, p.What, millis(p.Due), p.More, millis(p.Was.Start), millis(p.Was.End), p.Was.AllDay, p.Was.Location)
	return err
}

// DeletePendingEvent deletes the change of an event that waits to be posted in a room,
// if there is one.
func (d *DB) DeletePendingEvent(ctx context.Context, room chat.RoomID, event int64) error {
	_, err := d.db.Exec(ctx, "DELETE FROM event_pending WHERE room_id = $1 AND event_id = $2", room, event)
	return err
}

// Reminded records that a room got the reminder of an event that starts at start; lead
// says how long before, as text. It returns false if that was recorded already, for the
// same lead and start; so an event that moved gets another reminder.
func (d *DB) Reminded(ctx context.Context, room chat.RoomID, event int64, lead string, start time.Time) (bool, error) {
	return changed(d.db.Exec(ctx, `
		INSERT INTO event_reminder (room_id, event_id, lead, starts_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		room, event, lead, millis(start)))
}

// Digests returns when a room last got the weekly list of each of its watches, by the
// watch's key (announce.Watch.Key). A watch that never got one is left out.
func (d *DB) Digests(ctx context.Context, room chat.RoomID) (map[string]time.Time, error) {
	last := map[string]time.Time{}
	rows, err := d.db.Query(ctx, "SELECT watch, told_at FROM event_digest WHERE room_id = $1", room)
	_, err = collect(rows, err, func(scan scanFunc) (at int64, err error) {
		var watch string
		err = scan(&watch, &at)
		last[watch] = fromMillis(at)
		return at, err
	})
	return last, err
}

// SaveDigest records when a room got the weekly list of a watch, which
// announce.Watch.Key names.
func (d *DB) SaveDigest(ctx context.Context, room chat.RoomID, watch string, at time.Time) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO event_digest (room_id, watch, told_at) VALUES ($1, $2, $3)
		ON CONFLICT (room_id, watch) DO UPDATE SET told_at = excluded.told_at`, room, watch, millis(at))
	return err
}

// MoveAgenda assigns the pending changes, reminders and weekly lists of the room from
// to the room to, its successor. It deletes those for which to has a row of its own.
func (d *DB) MoveAgenda(ctx context.Context, from, to chat.RoomID) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for _, table := range []string{"event_pending", "event_reminder", "event_digest"} {
			if _, err := d.db.Exec(ctx, "UPDATE OR IGNORE "+table+" SET room_id = $1 WHERE room_id = $2", to, from); err != nil {
				return err
			}
			if _, err := d.db.Exec(ctx, "DELETE FROM "+table+" WHERE room_id = $1", from); err != nil {
				return err
			}
		}
		return nil
	})
}
