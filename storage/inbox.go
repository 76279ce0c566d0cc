package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"heraut/chat"
	"heraut/commands"
	"heraut/queue"
)

// AddArrival stores an event that sync brought in the inbox, the table of events to
// handle, with now as the time at which it came in, and reports whether its id is new
// there; a known id changes nothing. Without a decrypted a.Event, it waits for its key.
// A dropped event is stored as handled and without content, so that only its id is
// known.
func (d *DB) AddArrival(ctx context.Context, a queue.Arrival, dropped bool, now time.Time) (bool, error) {
	state, sender, content, doneAt := "locked", a.Sender, a.Raw, int64(0)
	if a.Event != nil {
		state, sender = "new", a.Event.Sender
		var err error
		if content, err = json.Marshal(a.Event); err != nil {
			return false, err
		}
	}
	if dropped {
		state, content, doneAt = "done", nil, millis(now)
	}
	result, err := d.db.Exec(ctx, `
		INSERT INTO inbox (event_id, room_id, sender, state, content, session_id, received_at, done_at, late)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event_id) DO NOTHING`,
		a.ID, a.Room, sender, state, string(content), a.Session, millis(now), doneAt, a.Late)
	return changed(result, err)
}

// UnlockEvent stores the content of an event that waited in the inbox for its
// decryption key; it then waits to be handled. It returns false, and changes nothing,
// if the event no longer waits for a key.
func (d *DB) UnlockEvent(ctx context.Context, e chat.Event) (bool, error) {
	content, err := json.Marshal(e)
	if err != nil {
		return false, err
	}
	result, err := d.db.Exec(ctx,
		"UPDATE inbox SET state = 'new', content = $1, session_id = '' WHERE event_id = $2 AND state = 'locked'",
		string(content), e.ID)
	return changed(result, err)
}

// BusyRooms returns the rooms in which received events wait to be handled.
func (d *DB) BusyRooms(ctx context.Context) ([]chat.RoomID, error) {
	rows, err := d.db.Query(ctx, "SELECT DISTINCT room_id FROM inbox WHERE state = 'new'")
	return collect(rows, err, func(scan scanFunc) (room chat.RoomID, err error) { return room, scan(&room) })
}

// nextEventQuery returns the SQL query that counts a try of the oldest waiting event of
// the room $1 for which the SQL condition also holds.
func nextEventQuery(also string) string {
	return `
		UPDATE inbox SET tries = tries + 1 WHERE seq = (
			SELECT seq FROM inbox WHERE room_id = +$1 AND state = 'new' AND ` + also + ` ORDER BY seq LIMIT 1)
		RETURNING event_id, content, tries - 1, late`
}

var (
	nextEvent       = nextEventQuery("TRUE")
	nextEventExcept = nextEventQuery("event_id NOT IN (SELECT value FROM json_each($2))")
)

// NextEvent returns the oldest event of a room that waits to be handled and is not in
// except, and counts this try. It also returns the number of earlier tries. The error
// is chat.ErrNotFound if no event waits. With any other error, an event with an ID is
// one whose content cannot be read.
func (d *DB) NextEvent(ctx context.Context, room chat.RoomID, except []chat.EventID) (chat.Event, int, error) {
	query, args := nextEvent, []any{room}
	if len(except) > 0 {
		ids, err := json.Marshal(except)
		if err != nil {
			return chat.Event{}, 0, err
		}
		query, args = nextEventExcept, append(args, string(ids))
	}
	e := chat.Event{Room: room}
	var content string
	var tries int
	var late bool
	err := d.db.QueryRow(ctx, query, args...).Scan(&e.ID, &content, &tries, &late)
	if errors.Is(err, sql.ErrNoRows) {
		return e, 0, chat.ErrNotFound
	} else if err != nil {
		return e, 0, err
	}
	if err := json.Unmarshal([]byte(content), &e); err != nil {
		return chat.Event{ID: e.ID, Room: room}, tries, fmt.Errorf("read the stored event %s: %w", e.ID, err)
	}
	e.Late = late
	return e, tries, nil
}

