// Package queue handles each event once and sends each decided post once.
package queue

import (
	"context"

	"heraut/chat"
)

// Handler decides what an event calls for. It computes until ctx ends, and changes
// nothing: the queue commits the decision, whole or not at all. Decisions that wait
// for the network go into Result.Later.
//
// It is called again with the new text when a message is edited, and with the
// Redaction when one is deleted: the posts it returns then replace, one by one,
// those that it returned for the same chat.Event.Cause before.
type Handler interface {
	Handle(ctx context.Context, e chat.Event) (Result, error)
}

// Result is what a Handler decided.
type Result struct {
	// Posts are sent in order; the n-th has the key chat.KeyOf(e.Cause(), n).
	Posts []chat.Post
	// Withdraw has a late edit without posts delete those of before: else they stay.
	Withdraw bool
	// Unchanged has an edit count for nothing: what its message was answered with stays.
	Unchanged bool
	// Change, if not nil, runs inside the short transaction that marks the
	// event as done, with that transaction in its context. It may run again
	// after a failure, and checks anew what Handle relied on.
	Change func(ctx context.Context) error
	// Later, if not nil, makes the decision in place of the rest of the Result, which
	// is empty: it may wait for servers other than the homeserver. It runs outside of
	// the room's worker, a few at a time, so the room's next events do not wait. After
	// a restart Handle is called again. Its own Result has no Later.
	Later func(ctx context.Context) (Result, error)
}
