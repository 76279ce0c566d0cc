package storage

import (
	"context"

	"heraut/chat"
	"heraut/relay"
)

const messageColumns = "r.post_key, r.room_id, r.question, r.role, r.event_id, r.origin, r.sender, r.nameless, r.text, r.said_at, r.file, r.source"

func scanMessage(scan scanFunc) (m relay.Message, err error) {
	var at int64
	err = scan(&m.Post, &m.Room, &m.Question, &m.Role, &m.Event, &m.From, &m.Sender, &m.Nameless, &m.Text, &at, &m.File, &m.Source)
	m.At = fromMillis(at)
	return m, noRow(err)
}

// SaveMessage stores a message that belongs to a question, in place of any message with
// the same post key, whose time stays. If m has an event id, it also updates the words
// under which searches find the question.
func (d *DB) SaveMessage(ctx context.Context, m relay.Message) error {
	return d.Do(ctx, func(ctx context.Context) error {
		_, err := d.db.Exec(ctx, `
			INSERT INTO relayed (post_key, room_id, question, role, event_id, origin, sender, nameless, text, said_at, file, source)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (post_key) DO UPDATE SET room_id = excluded.room_id, question = excluded.question, role = excluded.role,
				event_id = excluded.event_id, origin = excluded.origin, sender = excluded.sender, nameless = excluded.nameless,
				text = excluded.text, file = excluded.file, source = excluded.source`,
			m.Post, m.Room, m.Question, m.Role, m.Event, m.From, m.Sender, m.Nameless, m.Text, millis(m.At), m.File, m.Source)
		if err != nil || m.Event == "" {
			return err
		}
		return d.indexQuestion(ctx, m.Question)
	})
}

// RemoveMessage deletes the record of a person's message about a question, by its event
// id, and the link to it in the FAQ, and updates the words under which searches find
// the question; chat.ErrNotFound if there is no such message.
func (d *DB) RemoveMessage(ctx context.Context, event chat.EventID) error {
	return d.Do(ctx, func(ctx context.Context) error {
		var question int64
		// The FAQ entry stays, without a link to its author.
		if _, err := d.db.Exec(ctx, "UPDATE faq SET event_id = '' WHERE event_id = $1", event); err != nil {
			return err
		}
		err := d.db.QueryRow(ctx, "DELETE FROM relayed WHERE event_id = $1 AND event_id <> '' RETURNING question", event).Scan(&question)
		if err != nil {
			return noRow(err)
		}
		return d.indexQuestion(ctx, question)
	})
}

const messageOfQuery = `
		SELECT ` + messageColumns + ` FROM relayed r WHERE r.event_id = $1 AND r.event_id <> ''
		UNION ALL
		SELECT ` + messageColumns + ` FROM outbox o JOIN relayed r ON r.post_key = o.post_key
			OR r.event_id = o.cause AND r.event_id <> '' AND r.room_id = o.room_id AND o.slot IN (0, 1) AND o.kind = 'post'
		WHERE o.event_id = $1 AND o.event_id <> ''
		LIMIT 1`

// MessageOf returns the record of the message about a question that has this event id;
// chat.ErrNotFound if there is none. The event may be a person's message, a post of the
// bot, or a copy that the bot made of a person's message or of its file: then the
// record is that of the person's message.
func (d *DB) MessageOf(ctx context.Context, event chat.EventID) (relay.Message, error) {
	return scanMessage(d.db.QueryRow(ctx, messageOfQuery, event).Scan)
}

// MessagesOf returns the records of a question's messages, oldest first.
func (d *DB) MessagesOf(ctx context.Context, question int64) ([]relay.Message, error) {
	rows, err := d.db.Query(ctx, "SELECT "+messageColumns+" FROM relayed r WHERE r.question = $1 ORDER BY r.said_at, r.rowid", question)
	return collect(rows, err, scanMessage)
}

// SharedOf returns the records of the posts that give the answer with that event id to
// the askers of duplicates, their edits included, oldest first.
func (d *DB) SharedOf(ctx context.Context, answer chat.EventID) ([]relay.Message, error) {
	rows, err := d.db.Query(ctx, "SELECT "+messageColumns+" FROM relayed r WHERE r.source = $1 AND r.source <> '' ORDER BY r.said_at, r.rowid", answer)
	return collect(rows, err, scanMessage)
}

// SaveReaction stores a reaction that the bot repeats on the copy of a message in the
// other room. It does nothing if the reaction is stored already.
func (d *DB) SaveReaction(ctx context.Context, r relay.Reaction) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO relayed_reaction (event_id, question, sender, target, emoji, post_key) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (event_id) DO NOTHING`,
		r.Event, r.Question, r.Sender, r.Target, r.Key, r.Post)
	return err
}

func scanReaction(scan scanFunc) (r relay.Reaction, err error) {
	err = scan(&r.Event, &r.Question, &r.Sender, &r.Target, &r.Key, &r.Post)
	return r, noRow(err)
}

// RemoveReaction deletes the record of the reaction with that event id and returns it;
// chat.ErrNotFound if there is none.
func (d *DB) RemoveReaction(ctx context.Context, event chat.EventID) (relay.Reaction, error) {
	return scanReaction(d.db.QueryRow(ctx, `
		DELETE FROM relayed_reaction WHERE event_id = $1
		RETURNING event_id, question, sender, target, emoji, post_key`, event).Scan)
}

// SameReactions returns the records of the reactions with the emoji key on the message
// target.
func (d *DB) SameReactions(ctx context.Context, target, key string) ([]relay.Reaction, error) {
	rows, err := d.db.Query(ctx, `
		SELECT event_id, question, sender, target, emoji, post_key FROM relayed_reaction
		WHERE target = $1 AND emoji = $2 ORDER BY rowid`, target, key)
	return collect(rows, err, scanReaction)
}
