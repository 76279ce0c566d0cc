package storage

import (
	"context"
	"fmt"
	"time"
)

// PurgeQuestions implements relay.Retention. The entries of the FAQ that were
// made of them stay.
func (d *DB) PurgeQuestions(ctx context.Context, before time.Time) (purged int64, err error) {
	err = d.Do(ctx, func(ctx context.Context) error {
		const old = "SELECT number FROM question WHERE closed_at > 0 AND closed_at < $1"
		for _, statement := range []string{
			"DELETE FROM known_words WHERE rowid IN (" + old + ")",
			"UPDATE faq SET event_id = '' WHERE event_id IN (SELECT event_id FROM relayed WHERE question IN (" + old + "))",
		} {
			if _, err := d.db.Exec(ctx, statement, millis(before)); err != nil {
				return err
			}
		}
		// What was carried goes with its question.
		result, err := d.db.Exec(ctx, "DELETE FROM question WHERE closed_at > 0 AND closed_at < $1", millis(before))
		if err != nil {
			return err
		}
		purged, err = result.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget old questions: %w", err)
	}
	if purged > 0 {
		err = d.truncateLog(ctx)
	}
	return purged, err
}
