package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"heraut/chat"
	"heraut/queue"
)

const outboxColumns = `seq, post_key, cause, slot, kind, room_id, priority, state, txn, content,
	event_id, reason, attempts, attempted_at, doubts, doubt_since, next_at, blocked_since, done_at`

func scanPost(scan scanFunc) (queue.Row, error) {
	r, content, err := scanUnread(scan)
	if err != nil {
		return r, err
	}
	return r, readPost(&r, content)
}

// encoded returns a post as the JSON that readPost parses. It keeps the signs of HTML as
// they are: as \u003c each would take six bytes, and a slow way through the parser.
func encoded(p chat.Post) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(p)
	return b.String(), err
}

// readPost parses the stored content of a post into r.Post, and leaves its room and
// priority. The content of a finished post may be empty.
func readPost(r *queue.Row, content string) error {
	room, priority := r.Post.Room, r.Post.Priority
	if content != "" {
		if err := json.Unmarshal([]byte(content), &r.Post); err != nil {
			return fmt.Errorf("read the stored post %s: %w", r.Key, err)
		}
	}
	r.Post.Room, r.Post.Priority = room, priority
	return nil
}

// scanUnread returns a post of the outbox with the room and priority of its Post, and
// the content for readPost. The error is chat.ErrNotFound for no row.
func scanUnread(scan scanFunc) (r queue.Row, content string, err error) {
	var attemptedAt, doubtSince, nextAt, blockedSince, doneAt int64
	err = scan(&r.Seq, &r.Key, &r.Cause, &r.Slot, &r.Kind, &r.Post.Room, &r.Post.Priority, &r.State, &r.Txn, &content,
		&r.EventID, &r.Reason, &r.Attempts, &attemptedAt, &r.Doubts, &doubtSince, &nextAt, &blockedSince, &doneAt)
	if errors.Is(err, sql.ErrNoRows) {
		return r, "", chat.ErrNotFound
	} else if err != nil {
		return r, "", err
	}
	r.AttemptedAt, r.DoubtSince, r.NextAt = fromMillis(attemptedAt), fromMillis(doubtSince), fromMillis(nextAt)
	r.BlockedSince, r.DoneAt = fromMillis(blockedSince), fromMillis(doneAt)
	return r, content, nil
}

