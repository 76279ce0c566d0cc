package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
)

// ownEdit reports whether the sender of the edit e also sent the message that e edits:
// Matrix lets anybody send an edit, and clients ignore edits by other people. If the
// message never came in, ownEdit asks the homeserver (Config.SenderOf); if the
// homeserver does not know the message either, it returns false. An error means that
// the sender could not be found out.
func (q *Queue) ownEdit(ctx context.Context, e chat.Event) (bool, error) {
	sender, err := q.store.SenderOf(ctx, e.Message.Edits)
	if errors.Is(err, chat.ErrNotFound) {
		sender, err = q.config.SenderOf(ctx, e.Room, e.Message.Edits)
	}
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for the sender of an edited message: %w", err)
	}
	return sender == e.Sender, nil
}

// ignore marks an event as handled without an answer, such as an edit of another
// person's message, and counts it as handled. Earlier answers stay.
func (q *Queue) ignore(ctx context.Context, e chat.Event) error {
	if _, err := q.store.FinishEvent(ctx, e.ID, time.Now()); err != nil {
		return err
	}
	q.counts.Handled.Add(1)
	return nil
}
