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

// resolve gives every target of p its event. What p was to reply to or to be in
// the thread of may be gone for ever, if p can stand alone.
func (q *Queue) resolve(ctx context.Context, p chat.Post) (chat.Post, error) {
	for _, t := range []*chat.Target{&p.Edits, &p.Redacts, &p.ReactsTo, &p.Thread, &p.ReplyTo} {
		event, err := q.eventOf(ctx, *t)
		unmet, isUnmet := errors.AsType[*unmetTarget](err)
		switch {
		case err == nil:
			*t = chat.Target{Event: event}
		case isUnmet && unmet.final && t == &p.ReplyTo && p.Thread.Event != "":
			p.ReplyTo = chat.Target{}
		case isUnmet && unmet.final && (t == &p.Thread || t == &p.ReplyTo) && standAlone(&p):
		default:
			return p, err
		}
	}
	return p, nil
}

// eventOf is the event that a target is or has become; empty for the zero Target.
func (q *Queue) eventOf(ctx context.Context, t chat.Target) (chat.EventID, error) {
	if t.Post == "" {
		return t.Event, nil
	}
	row, err := q.store.PostByKey(ctx, t.Post)
	switch {
	case errors.Is(err, ErrNone):
		return "", &unmetTarget{key: t.Post, final: true}
	case err != nil:
		return "", err
	case row.State == Waiting, row.State == Trying:
		return "", &unmetTarget{key: t.Post}
	case row.EventID == "":
		return "", &unmetTarget{key: t.Post, final: true}
	}
	return row.EventID, nil
}

// standAlone makes p a message that says itself what it continues, if it can be
// one and was to belong to another.
func standAlone(p *chat.Post) bool {
	if p.Alone == "" || !p.Edits.IsZero() || p.Thread.IsZero() && p.ReplyTo.IsZero() {
		return false
	}
	p.HTML, p.Alone, p.Thread, p.ReplyTo = p.Alone, "", chat.Target{}, chat.Target{}
	return true
}
