package queue

import (
	"context"
	"errors"
	"fmt"

	"heraut/chat"
)

// unmetTarget is the error for a post that refers to another post which was not sent
// yet, or never will be.
type unmetTarget struct {
	key   chat.PostKey
	final bool // it never will be
}

func (e *unmetTarget) Error() string { return fmt.Sprintf("its target %s is not sent", e.key) }

// resolve returns p with event ids as its targets: it replaces each target that is the
// key of another post by the event of that post. Some targets are never sent. If that
// is the message to which p replies and p is in a thread, p loses only the reply. If it
// is the root of p's thread and p has a file, p leaves the thread. In the other cases a
// reply or a post in a thread becomes a message of its own with its Alone text. The
// error is an *unmetTarget if p has no such text, or if any other target was not sent.
func (q *Queue) resolve(ctx context.Context, p chat.Post) (chat.Post, error) {
	for _, t := range []*chat.Target{&p.Edits, &p.Redacts, &p.ReactsTo, &p.Thread, &p.ReplyTo} {
		event, err := q.eventOf(ctx, *t)
		unmet, isUnmet := errors.AsType[*unmetTarget](err)
		switch {
		case err == nil:
			*t = chat.Target{Event: event}
		case isUnmet && unmet.final && t == &p.ReplyTo && p.Thread.Event != "":
			p.ReplyTo = chat.Target{}
		case isUnmet && unmet.final && t == &p.Thread && p.File != nil:
			p.Thread = chat.Target{}
		case isUnmet && unmet.final && (t == &p.Thread || t == &p.ReplyTo) && standAlone(&p):
		default:
			return p, err
		}
	}
	return p, nil
}

// unquote returns p without the target of its reply if p replies only where that is
// needed (ReplyIfSeveral), and it is clear without: no other event of the room waits
// for an answer, and none came in after the one that p answers. It returns any other p
// unchanged. The error is that of the store.
func (q *Queue) unquote(ctx context.Context, p chat.Post) (chat.Post, error) {
	if !p.ReplyIfSeveral || p.ReplyTo.Event == "" {
		return p, nil
	}
	several, err := q.store.HasOthers(ctx, p.Room, p.ReplyTo.Event)
	if err == nil && !several {
		p.ReplyTo = chat.Target{}
	}
	return p, err
}

// eventOf returns the id of the event that the target t means: the event that it names,
// or the one that its post became. It is empty for the zero Target. The error is an
// *unmetTarget if that post was not sent, final if it is unknown or never will be, or
// that of the store.
func (q *Queue) eventOf(ctx context.Context, t chat.Target) (chat.EventID, error) {
	if t.Post == "" {
		return t.Event, nil
	}
	row, err := q.store.PostByKey(ctx, t.Post)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return "", &unmetTarget{key: t.Post, final: true}
	case err != nil:
		return "", err
	case !row.State.Finished():
		return "", &unmetTarget{key: t.Post}
	case row.EventID == "":
		return "", &unmetTarget{key: t.Post, final: true}
	}
	return row.EventID, nil
}

// standAlone turns p, a reply or a post in a thread, into a message of its own with its
// Alone text, and reports whether it did. It leaves edits, and posts without that text,
// as they are.
func standAlone(p *chat.Post) bool {
	if p.Alone == "" || !p.Edits.IsZero() || p.Thread.IsZero() && p.ReplyTo.IsZero() {
		return false
	}
	p.HTML, p.Alone, p.Thread, p.ReplyTo = p.Alone, "", chat.Target{}, chat.Target{}
	return true
}
