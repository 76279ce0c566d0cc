package relay

import (
	"context"
	"time"
)

// Retention is the part of RemindStore that deletes old questions, and keeps the index
// of known questions up to date.
type Retention interface {
	// PurgeQuestions deletes the questions that were closed before the given time,
	// with their messages, and those that have waited for their asker's consent since
	// before it. It returns how many.
	PurgeQuestions(ctx context.Context, before time.Time) (int64, error)
	// PurgeMisses deletes the vain searches that are too old to count.
	PurgeMisses(ctx context.Context, now time.Time) error
	// RefreshWords indexes known questions anew if this version of the bot reads words
	// differently.
	RefreshWords(ctx context.Context) error
}
