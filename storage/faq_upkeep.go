package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heraut/chat"
)

// MarkShown records at as the time when entries of the FAQ, given by number, were last
// shown. It leaves entries as they are whose recorded time is less than a day before
// at.
func (d *DB) MarkShown(ctx context.Context, numbers []int64, at time.Time) error {
	return d.markEntries(ctx, numbers, "shown_at = $2 WHERE shown_at <= $3", millis(at), millis(at.AddDate(0, 0, -1)))
}

// MarkHelped counts, for entries of the FAQ given by number, that a question was
// closed with them among its suggestions.
func (d *DB) MarkHelped(ctx context.Context, numbers []int64) error {
	return d.markEntries(ctx, numbers, "helped = helped + 1 WHERE TRUE")
}

// MarkListed records at as the time at which experts last got a list with these entries
// of the FAQ, which nobody had looked at for long. The zero time records that they got
// none.
func (d *DB) MarkListed(ctx context.Context, numbers []int64, at time.Time) error {
	return d.markEntries(ctx, numbers, "listed_at = $2 WHERE TRUE", millis(at))
}

// markEntries updates the entries of the FAQ with these numbers. change is the SQL of
// the update from its assignments to a WHERE clause, with args as $2 and so on. Without
// numbers it does nothing.
func (d *DB) markEntries(ctx context.Context, numbers []int64, change string, args ...any) error {
	if len(numbers) == 0 {
		return nil
	}
	all, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, "UPDATE faq SET "+change+" AND number IN (SELECT value FROM json_each($1))", append([]any{string(all)}, args...)...)
	if err != nil {
		return fmt.Errorf("mark entries of the FAQ: %w", err)
	}
	return nil
}

// ConfirmEntry records when an expert last said that an entry of the FAQ still holds;
// chat.ErrNotFound if it is gone.
func (d *DB) ConfirmEntry(ctx context.Context, number int64, at time.Time) error {
	found, err := changed(d.db.Exec(ctx, "UPDATE faq SET confirmed_at = $1 WHERE number = $2", millis(at), number))
	if err == nil && !found {
		return chat.ErrNotFound
	}
	return err
}
