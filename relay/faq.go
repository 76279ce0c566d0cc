package relay

import (
	"context"
	"time"

	"heraut/chat"
)

// Entry is a question and its answer in the FAQ, without the names of the asker and
// the expert.
type Entry struct {
	Number           int64
	Question, Answer string // plain
	// Audience is who may see the entry: a room with a wider audience may not.
	Audience chat.Audience
	KeptAt   time.Time
	// Event is the message of the answer; empty once the question is deleted, and for an
	// entry that experts wrote.
	Event chat.EventID
}

// MayBeShownTo reports whether the readers of a room may see the entry.
func (e Entry) MayBeShownTo(readers chat.Audience) bool { return readers.Beyond(e.Audience).None() }

// FAQ keeps the entries.
type FAQ interface {
	// SaveEntry stores e, in place of any entry with the same number or event, and
	// returns its number. An entry with a number that is gone is chat.ErrNotFound.
	SaveEntry(ctx context.Context, e Entry) (int64, error)
	// RemoveEntry deletes the entry with the number, or returns chat.ErrNotFound.
	RemoveEntry(ctx context.Context, number int64) error
	// Entry returns the entry with the number, or chat.ErrNotFound.
	Entry(ctx context.Context, number int64) (Entry, error)
	// Entries returns all entries, in order.
	Entries(ctx context.Context) ([]Entry, error)
	// EntryOf returns the entry made from an answer, or chat.ErrNotFound.
	EntryOf(ctx context.Context, answer chat.EventID) (Entry, error)
}
