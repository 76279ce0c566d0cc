package relay

import (
	"context"
	"slices"
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

	// Helped is how many questions their askers closed when the entry was among the
	// suggestions.
	Helped int
	// ShownAt is when the entry was last shown, to the day; ConfirmedAt, when an expert
	// last said that it still holds; ListedAt, when the experts last read that nobody
	// looked at it. Zero: never.
	ShownAt, ConfirmedAt, ListedAt time.Time
}

// ActiveAt returns when the entry of the FAQ was last written, shown or confirmed.
func (e Entry) ActiveAt() time.Time {
	return slices.MaxFunc([]time.Time{e.KeptAt, e.ShownAt, e.ConfirmedAt}, time.Time.Compare)
}

// MayBeShownTo reports whether the entry may be shown in a room with these readers, for
// which the caller takes the upper bound (chat.Readers.Most): they are no wider than
// e.Audience.
func (e Entry) MayBeShownTo(readers chat.Audience) bool { return readers.Beyond(e.Audience).None() }

// FAQ is the part of Store for the entries of the FAQ, the questions and answers that
// experts chose to show again.
type FAQ interface {
	// SaveEntry stores the texts and the audience of e, in place of any entry with the
	// same number or event, and returns its number. An entry with a number that is gone
	// is chat.ErrNotFound. An entry stored again keeps its counts; one with the same
	// event counts as confirmed at e.KeptAt.
	SaveEntry(ctx context.Context, e Entry) (int64, error)
	// MarkShown records that the entries with these numbers were shown, unless the
	// recorded time is less than a day before at; MarkHelped, that a question closed
	// with them among its suggestions; MarkListed, that the experts read at the time at
	// that nobody looked at them, or, if at is zero, that they did not. Numbers that are
	// gone count for nothing.
	MarkShown(ctx context.Context, numbers []int64, at time.Time) error
	MarkHelped(ctx context.Context, numbers []int64) error
	MarkListed(ctx context.Context, numbers []int64, at time.Time) error
	// ConfirmEntry records that an expert says that the entry still holds, or returns
	// chat.ErrNotFound.
	ConfirmEntry(ctx context.Context, number int64, at time.Time) error
	// RemoveEntry deletes the entry with the number, or returns chat.ErrNotFound.
	RemoveEntry(ctx context.Context, number int64) error
	// Entry returns the entry with the number, or chat.ErrNotFound.
	Entry(ctx context.Context, number int64) (Entry, error)
	// Entries returns all entries, in order.
	Entries(ctx context.Context) ([]Entry, error)
	// EntryOf returns the entry made from an answer, or chat.ErrNotFound.
	EntryOf(ctx context.Context, answer chat.EventID) (Entry, error)
}
