package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heraut/chat"
)

// MarkShown implements relay.FAQ. The day suffices, and costs at most one write a day.
func (d *DB) MarkShown(ctx context.Context, numbers []int64, at time.Time) error {
	return d.markEntries(ctx, numbers, "shown_at = $2 WHERE shown_at <= $3", millis(at), millis(at.AddDate(0, 0, -1)))
}

// MarkHelped implements relay.FAQ.
func (d *DB) MarkHelped(ctx context.Context, numbers []int64) error {
	return d.markEntries(ctx, numbers, "helped = helped + 1 WHERE TRUE")
}

// MarkListed implements relay.FAQ.
func (d *DB) MarkListed(ctx context.Context, numbers []int64, at time.Time) error {
	return d.markEntries(ctx, numbers, "listed_at = $2 WHERE TRUE", millis(at))
}

// markEntries changes the entries with the numbers, which are $1.
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

// ConfirmEntry implements relay.FAQ.
func (d *DB) ConfirmEntry(ctx context.Context, number int64, at time.Time) error {
	found, err := changed(d.db.Exec(ctx, "UPDATE faq SET confirmed_at = $1 WHERE number = $2", millis(at), number))
	if err == nil && !found {
		return chat.ErrNotFound
	}
	return err
}
