// Package queue handles each event once and sends each decided post once.
package queue

import (
	"context"
	"errors"

	"heraut/chat"
)

// Handler decides how the bot answers an event. Handle must return when ctx ends, and
// changes nothing itself: the queue commits the whole decision or none of it. A
// decision that waits for the network goes into Result.Later.
//
// The queue calls Handle again with the new text when a message is edited, and with the
// Redaction when one is deleted. The posts that Handle returns then replace, one by
// one, the earlier posts for the same chat.Event.Cause.
type Handler interface {
	Handle(ctx context.Context, e chat.Event) (Result, error)
}

// ErrOutdated is the error of a Result.Change whose decision rests on facts that have
// changed since, such as the text of a message that was edited while it was read. The
// queue then handles the event again, at most maxTries times, and logs the error at the
// level debug, since that is no fault.
var ErrOutdated = errors.New("what was decided is out of date")

// Result is a Handler's decision on an event: the posts that answer the event, and a
// change of the database that is made together with them; or a function that decides
// later. If the event is an edit or a deletion, the posts replace the earlier answers to
// that message, so the zero value deletes these answers, except for a late edit (see
// Withdraw).
type Result struct {
	// Posts go out in order; the n-th, from 0, has the key chat.KeyOf(e.Cause(), n),
	// unless it replaces an earlier answer.
	Posts []chat.Post
	// Withdraw makes a late edit without posts delete the earlier answers; otherwise
	// they stay.
	Withdraw bool
	// Unchanged leaves the earlier answers to an edited message as they are, whatever
	// Posts holds.
	Unchanged bool
	// Change, if not nil, runs inside the short transaction that marks the event as
	// done; its context carries that transaction. It may run again after a failure,
	// and checks anew the facts that Handle relied on.
	Change func(ctx context.Context) error
	// Later, if not nil, makes the decision in place of the rest of the Result, which
	// is empty. It may wait for servers other than the homeserver. It runs outside the
	// room's worker, at most deferredAtOnce at a time, so the room's next events do not
	// wait. After a restart the queue calls Handle again. The Result of Later has no
	// Later.
	Later func(ctx context.Context) (Result, error)
}
