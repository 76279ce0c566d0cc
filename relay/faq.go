package relay

import (
	"context"
	"time"

	"heraut/chat"
)

// Entry is a question with an answer that somebody kept for the FAQ, without
// the names of those who asked and answered.
type Entry struct {
	Number           int64
	Question, Answer string // plain
	// Audience is who may be shown it: those of a room that is wider may not.
	Audience chat.Audience
	KeptAt   time.Time
	// Event is the answer that was kept; empty once its question is forgotten.
	Event chat.EventID
}

// FAQ keeps answers.
type FAQ interface {
	// SaveEntry stores e in place of the entry with the same event, if that is
	// known, and returns its number.
	SaveEntry(ctx context.Context, e Entry) (int64, error)
	// RemoveEntry returns ErrNone when there is none with the number.
	RemoveEntry(ctx context.Context, number int64) error
	// Entries are all, in order.
	Entries(ctx context.Context) ([]Entry, error)
	// EntryOf is what was made of an answer, or ErrNone.
	EntryOf(ctx context.Context, answer chat.EventID) (Entry, error)
}
