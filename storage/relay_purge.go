package storage

import (
	"context"
	"fmt"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// PurgeQuestions deletes the questions that were closed before the given time, and
// those that have waited for their asker's consent since before it, with their
// messages. It returns how many; if there are any, it also empties SQLite's log.
// Entries of the FAQ made from them stay.
func (d *DB) PurgeQuestions(ctx context.Context, before time.Time) (purged int64, err error) {
	// An asker may never answer a request for consent.
	purged, err = d.deleteQuestions(ctx, "(closed_at > 0 AND closed_at < $1 OR status = 'consent' AND active_at < $1)", millis(before))
	if err != nil {
		return 0, fmt.Errorf("forget old questions: %w", err)
	}
	if purged > 0 {
		_, err = d.truncateLog(ctx)
	}
	return purged, err
}

// ForgetQuestion deletes a question with its messages and reactions. Entries of the
// FAQ made from it stay.
func (d *DB) ForgetQuestion(ctx context.Context, number int64) error {
	_, err := d.deleteQuestions(ctx, "number = $1", number)
	return err
}

// deleteQuestions deletes the questions that meet a SQL condition with the argument
// arg, together with their messages and the words under which searches find them.
// Entries of the FAQ lose their links to the messages, and duplicates their link to a
// deleted question. It returns how many questions it deleted.
func (d *DB) deleteQuestions(ctx context.Context, condition string, arg any) (deleted int64, err error) {
	err = d.Do(ctx, func(ctx context.Context) error {
		which := "(SELECT number FROM question WHERE " + condition + ")"
		for _, statement := range []string{
			"DELETE FROM known_words WHERE rowid IN " + which,
			"UPDATE question SET same_as = 0 WHERE same_as <> 0 AND same_as IN " + which,
			"UPDATE faq SET event_id = '' WHERE event_id IN (SELECT event_id FROM relayed WHERE question IN " + which + ")",
		} {
			if _, err := d.db.Exec(ctx, statement, arg); err != nil {
				return err
			}
		}
		result, err := d.db.Exec(ctx, "DELETE FROM question WHERE "+condition, arg)
		d.changesQuestions(ctx)
		if err != nil {
			return err
		}
		deleted, err = result.RowsAffected()
		return err
	})
	return deleted, err
}

// QuestionsBy returns the questions that a person asked, closed ones too, oldest
// first.
func (d *DB) QuestionsBy(ctx context.Context, user chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "asker = $1", user)
}

// ClaimedBy returns the questions of which a person is in charge, oldest first, also
// closed ones, in which the expert in charge stays recorded.
func (d *DB) ClaimedBy(ctx context.Context, user chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "claimer = $1", user)
}

// AssignedOf returns the questions that a person is asked to look after, or asks a
// colleague to look after, oldest first.
func (d *DB) AssignedOf(ctx context.Context, user chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "(assign_to = $1 OR assign_by = $1) AND $1 <> ''", user)
}

// CalledBy returns the questions that a person made of messages, by a command or a
// reaction, oldest first.
func (d *DB) CalledBy(ctx context.Context, user chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "caller = $1 AND caller <> ''", user)
}

// MessagesBy returns the records of a person's messages about questions.
func (d *DB) MessagesBy(ctx context.Context, user chat.UserID) ([]relay.Message, error) {
	rows, err := d.db.Query(ctx, "SELECT "+messageColumns+" FROM relayed r WHERE r.sender = $1 AND r.sender <> '' ORDER BY r.said_at, r.rowid", user)
	return collect(rows, err, scanMessage)
}

// ReactionsBy returns the records of a person's reactions to messages about questions.
func (d *DB) ReactionsBy(ctx context.Context, user chat.UserID) ([]relay.Reaction, error) {
	rows, err := d.db.Query(ctx, `
		SELECT event_id, question, sender, target, emoji, post_key FROM relayed_reaction WHERE sender = $1 ORDER BY rowid`, user)
	return collect(rows, err, scanReaction)
}
