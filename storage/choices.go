package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"heraut/chat"
	"heraut/commands"
)

// keepChoices is as long as the ids of posts are stored. Without those ids, no reply or
// reaction finds its list.
const keepChoices = 90 * 24 * time.Hour

// SaveChoice stores a list from which the asker may choose by number, in place of the
// list that the same command gave before. A choice without IDs deletes that list. An
// empty Thread leaves the stored one, since an edited command does not name its
// thread.
func (d *DB) SaveChoice(ctx context.Context, c commands.Choice) error {
	if len(c.IDs) == 0 {
		_, err := d.db.Exec(ctx, "DELETE FROM choice WHERE cause = $1", c.Cause)
		return err
	}
	ids, err := json.Marshal(c.IDs)
	if err != nil {
		return err
	}
	d.askers.add(c.Room, c.Asker)
	_, err = d.db.Exec(ctx, `
		INSERT INTO choice (cause, room_id, asker, thread, command, ids, asked_at, next_message, saved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (cause) DO UPDATE SET room_id = excluded.room_id, asker = excluded.asker,
			thread = COALESCE(NULLIF(excluded.thread, ''), choice.thread), command = excluded.command, ids = excluded.ids,
			asked_at = excluded.asked_at, next_message = excluded.next_message, saved_at = excluded.saved_at`,
		c.Cause, c.Room, c.Asker, c.Thread, c.Command, string(ids), millis(c.At), c.Next, millis(time.Now()))
	return err
}

const choiceColumns = "c.cause, c.room_id, c.asker, c.thread, c.command, c.ids, c.asked_at, c.next_message"

// ChoiceOf returns the list of choices that the bot posted in the event posted;
// commands.ErrNoChoice if it posted none there.
func (d *DB) ChoiceOf(ctx context.Context, room chat.RoomID, posted chat.EventID) (commands.Choice, error) {
	return d.choice(ctx, `
		SELECT `+choiceColumns+` FROM outbox o JOIN choice c ON c.cause = o.cause
		WHERE o.event_id = $1 AND o.event_id <> '' AND o.slot = 0 AND c.room_id = $2`,
		posted, room)
}

// ChoiceBefore returns the latest list of choices from which asker may choose by a bare
// number in the given message of the room: the asker's first message after the list. A
// list that no message has followed yet counts too, unless its command was sent before
// since. The error is commands.ErrNoChoice if there is no such list.
func (d *DB) ChoiceBefore(ctx context.Context, room chat.RoomID, asker chat.UserID, message chat.EventID, since time.Time) (commands.Choice, error) {
	if may, err := d.askers.has(ctx, d, room, asker); err != nil || !may {
		return commands.Choice{}, cmp.Or(err, commands.ErrNoChoice)
	}
	return d.choice(ctx, `
		SELECT `+choiceColumns+` FROM choice c
		WHERE c.room_id = $1 AND c.asker = $2 AND (c.next_message = $3 OR c.next_message = '' AND c.asked_at >= $4)
		ORDER BY c.asked_at DESC, c.saved_at DESC LIMIT 1`,
		room, asker, message, millis(since))
}

// maxAskers bounds the pairs in askers, some 400 KiB; with more, every message asks the
// database.
const maxAskers = 20_000

// askers is the set of rooms and people of all stored lists, by their hashes, so that
// most messages need not ask the database whether a list precedes them. It may hold more
// than the database, whose rows end, but never less. The zero value is ready to use; it
// is safe for concurrent use.
type askers struct {
	mu     sync.Mutex
	loaded bool
	hashes map[uint64]struct{}
}

var askerSeed = maphash.MakeSeed()

func askerHash(room chat.RoomID, asker chat.UserID) uint64 {
	return maphash.Comparable(askerSeed, [2]string{string(room), string(asker)})
}

// add adds the hash of a room and a person to the set, unless it has more than
// maxAskers. The caller calls add before it stores that person's list.
func (a *askers) add(room chat.RoomID, asker chat.UserID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hashes == nil {
		a.hashes = map[uint64]struct{}{}
	}
	if len(a.hashes) <= maxAskers {
		a.hashes[askerHash(room, asker)] = struct{}{}
	}
}

// has reports whether the person may have a list in the room; false means that they
// have none. The first call reads the pairs of the stored lists; the error is that of
// reading.
func (a *askers) has(ctx context.Context, d *DB, room chat.RoomID, asker chat.UserID) (bool, error) {
	a.mu.Lock()
	loaded := a.loaded
	a.mu.Unlock()
	if !loaded {
		rows, err := d.db.Query(ctx, "SELECT DISTINCT room_id, asker FROM choice LIMIT $1", maxAskers+1)
		_, err = collect(rows, err, func(scan scanFunc) (struct{}, error) {
			var room chat.RoomID
			var asker chat.UserID
			err := scan(&room, &asker)
			a.add(room, asker)
			return struct{}{}, err
		})
		if err != nil {
			return false, err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.loaded = true
	_, known := a.hashes[askerHash(room, asker)]
	return known || len(a.hashes) > maxAskers, nil
}

func (d *DB) choice(ctx context.Context, query string, args ...any) (c commands.Choice, err error) {
	var ids string
	var at int64
	err = d.db.QueryRow(ctx, query, args...).
		Scan(&c.Cause, &c.Room, &c.Asker, &c.Thread, &c.Command, &ids, &at, &c.Next)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return c, commands.ErrNoChoice
	case err != nil:
		return c, err
	}
	c.At = fromMillis(at)
	if err := json.Unmarshal([]byte(ids), &c.IDs); err != nil {
		return c, fmt.Errorf("read the list of %s: %w", c.Cause, err)
	}
	return c, nil
}
