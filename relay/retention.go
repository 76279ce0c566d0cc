package relay

import (
	"context"
	"time"
)

// Retention forgets.
type Retention interface {
	// PurgeQuestions forgets the questions that were closed before the given time,
	// with all that was carried for them, and tells how many.
	PurgeQuestions(ctx context.Context, before time.Time) (int64, error)
}
