package relay

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// hintWithin is how long after a question or its answer a plain message may be meant
// for the other side.
const hintWithin = 30 * time.Minute

// beside is the data of the template relay-hint, which tells a person that their
// message is not carried.
type beside struct {
	Number int64
	Asker  bool // the message is the asker's own
}

// Hint returns a Result that tells the author of the plain message e that it is not
// carried to the other side, because it does not reply to the question. The bot says so
// once on each side, within hintWithin: to an expert after the question came, as long
// as it has no answer, and to the asker after the question or its answer. Hint returns
// false for any other message, such as an edit, a reply, one in a thread or one that
// came late.
func (d *Carrier) Hint(ctx context.Context, e chat.Event) (queue.Result, bool, error) {
	if e.Late || e.Message.Edits != "" || e.Message.ReplyTo != "" || e.Message.Thread != "" || !e.Message.IsText() {
		return queue.Result{}, false, nil
	}
	q, found, err := d.besides(ctx, e)
	if err != nil || !found {
		return queue.Result{}, false, err
	}
	asker := q.Origin == e.Room
	html, lang, err := d.say(e.Room, "relay-hint", beside{q.Number, asker})
	if err != nil {
		return queue.Result{}, false, err
	}
	cause := fmt.Sprintf("hint/%d", q.Number)
	if asker {
		cause += "/asker"
	}
	post := chat.Post{Room: e.Room, Priority: chat.Answer, HTML: html, Lang: lang, ReplyTo: chat.Target{Event: e.ID}, ReplyIfSeveral: e.Direct}
	return queue.Result{Change: func(ctx context.Context) error {
		return d.queue.Post(ctx, chat.Cause(cause), post)
	}}, true, nil
}

// besides returns the newest question that the plain message e, written outside its
// thread, may be meant for: one that the experts have, and that was posted or, for its
// asker, answered less than hintWithin ago. It returns false if there is none.
func (d *Carrier) besides(ctx context.Context, e chat.Event) (Question, bool, error) {
	all, err := d.store.QuestionsIn(ctx, e.Room)
	if err != nil {
		return Question{}, false, err
	}
	soon := func(at time.Time) bool {
		return !at.IsZero() && e.At.After(at) && e.At.Before(at.Add(hintWithin))
	}
	for _, q := range slices.Backward(all) {
		waits := q.Status == Open || q.Status == Claimed
		switch {
		case q.PostedAt.IsZero() || !waits && q.Status != Answered:
		case q.Origin == e.Room && q.Asker == e.Sender && (soon(q.PostedAt) || soon(q.AnsweredAt)):
			return q, true, nil
		case q.Experts == e.Room && waits:
			return q, q.AnsweredAt.IsZero() && soon(q.PostedAt), nil
		}
	}
	return Question{}, false, nil
}
