package relay

import (
	"context"
	"fmt"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// hintWithin is how long after a question arrived a plain message in the experts' room
// may be meant as its answer.
const hintWithin = 30 * time.Minute

// beside is the data of the template relay-hint.
type beside struct{ Number int64 }

// Hint tells the author of a plain message in the experts' room, once for each
// question, that it is not carried: it stands beside the thread of a question that
// waits for an answer. It reports false if no question waits, or the room knows.
func (d *Carrier) Hint(ctx context.Context, e chat.Event) (queue.Result, bool, error) {
	if e.Late || e.Message.Edits != "" || e.Message.ReplyTo != "" || e.Message.Thread != "" || !e.Message.IsText() {
		return queue.Result{}, false, nil
	}
	q, found, err := d.waiting(ctx, e)
	if err != nil || !found {
		return queue.Result{}, false, err
	}
	html, lang, err := d.say(e.Room, "relay-hint", beside{q.Number})
	if err != nil {
		return queue.Result{}, false, err
	}
	post := chat.Post{Room: e.Room, Priority: chat.Answer, HTML: html, Lang: lang, ReplyTo: chat.Target{Event: e.ID}}
	return queue.Result{Change: func(ctx context.Context) error {
		return d.queue.Post(ctx, chat.EventID(fmt.Sprintf("hint/%d", q.Number)), post)
	}}, true, nil
}

// waiting returns the newest question in the experts' room that has no answer yet, if
// it arrived a short while before the message.
func (d *Carrier) waiting(ctx context.Context, e chat.Event) (Question, bool, error) {
	all, err := d.store.QuestionsIn(ctx, e.Room)
	if err != nil {
		return Question{}, false, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		q := all[i]
		if q.Experts != e.Room || q.PostedAt.IsZero() || q.Status != Open && q.Status != Claimed {
			continue
		}
		return q, q.AnsweredAt.IsZero() && e.At.After(q.PostedAt) && e.At.Before(q.PostedAt.Add(hintWithin)), nil
	}
	return Question{}, false, nil
}
