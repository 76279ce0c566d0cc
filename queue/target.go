package queue

import (
	"context"
	"errors"
	"fmt"

	"heraut/chat"
)

// unmetTarget tells that the post which another refers to is not in its room.
type unmetTarget struct {
	key   chat.PostKey
	final bool // and never will be
}

func (e *unmetTarget) Error() string { return fmt.Sprintf("its target %s is not sent", e.key) }

// resolve gives every target of p its event.
func (q *Queue) resolve(ctx context.Context, p chat.Post) (chat.Post, error) {
	for _, t := range []*chat.Target{&p.Thread, &p.ReplyTo, &p.Edits, &p.Redacts, &p.ReactsTo} {
		if t.Post == "" {
			continue
		}
		row, err := q.store.PostByKey(ctx, t.Post)
		switch {
		case errors.Is(err, ErrNone):
			return p, &unmetTarget{key: t.Post, final: true}
		case err != nil:
			return p, err
		case row.State == Waiting, row.State == Trying:
			return p, &unmetTarget{key: t.Post}
		case row.EventID == "":
			return p, &unmetTarget{key: t.Post, final: true}
		}
		*t = chat.Target{Event: row.EventID}
	}
	return p, nil
}
