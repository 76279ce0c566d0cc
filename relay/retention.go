package relay

import (
	"context"
	"time"
)

// Retention looks after what is kept.
type Retention interface {
	// PurgeQuestions forgets the questions that were closed before the given time,
	// with all that was carried for them, and those that have waited since before
	// it for their asker's consent, and tells how many.
	PurgeQuestions(ctx context.Context, before time.Time) (int64, error)
	// RefreshWords has known questions found by their words as this version of the
	// bot reads them.
	RefreshWords(ctx context.Context) error
}
