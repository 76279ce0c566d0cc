package storage

import (
	"context"
	"fmt"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// PurgeQuestions implements relay.Retention. The FAQ entries made from these questions
// stay.
func (d *DB) PurgeQuestions(ctx context.Context, before time.Time) (purged int64, err error) {
	// An asker may never answer a request for consent.
	purged, err = d.deleteQuestions(ctx, "(closed_at > 0 AND closed_at < $1 OR status = 'consent' AND active_at < $1)", millis(before))
	if err != nil {
		return 0, fmt.Errorf("forget old questions: %w", err)
	}
	if purged > 0 {
		err = d.truncateLog(ctx)
	}
	return purged, err
}

// ForgetQuestion implements relay.People.
func (d *DB) ForgetQuestion(ctx context.Context, number int64) error {
	_, err := d.deleteQuestions(ctx, "number = $1", number)
	return err
}

// deleteQuestions deletes the questions that meet a condition, with their indexed words
// and all their relayed messages.
func (d *DB) deleteQuestions(ctx context.Context, condition string, arg any) (deleted int64, err error) {
	err = d.Do(ctx, func(ctx context.Context) error {
		which := "(SELECT number FROM question WHERE " + condition + ")"
		for _, statement := range []string{
			"DELETE FROM known_words WHERE rowid IN " + which,
			"UPDATE faq SET event_id = '' WHERE event_id IN (SELECT event_id FROM relayed WHERE question IN " + which + ")",
		} {
			if _, err := d.db.Exec(ctx, statement, arg); err != nil {
				return err
			}
		}
		result, err := d.db.Exec(ctx, "DELETE FROM question WHERE "+condition, arg)
		if err != nil {
			return err
		}
		deleted, err = result.RowsAffected()
		return err
	})
	return deleted, err
}

// QuestionsBy implements relay.People.
func (d *DB) QuestionsBy(ctx context.Context, user chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "asker = $1", user)
}

// ClaimedBy implements relay.People.
func (d *DB) ClaimedBy(ctx context.Context, user chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "claimer = $1", user)
}

// MessagesBy implements relay.People.
func (d *DB) MessagesBy(ctx context.Context, user chat.UserID) ([]relay.Message, error) {
	rows, err := d.db.Query(ctx, "SELECT "+messageColumns+" FROM relayed r WHERE r.sender = $1 AND r.sender <> '' ORDER BY r.said_at, r.rowid", user)
	return collect(rows, err, scanMessage)
}

// ReactionsBy implements relay.People.
func (d *DB) ReactionsBy(ctx context.Context, user chat.UserID) ([]relay.Reaction, error) {
	rows, err := d.db.Query(ctx, `
		SELECT event_id, question, sender, target, emoji, post_key FROM relayed_reaction WHERE sender = $1 ORDER BY rowid`, user)
	return collect(rows, err, scanReaction)
}