// AddPost stores a post in the outbox, the table of posts to send. It does nothing if
// a post with that key exists.
func (d *DB) AddPost(ctx context.Context, r queue.Row) error {
	content, err := encoded(r.Post)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		INSERT INTO outbox (post_key, cause, slot, kind, room_id, priority, state, txn, content, next_at, person, thread)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (post_key) DO NOTHING`,
		r.Key, r.Cause, r.Slot, r.Kind, r.Post.Room, r.Post.Priority, r.State, r.Txn, content, millis(r.NextAt),
		r.Order().Person, r.Order().Thread)
	return err
}

// UpdatePost overwrites the content and state of the stored post with the key of r. It
// does nothing if the stored post is finished. If r is finished, it stores now as the
// time and erases the content.
func (d *DB) UpdatePost(ctx context.Context, r queue.Row, now time.Time) error {
	var content string
	var doneAt int64
	var order queue.Order // erased when finished: it names a person
	if r.State.Finished() {
		doneAt = millis(now)
	} else {
		order = r.Order()
		var err error
		if content, err = encoded(r.Post); err != nil {
			return err
		}
	}
	_, err := d.db.Exec(ctx, `
		UPDATE outbox SET kind = $1, state = $2, content = $3, event_id = $4, reason = $5, attempts = $6,
			attempted_at = $7, doubts = $8, doubt_since = $9, next_at = $10, done_at = $11, blocked_since = $12,
			person = $14, thread = $15
		WHERE post_key = $13 AND done_at = 0`,
		r.Kind, r.State, content, r.EventID, r.Reason, r.Attempts,
		millis(r.AttemptedAt), r.Doubts, millis(r.DoubtSince), millis(r.NextAt), doneAt, millis(r.BlockedSince), r.Key,
		order.Person, order.Thread)
	return err
}

// MoveAnnouncements moves the waiting announcements and webhooks' posts of the room from
// to the room to, its successor, since nobody can post in the old room any more. Edits,
// deletions and posts that may have been sent already stay.
func (d *DB) MoveAnnouncements(ctx context.Context, from, to chat.RoomID) error {
	_, err := d.db.Exec(ctx, `
		UPDATE outbox SET room_id = $1
		WHERE room_id = $2 AND state = 'waiting' AND doubts = 0 AND kind = 'post' AND priority IN ($3, $4)`,
		to, from, chat.Announcement, chat.Webhook)
	return err
}

// PostsOf returns the posts in the outbox that were made for one cause, such as an
// event, in the order in which they were added; sent, failed and cancelled ones too.
func (d *DB) PostsOf(ctx context.Context, cause chat.Cause) ([]queue.Row, error) {
	rows, err := d.db.Query(ctx, "SELECT "+outboxColumns+" FROM outbox WHERE cause = +$1 ORDER BY seq", cause)
	return collect(rows, err, scanPost)
}

// PostByKey returns the post with that key in the outbox, or chat.ErrNotFound.
func (d *DB) PostByKey(ctx context.Context, key chat.PostKey) (queue.Row, error) {
	return scanPost(d.db.QueryRow(ctx, "SELECT "+outboxColumns+" FROM outbox WHERE post_key = $1", key).Scan)
}

// nextPostQuery returns the SQL query for the post to send next, and for the time at
// which it is due. Only the oldest unfinished post of each lane (the posts of one room
// and priority) can be next; heads is the SQL that finds these. The query takes the most
// urgent post that is due at $1 or, if none is due, the post that will be due first. $2
// is a JSON list of rooms to leave out; if three of them are encrypted, the query leaves
// out all encrypted rooms.
func nextPostQuery(heads headsQuery) string {
	return `
		WITH RECURSIVE busy AS (SELECT value AS room_id FROM json_each($2)),
			encrypted AS (SELECT room_id FROM room WHERE encrypted)` + heads.with + `
		SELECT outbox.seq, next_at FROM ` + heads.from + `
			AND state = 'waiting' AND room_id NOT IN busy
			AND (room_id NOT IN encrypted OR (SELECT COUNT(*) FROM busy WHERE room_id IN encrypted) < 3)
		ORDER BY next_at > $1, CASE WHEN next_at > $1 THEN next_at ELSE priority END, doubts > 0, outbox.seq LIMIT 1`
}

// headsQuery is the part of a SQL query that finds the oldest unfinished post of each
// lane: one room's posts of one priority, which are sent in order.
type headsQuery struct {
	with string // further common table expressions
	from string // the text after FROM, with at least one condition
}

var (
	// headsOfFew reads all open posts, headsOfMany goes from room to room. With one
	// post in each of a thousand rooms, the first takes a quarter of the time of the
	// second; with 300,000 posts, the second takes a twentieth of the first
	// (BenchmarkOutbox).
	headsOfFew  = headsQuery{"", "outbox WHERE seq IN (SELECT MIN(seq) FROM outbox WHERE done_at = 0 GROUP BY room_id, priority)"}
	headsOfMany = headsQuery{`,
			rooms (room_id) AS (
				SELECT MIN(room_id) FROM outbox WHERE done_at = 0
				UNION ALL
				SELECT (SELECT MIN(room_id) FROM outbox WHERE done_at = 0 AND room_id > rooms.room_id)
				FROM rooms WHERE rooms.room_id IS NOT NULL),
			priorities (priority) AS (VALUES (0), (1), (2), (3), (4)),
			head (seq) AS (
				SELECT (SELECT seq FROM outbox WHERE done_at = 0 AND room_id = rooms.room_id AND priority = priorities.priority
					ORDER BY seq LIMIT 1)
				FROM rooms CROSS JOIN priorities WHERE rooms.room_id IS NOT NULL)`,
		"head CROSS JOIN outbox ON outbox.seq = head.seq WHERE TRUE"}
)

var nextOfFew, nextOfMany = nextPostQuery(headsOfFew), nextPostQuery(headsOfMany)

const (
	// few is the largest number of open posts for headsOfFew.
	few = 5000
	// recount is after how many looks for a post the open posts are counted again.
	recount = 32
)

// openPosts remembers whether there are more open posts than few, which only decides
// which of two queries with the same result is faster. The zero value is ready to use;
// it is safe for concurrent use.
type openPosts struct{ looks, many atomic.Int64 }

// now reports whether there were more open posts than few at the last count, which is at
// most recount calls old. The error is that of counting.
func (m *openPosts) now(ctx context.Context, d *DB) (bool, error) {
	if m.looks.Add(1)%recount == 1 {
		var many int64
		if err := d.db.QueryRow(ctx, "SELECT COUNT(*) > $1 FROM (SELECT 1 FROM outbox WHERE done_at = 0 LIMIT $1 + 1)", few).Scan(&many); err != nil {
			m.looks.Store(0)
			return false, err
		}
		m.many.Store(many)
	}
	return m.many.Load() != 0, nil
}

// NextPost returns seq, the number of the post to send next. Only the first unsent post
// of each lane (the posts of one room and priority) can be next. Of those that are due,
// the most urgent goes first; among equally urgent ones, a post without an attempt in
// doubt goes before the others, and then the oldest. NextPost skips the busy rooms and,
// while three encrypted rooms are busy, all encrypted ones. If no post is due, the
// error is chat.ErrNotFound, and next is the time to ask again; zero means when
// something changes.
func (d *DB) NextPost(ctx context.Context, now time.Time, busy []chat.RoomID) (seq int64, next time.Time, err error) {
	rooms, err := json.Marshal(append([]chat.RoomID{}, busy...)) // [], not null
	if err != nil {
		return 0, time.Time{}, err
	}
	query := nextOfFew
	if isMany, err := d.many.now(ctx, d); err != nil {
		return 0, time.Time{}, err
	} else if isMany {
		query = nextOfMany
	}
	var nextAt int64
	err = d.db.QueryRow(ctx, query, millis(now), string(rooms)).Scan(&seq, &nextAt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, time.Time{}, chat.ErrNotFound
	case err == nil && nextAt > millis(now):
		return 0, fromMillis(nextAt), chat.ErrNotFound
	}
	return seq, time.Time{}, err
}

const postsBehindQuery = `
	SELECT o.seq, o.state, o.next_at, o.doubts, o.person, o.thread
	FROM outbox first CROSS JOIN outbox o INDEXED BY outbox_lane
		ON o.done_at = 0 AND o.room_id = first.room_id AND o.priority = first.priority AND o.seq > first.seq
	WHERE first.seq = +$1 ORDER BY o.seq LIMIT +$2`

// PostsBehind returns the places (number, state and order) of the next open posts
// behind the one with that seq in its room and priority, the oldest first, at most
// limit.
func (d *DB) PostsBehind(ctx context.Context, seq int64, limit int) ([]queue.Place, error) {
	rows, err := d.db.Query(ctx, postsBehindQuery, seq, limit)
	return collect(rows, err, func(scan scanFunc) (p queue.Place, err error) {
		var nextAt int64
		err = scan(&p.Seq, &p.State, &nextAt, &p.Doubts, &p.Order.Person, &p.Order.Thread)
		p.NextAt = fromMillis(nextAt)
		return p, err
	})
}

// StartPost marks a waiting post of the outbox as being sent, counts the attempt, and
// returns the post. The error is chat.ErrNotFound if it no longer waits. With any
// other error, a post with a key is one whose content cannot be read.
func (d *DB) StartPost(ctx context.Context, seq int64, now time.Time) (queue.Row, error) {
	return scanPost(d.db.QueryRow(ctx, `
		UPDATE outbox SET state = 'trying', attempts = attempts + 1, attempted_at = $1
		WHERE seq = $2 AND state = 'waiting' RETURNING `+outboxColumns, millis(now), seq).Scan)
}

// ConfirmPost marks the post with that transaction id as sent, whatever its state,
// because sync shows its event id, and erases the stored content. It returns the post,
// still with its content. If the post was already sent, first is false, nothing
// changes, and the post comes without content and with the event id stored before. The
// error is chat.ErrNotFound if no post has that transaction id.
func (d *DB) ConfirmPost(ctx context.Context, txn string, id chat.EventID, now time.Time) (row queue.Row, first bool, err error) {
	err = d.Do(ctx, func(ctx context.Context) error {
		var content string
		row, content, err = scanUnread(d.db.QueryRow(ctx, "SELECT "+outboxColumns+" FROM outbox WHERE txn = $1", txn).Scan)
		if err != nil {
			return err
		}
		if first, err = d.sentPost(ctx, txn, id, now, true); err != nil || !first {
			return err
		}
		_ = readPost(&row, content) // a damaged post was sent all the same
		row.State, row.EventID, row.DoubtSince = queue.Sent, id, time.Time{}
		return nil
	})
	return row, first, err
}

// TakePost marks the post with that transaction id as sent, because the homeserver
// answered with its event id. The content stays until SeePost, so that ResendPost can
// send it again; if the event id is empty, the content is erased at once. TakePost
// returns true if this is the first time that the post counts as sent. Otherwise, or if
// no post has that transaction id, it changes nothing and returns false.
func (d *DB) TakePost(ctx context.Context, txn string, id chat.EventID, now time.Time) (first bool, err error) {
	return d.sentPost(ctx, txn, id, now, id == "")
}

// sentPost marks the post with that transaction id as sent, as the event with the given
// id, unless it was sent already. It returns true if it changed the post. seen says that
// sync has shown the event, or that there is none; sentPost then erases the content.
func (d *DB) sentPost(ctx context.Context, txn string, id chat.EventID, now time.Time, seen bool) (first bool, err error) {
	return changed(d.db.Exec(ctx, `
		UPDATE outbox SET state = 'sent', content = CASE WHEN $4 THEN '' ELSE content END, event_id = $1, doubt_since = 0, done_at = $2,
			person = '', thread = ''
		WHERE txn = $3 AND (state <> 'sent' OR event_id = '')`, id, millis(now), txn, seen))
}

// SeePost erases the content of the sent post whose event id sync has shown, and returns
// when its last attempt began. It returns the zero time for an event that is no post.
func (d *DB) SeePost(ctx context.Context, id chat.EventID) (began time.Time, err error) {
	var at int64
	err = d.db.QueryRow(ctx, `
		UPDATE outbox SET content = '' WHERE event_id = $1 AND event_id <> '' AND state = 'sent'
		RETURNING attempted_at`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return fromMillis(at), err
}

// UnseenPosts returns at most limit posts that were sent before the given time and
// whose event sync has not shown, the oldest first: the homeserver may have lost them.
func (d *DB) UnseenPosts(ctx context.Context, before time.Time, limit int) ([]queue.Row, error) {
	rows, err := d.db.Query(ctx, "SELECT "+outboxColumns+` FROM outbox INDEXED BY outbox_unseen
		WHERE state = 'sent' AND content <> '' AND done_at < $1 ORDER BY done_at LIMIT +$2`, millis(before), limit)
	return collect(rows, err, scanPost)
}

// ResendPost makes a sent post wait again, under the transaction id txn. It does
// nothing for a post whose content is erased because sync has shown it.
func (d *DB) ResendPost(ctx context.Context, key chat.PostKey, txn string) error {
	_, err := d.db.Exec(ctx, `
		UPDATE outbox SET state = 'waiting', txn = $1, event_id = '', attempts = 0, attempted_at = 0, doubts = 0, next_at = 0, done_at = 0
		WHERE post_key = $2 AND state = 'sent' AND content <> ''`, txn, key)
	return err
}

// BlockedRooms returns the rooms in which the homeserver refuses the bot's posts.
func (d *DB) BlockedRooms(ctx context.Context) ([]chat.RoomID, error) {
	rows, err := d.db.Query(ctx, "SELECT room_id FROM blocked_room ORDER BY room_id")
	return collect(rows, err, func(scan scanFunc) (room chat.RoomID, err error) { return room, scan(&room) })
}

// BlockRoom records that the homeserver refuses the bot's posts in a room, and why. It
// returns false if that was recorded already.
func (d *DB) BlockRoom(ctx context.Context, room chat.RoomID, reason string, now time.Time) (bool, error) {
	return changed(d.db.Exec(ctx, "INSERT INTO blocked_room (room_id, since, reason) VALUES ($1, $2, $3) ON CONFLICT (room_id) DO NOTHING",
		room, millis(now), reason))
}

// UnblockRoom deletes the record that a room refuses the bot's posts. It returns false
// if there was none.
func (d *DB) UnblockRoom(ctx context.Context, room chat.RoomID) (bool, error) {
	return changed(d.db.Exec(ctx, "DELETE FROM blocked_room WHERE room_id = $1", room))
}

const retryRoomQuery = "UPDATE outbox SET next_at = 0 WHERE room_id = $1 AND done_at = 0 AND state = 'waiting' AND blocked_since > 0"

// RetryRoom makes the waiting posts that a room refused, for want of the bot's rights
// there, due at once.
func (d *DB) RetryRoom(ctx context.Context, room chat.RoomID) error {
	_, err := d.db.Exec(ctx, retryRoomQuery, room)
	return err
}

// SettleDoubts makes each post wait again whose attempt ended without an answer at the
// given time or before, and which sync has not shown since. It returns the number of
// these posts. It leaves out posts in rooms to which the bot is invited, since sync
// does not show the events of such a room.
func (d *DB) SettleDoubts(ctx context.Context, before time.Time) (int64, error) {
	result, err := d.db.Exec(ctx, `
		UPDATE outbox SET state = 'waiting', doubt_since = 0
		WHERE state = 'trying' AND doubt_since > 0 AND doubt_since <= $1
			AND room_id NOT IN (SELECT room_id FROM room WHERE invited_by <> '' AND NOT joined)`, millis(before))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// DoubtTrying marks the posts that were being sent when the process ended as in doubt:
// they may have been sent or not. It returns how many posts are in doubt now.
func (d *DB) DoubtTrying(ctx context.Context, now time.Time) (int64, error) {
	result, err := d.db.Exec(ctx, `
		UPDATE outbox SET doubts = doubts + CASE doubt_since WHEN 0 THEN 1 ELSE 0 END,
			doubt_since = CASE doubt_since WHEN 0 THEN $1 ELSE doubt_since END
		WHERE state = 'trying'`, millis(now))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// OldestDoubt returns the time at which the oldest attempt in the room began of which
// it is not known whether it succeeded; an attempt that still runs counts too. The
// result is zero if there is none.
func (d *DB) OldestDoubt(ctx context.Context, room chat.RoomID) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx, `
		SELECT COALESCE(MIN(attempted_at), 0) FROM outbox WHERE state = 'trying' AND room_id = +$1`, room).Scan(&at)
	return fromMillis(at), err
}
