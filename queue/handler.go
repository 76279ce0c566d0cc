// Package queue handles each event once and sends each decided post once.
package queue

import (
	"context"

	"heraut/chat"
)

// Handler decides what an event calls for. It computes and may wait for the
// network until ctx ends, but changes nothing: what it decides is committed by
// the queue, whole, or not at all.
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
	// Change, if not nil, runs inside the short transaction that marks the
	// event as done, with that transaction in its context. It may run again
	// after a failure, and checks anew what Handle relied on.
	Change func(ctx context.Context) error
}