// ReturnEvent takes back the count of the last try of a waiting event, for a try that
// ended through no fault of the event.
func (d *DB) ReturnEvent(ctx context.Context, id chat.EventID) error {
	_, err := d.db.Exec(ctx, "UPDATE inbox SET tries = tries - 1 WHERE event_id = $1 AND state = 'new'", id)
	return err
}

// SenderOf returns the sender of a received event, or chat.ErrNotFound if the inbox
// does not know it. The sender is empty for a message that was deleted before it came
// in, and for one whose sender asked to be forgotten.
func (d *DB) SenderOf(ctx context.Context, id chat.EventID) (sender chat.UserID, err error) {
	err = d.db.QueryRow(ctx, "SELECT sender FROM inbox WHERE event_id = $1", id).Scan(&sender)
	if errors.Is(err, sql.ErrNoRows) {
		return "", chat.ErrNotFound
	}
	return sender, err
}

// HasOthers reports whether another event of the room waits to be handled, or whether
// one came in after the given event. If the inbox does not know the given event, it
// only looks for events that wait.
func (d *DB) HasOthers(ctx context.Context, room chat.RoomID, event chat.EventID) (several bool, err error) {
	err = d.db.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM inbox WHERE room_id = $1 AND state = 'new' AND event_id <> $2)
			OR EXISTS (SELECT 1 FROM inbox WHERE room_id = $1 AND seq > (SELECT seq FROM inbox WHERE event_id = $2))`,
		room, event).Scan(&several)
	return several, err
}

// FinishEvent marks a received event as handled and erases its content. It returns
// false, and changes nothing, if the event was finished already or the inbox does not
// know it.
func (d *DB) FinishEvent(ctx context.Context, id chat.EventID, now time.Time) (bool, error) {
	result, err := d.db.Exec(ctx,
		"UPDATE inbox SET state = 'done', content = '', session_id = '', done_at = $1 WHERE event_id = $2 AND state <> 'done'",
		millis(now), id)
	return changed(result, err)
}

// SupersedeEvent marks the event that e edits or deletes as handled, so that only e is
// handled, even if that event comes in after e. It returns false if e has no effect: it
// is in another room than that event, it edits another person's message, or a later
// edit or the deletion was handled before.
func (d *DB) SupersedeEvent(ctx context.Context, e chat.Event, now time.Time) (bool, error) {
	sender, revisedAt := e.Sender, millis(e.At)
	deletion := e.Redaction != nil
	if deletion {
		sender, revisedAt = "", math.MaxInt64
	}
	result, err := d.db.Exec(ctx, `
		INSERT INTO inbox (event_id, room_id, sender, state, content, received_at, revised_at, done_at)
		VALUES ($1, $2, $3, 'done', '', $4, $5, $4)
		ON CONFLICT (event_id) DO UPDATE SET state = 'done', content = '', session_id = '',
			revised_at = excluded.revised_at, done_at = excluded.done_at
		WHERE inbox.room_id = excluded.room_id AND inbox.revised_at <= excluded.revised_at
			AND ($6 OR inbox.sender = excluded.sender)`,
		e.Original(), e.Room, sender, millis(now), revisedAt, deletion)
	return changed(result, err)
}

// RevisedAt returns when the last handled edit of an event of the room was made; zero if
// there is none. deleted is true, and the time of no use, if its deletion was handled.
func (d *DB) RevisedAt(ctx context.Context, room chat.RoomID, event chat.EventID) (at time.Time, deleted bool, err error) {
	var revised int64
	err = d.db.QueryRow(ctx, "SELECT revised_at FROM inbox WHERE event_id = $1 AND room_id = $2", event, room).Scan(&revised)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return fromMillis(revised), revised == math.MaxInt64, err
}

// KnownEvent reports whether the inbox has an event with that id, handled or not: it
// was received, or an edit or the deletion of it was handled. PurgeQueue deletes old
// ids.
func (d *DB) KnownEvent(ctx context.Context, id chat.EventID) (known bool, err error) {
	err = d.db.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM inbox WHERE event_id = $1)", id).Scan(&known)
	return known, err
}

// Locked returns the received events that wait for the decryption key with the id
// session, still encrypted, oldest first, without their senders and times. For events
// that wait for their sender's devices, session is the sender's user id. If session is
// empty, it returns all events that wait.
func (d *DB) Locked(ctx context.Context, session string) ([]queue.Arrival, error) {
	rows, err := d.db.Query(ctx, `
		SELECT event_id, room_id, session_id, content FROM inbox
		WHERE state = 'locked' AND ($1 = '' OR session_id = $1) ORDER BY seq`, session)
	return collect(rows, err, func(scan scanFunc) (a queue.Arrival, err error) {
		return a, scan(&a.ID, &a.Room, &a.Session, &a.Raw)
	})
}

// LockedIndex returns all received events that wait for a decryption key or their
// sender's devices, oldest first, without their contents.
func (d *DB) LockedIndex(ctx context.Context) ([]queue.Locked, error) {
	rows, err := d.db.Query(ctx, `
		SELECT event_id, room_id, sender, session_id, LENGTH(content) FROM inbox WHERE state = 'locked' ORDER BY seq`)
	return collect(rows, err, func(scan scanFunc) (l queue.Locked, err error) {
		return l, scan(&l.ID, &l.Room, &l.Sender, &l.Session, &l.Size)
	})
}

// PurgeQueue deletes handled events and finished posts that are older than before, except
// those of questions that are still stored. It gives up events that have waited for a
// decryption key since a time before lockedBefore. It also deletes old choices,
// confirmations, changes of settings and declined invitations. It empties SQLite's log,
// unless another process reads the database, so that no erased content stays there.
func (d *DB) PurgeQueue(ctx context.Context, before, lockedBefore time.Time) error {
	now := time.Now()
	err := d.Do(ctx, func(ctx context.Context) error {
		for _, purge := range []struct {
			statement string
			args      []any
		}{
			{"UPDATE inbox SET state = 'done', content = '', session_id = '', done_at = received_at WHERE state = 'locked' AND received_at < $1", []any{millis(lockedBefore)}},
			// Relayed messages may be edited, deleted and replied to as long as their
			// question is stored.
			{`DELETE FROM inbox WHERE state = 'done' AND done_at < $1
				AND NOT EXISTS (SELECT 1 FROM relayed r WHERE r.event_id = inbox.event_id AND r.event_id <> '')
				AND NOT EXISTS (SELECT 1 FROM question q WHERE q.event_id = inbox.event_id AND q.event_id <> '')`, []any{millis(before)}},
			{`DELETE FROM outbox WHERE done_at > 0 AND done_at < $1
				AND NOT EXISTS (SELECT 1 FROM relayed r WHERE r.post_key = outbox.post_key)
				AND NOT EXISTS (SELECT 1 FROM relayed r WHERE r.event_id = outbox.cause AND r.event_id <> '')
				AND NOT EXISTS (SELECT 1 FROM relayed_reaction r WHERE r.post_key = outbox.post_key)`, []any{millis(before)}},
			{"DELETE FROM choice WHERE saved_at < $1", []any{millis(now.Add(-keepChoices))}},
			{"DELETE FROM confirmation WHERE asked_at < $1", []any{millis(now.Add(-commands.ConfirmWithin))}},
			{"DELETE FROM change WHERE at < $1", []any{millis(now.Add(-keepChanges))}},
			// The bot still has to decline the open ones on the homeserver.
			{"DELETE FROM declined WHERE open = 0 AND declined_at < $1", []any{millis(now.Add(-keepDeclined))}},
		} {
			if _, err := d.db.Exec(ctx, purge.statement, purge.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = d.truncateLog(ctx) // if it is in use, the next round tries again
	return err
}

// truncateLog empties SQLite's write-ahead log, a file in which erased texts would
// otherwise stay on the disk. emptied is false if another process reads the database and
// still needs the log.
func (d *DB) truncateLog(ctx context.Context) (emptied bool, err error) {
	var busy, pages, done int
	err = d.db.QueryRow(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
	return err == nil && busy == 0, err
}
