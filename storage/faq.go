package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"heraut/chat"
	"heraut/relay"
)

// SaveEntry stores the texts and the audience of the entry e of the FAQ, indexes its
// words and returns its number. If e.Number is set, e replaces the entry with that
// number, its date included; the error is chat.ErrNotFound if there is none. If
// e.Number is 0 and an entry was made from the same answer (e.Event), e replaces that
// entry, whose date of confirmation becomes e.KeptAt. Otherwise e becomes a new entry,
// without counts. A replaced entry keeps its counts.
func (d *DB) SaveEntry(ctx context.Context, e relay.Entry) (number int64, err error) {
	audience, err := json.Marshal(e.Audience)
	if err != nil {
		return 0, err
	}
	err = d.Do(ctx, func(ctx context.Context) error {
		if number = e.Number; number != 0 {
			replaced, err := changed(d.db.Exec(ctx, "UPDATE faq SET question = $1, answer = $2, audience = $3, kept_at = $4 WHERE number = $5",
				e.Question, e.Answer, string(audience), millis(e.KeptAt), number))
			switch {
			case err != nil:
				return fmt.Errorf("change an entry of the FAQ: %w", err)
			case !replaced:
				return chat.ErrNotFound
			}
			return d.indexKnown(ctx, -number, e.Question, e.Answer)
		}
		err := d.db.QueryRow(ctx, `
			UPDATE faq SET question = $1, answer = $2, audience = $3, confirmed_at = $4
			WHERE event_id = $5 AND event_id <> '' RETURNING number`,
			e.Question, e.Answer, string(audience), millis(e.KeptAt), e.Event).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			err = d.db.QueryRow(ctx, `
				INSERT INTO faq (question, answer, audience, kept_at, event_id) VALUES ($1, $2, $3, $4, $5) RETURNING number`,
				e.Question, e.Answer, string(audience), millis(e.KeptAt), e.Event).Scan(&number)
		}
		if err != nil {
			return fmt.Errorf("keep an answer: %w", err)
		}
		return d.indexKnown(ctx, -number, e.Question, e.Answer)
	})
	return number, err
}

// ImportEntry adds the entry e, with how often it helped and when it was confirmed,
// indexes its words and returns its number. That is e.Number if it is higher than every
// number ever used in the FAQ, otherwise the next free number. The other dates but
// e.KeptAt, and the link to an answer, are not imported.
func (d *DB) ImportEntry(ctx context.Context, e relay.Entry) (number int64, err error) {
	audience, err := json.Marshal(e.Audience)
	if err != nil {
		return 0, err
	}
	err = d.Do(ctx, func(ctx context.Context) error {
		err := d.db.QueryRow(ctx, `
			INSERT INTO faq (number, question, answer, audience, kept_at, event_id, helped, confirmed_at)
			VALUES (CASE WHEN $1 > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'faq'), 0) THEN $1 END,
				$2, $3, $4, $5, '', $6, $7)
			RETURNING number`,
			e.Number, e.Question, e.Answer, string(audience), millis(e.KeptAt), e.Helped, millis(e.ConfirmedAt)).Scan(&number)
		if err != nil {
			return fmt.Errorf("import an entry of the FAQ: %w", err)
		}
		return d.indexKnown(ctx, -number, e.Question, e.Answer)
	})
	return number, err
}

// RemoveEntry deletes the entry of the FAQ with that number and the words under which
// searches find it; chat.ErrNotFound if there is none.
func (d *DB) RemoveEntry(ctx context.Context, number int64) error {
	return d.Do(ctx, func(ctx context.Context) error {
		removed, err := changed(d.db.Exec(ctx, "DELETE FROM faq WHERE number = $1", number))
		if err != nil {
			return err
		}
		if !removed {
			return chat.ErrNotFound
		}
		return d.forgetKnown(ctx, -number)
	})
}

const entryColumns = "number, question, answer, audience, kept_at, event_id, helped, shown_at, confirmed_at, listed_at"

func scanEntry(scan scanFunc) (e relay.Entry, err error) {
	var audience string
	var at, shown, confirmed, listed int64
	err = scan(&e.Number, &e.Question, &e.Answer, &audience, &at, &e.Event, &e.Helped, &shown, &confirmed, &listed)
	if err != nil {
		return e, noRow(err)
	}
	e.KeptAt, e.ShownAt, e.ConfirmedAt, e.ListedAt = fromMillis(at), fromMillis(shown), fromMillis(confirmed), fromMillis(listed)
	if err := json.Unmarshal([]byte(audience), &e.Audience); err != nil {
		return e, fmt.Errorf("read entry %d of the FAQ: %w", e.Number, err)
	}
	return e, nil
}

// Entries returns all entries of the FAQ, by number.
func (d *DB) Entries(ctx context.Context) ([]relay.Entry, error) {
	rows, err := d.db.Query(ctx, "SELECT "+entryColumns+" FROM faq ORDER BY number")
	return collect(rows, err, scanEntry)
}

// Entry returns the entry of the FAQ with that number, or chat.ErrNotFound.
func (d *DB) Entry(ctx context.Context, number int64) (relay.Entry, error) {
	return scanEntry(d.db.QueryRow(ctx, "SELECT "+entryColumns+" FROM faq WHERE number = $1", number).Scan)
}

// EntryOf returns the entry of the FAQ that was made from the answer with that event
// id; chat.ErrNotFound if there is none.
func (d *DB) EntryOf(ctx context.Context, answer chat.EventID) (relay.Entry, error) {
	return scanEntry(d.db.QueryRow(ctx, "SELECT "+entryColumns+" FROM faq WHERE event_id = $1 AND event_id <> ''", answer).Scan)
}
