package relay

import (
	"cmp"
	"context"
	"errors"

	"heraut/chat"
	"heraut/queue"
)

// The reactions that act on a question.
const (
	claimSign = "✋"
	solveSign = "✅"
)

// React handles the reaction e to a message of a question: the Result carries out the
// asker's choice, an expert's claim, a colleague's refusal to look after the question,
// the end of that request by the expert who asked, or the sign that the question is
// solved, or repeats any other emoji on the copy in the other room. The Result is empty
// for a reaction without an effect. React returns false if the message belongs to no
// question, or the room neither asks nor answers it.
func (d *Carrier) React(ctx context.Context, e chat.Event) (queue.Result, bool, error) {
	m, err := d.store.MessageOf(ctx, e.Reaction.Target)
	known, err := has(err)
	if err != nil {
		return queue.Result{}, false, err
	}
	q, found, err := d.questionAt(ctx, e.Reaction.Target)
	if err != nil || !found || e.Room != q.Experts && e.Room != q.Origin {
		return queue.Result{}, false, err
	}
	if q.Status == Withdrawn && q.Quoted && IsAsking(e.Reaction.Key) {
		return queue.Result{}, false, nil // it may be asked again
	}
	if !q.Status.Asked() {
		may, err := d.decides(ctx, e, q)
		c := choiceBy(q, e.Reaction.Key, "")
		if err != nil || !may || m.Role != RoleConfirmation || c == noChoice {
			return queue.Result{}, true, err
		}
		return queue.Result{Change: d.decide(q, c)}, true, nil
	}
	if known && q.HandAsk != "" && m.Post == q.HandAsk {
		return d.handoverSign(ctx, e, q)
	}
	switch sign := plainSign(e.Reaction.Key); {
	case known && m.Post == q.Assign.Ask && e.Room == q.Experts && consentSigns[sign] == stop:
		switch {
		case e.Sender == q.Assign.By:
			return queue.Result{Change: d.takeBack(q.Number, m.Post)}, true, nil
		case !d.IsAssigned(q, e.Sender):
			return queue.Result{}, true, nil
		}
		change, err := d.Decline(ctx, e, q)
		return result(change, err)
	case sign == claimSign && e.Room == q.Experts:
		change, err := d.Claim(ctx, e, q)
		return result(change, err)
	case sign == solveSign && (!known || m.Role == RoleRoot || m.Role == RoleConfirmation || e.Sender == q.Asker) && maySolve(e, q) && !q.Status.Closed():
		change, err := d.Solve(ctx, e, q)
		return result(change, err)
	}
	return d.mirror(ctx, e, q, m, known)
}

// result returns the Result for a reaction, which makes the change. If err is a *Fault,
// the Result is empty and the error nil, since a reaction that has no effect needs no
// answer; any other err comes back. The bool is always true: as in the results of
// React, it says that the reaction belongs to a question.
func result(change func(ctx context.Context) error, err error) (queue.Result, bool, error) {
	if _, ok := errors.AsType[*Fault](err); ok {
		return queue.Result{}, true, nil
	}
	return queue.Result{Change: change}, true, err
}

// mirror returns a Result that repeats the reaction e on the copy of the message in the
// other room, where the bot puts each emoji once for all people who use it. m is the
// record of the reaction's target; known says that there is one. The Result has no
// change for a key that is not an emoji, for a message without a copy, for an expert's
// reaction in the thread of a duplicate, and where the bot may not repeat the reaction.
// The bool is always true: as in the results of React, it says that the reaction belongs
// to a question.
func (d *Carrier) mirror(ctx context.Context, e chat.Event, q Question, m Message, known bool) (queue.Result, bool, error) {
	if !isEmoji(e.Reaction.Key) || q.SameAs != 0 && e.Room == q.Experts {
		return queue.Result{}, true, nil
	}
	room, target := counterpart(e, q, m, known)
	if target.IsZero() {
		return queue.Result{}, true, nil
	}
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return queue.Result{}, true, err
	}
	if room == q.Origin {
		err = d.mayReturn(ctx, q)
	} else {
		err = d.mayReach(ctx, q, e.Sender, readers.Least)
	}
	if err != nil {
		return result(nil, err)
	}
	return queue.Result{Change: func(ctx context.Context) error {
		r := Reaction{
			Event: e.ID, Question: q.Number, Sender: e.Sender,
			Target: string(target.Event) + string(target.Post), Key: e.Reaction.Key,
		}
		same, err := d.store.SameReactions(ctx, r.Target, r.Key)
		if err != nil {
			return err
		}
		if len(same) > 0 {
			r.Post = same[0].Post
			return d.store.SaveReaction(ctx, r)
		}
		cause := chat.Cause("reaction " + e.ID)
		r.Post = chat.KeyOf(cause, 0)
		if err := d.store.SaveReaction(ctx, r); err != nil {
			return err
		}
		return d.queue.Post(ctx, cause, chat.Post{
			Room: room, Priority: chat.Relay, ReactsTo: target, Reaction: e.Reaction.Key,
			Guard: subject{kind: aboutReaction, question: q.Number, event: string(e.Sender), then: readers.Least}.guard(),
		})
	}}, true, nil
}

// counterpart returns the message to which the bot adds the reaction e of a person. If
// the person reacted to the message m, target is the copy of m in the other room of the
// question q; if the person reacted to the copy, target is m itself. known is false if
// the bot has no record of the message: then the message is the one that asked q.
// target is zero if the bot cannot repeat the reaction: on any other message of the
// bot, in a room that no longer takes part in q, and on the message that asked q if its
// room was replaced since.
func counterpart(e chat.Event, q Question, m Message, known bool) (room chat.RoomID, target chat.Target) {
	switch {
	case !known || m.Role == RoleRoot:
		room, target = q.Experts, chat.Target{Post: q.Root}
		if e.Room == q.Experts {
			room, target = q.Origin, chat.Target{Event: q.Event}
		}
	case m.Carried() && m.Event == e.Reaction.Target:
		room, target = m.Room, chat.Target{Post: m.Post}
	case m.Carried():
		room, target = m.From, chat.Target{Event: m.Event}
	}
	handedOver := room != q.Experts && room != q.Origin
	if handedOver || room == q.Origin && q.Thread == "" && target.Event == q.Event {
		return "", chat.Target{}
	}
	return room, target
}

// Deleted returns a function that handles e, by which a person deleted a message or a
// reaction. If the message asked a question, the function withdraws the question; so it
// does if it was the command or reaction that made another message a question that is not
// answered yet, or if a moderator deleted the bot's message that shows the question to
// the experts. It deletes the record of a carried message, whose copy the queue deletes,
// and takes a deleted answer back from the askers of duplicates. It withdraws the bot's
// copy of a reaction, unless other people still have the same reaction there. A deleted
// command takes back the request to a colleague that it made.
func (d *Carrier) Deleted(e chat.Event) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		event := e.Redaction.Target
		r, err := d.store.RemoveReaction(ctx, event)
		if ok, err := has(err); err != nil {
			return err
		} else if ok {
			same, err := d.store.SameReactions(ctx, r.Target, r.Key)
			if err != nil || len(same) > 0 {
				return err
			}
			return d.queue.Withdraw(ctx, r.Post)
		}
		if err := d.commandTakenBack(ctx, e.Room, event); err != nil {
			return err
		}
		m, err := d.store.MessageOf(ctx, event)
		if ok, err := has(err); err != nil {
			return err
		} else if ok && cmp.Or(m.From, m.Room) != e.Room {
			return nil // a room cannot delete another room's messages
		} else if ok && m.Role == RoleRoot && m.Event == "" {
			return d.update(ctx, m.Question, func(q *Question) error {
				if m.Room != q.Experts || q.Root == "" {
					return nil
				}
				if former, err := d.isFormerRoot(ctx, *q, m.Post); former || err != nil {
					return err
				}
				q.take(stepModerate)
				q.Root = ""
				return d.withdraw(ctx, q.Number, RoleRoot, m.Post) // the deletion spared its edits
			})
		}
		q, err := d.store.QuestionBy(ctx, event)
		if ok, err := has(err); err != nil {
			return err
		} else if ok && q.Origin != e.Room && q.Thread != "" { // without a thread, the room was replaced
			return nil
		}
		if err := d.unshare(ctx, event, e.Room); err != nil {
			return err
		}
		return d.dropped(ctx, event)
	}
}

// Dropped returns a function for an edit e after which the edited message is no longer
// part of the relay. If the message was carried, it stores the message as a note and
// removes the bot's mark from it. Otherwise, if the message asked a question, or was the
// command that made another message a question that is not answered yet, the function
// withdraws the question; and if it was a note, the function deletes its record. It takes
// back an answer from the askers of duplicates.
func (d *Carrier) Dropped(e chat.Event) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		m, err := d.store.MessageOf(ctx, e.Original())
		if ok, err := has(err); err != nil {
			return err
		} else if ok && m.Carried() && m.Event == e.Original() {
			return d.uncarry(ctx, m)
		}
		// The askers of duplicates may still have an answer whose record is gone.
		return errors.Join(d.unshare(ctx, e.Original(), e.Room), d.dropped(ctx, e.Original()))
	}
}

// uncarry stores the carried message m as a note, removes the bot's mark from it, and
// takes it back from the askers of duplicates.
func (d *Carrier) uncarry(ctx context.Context, m Message) error {
	if err := d.unshare(ctx, m.Event, m.From); err != nil {
		return err
	}
	if err := d.unmark(ctx, m.Event); err != nil {
		return err
	}
	m.Role, m.Room, m.Text = RoleNote, m.From, ""
	return d.store.SaveMessage(ctx, m)
}

// Reasked returns a function for an edit e that makes a message the command that asks a
// question. If the message was carried for another question, it is a note from then on.
// The question that the message asked, if any, stays.
func (d *Carrier) Reasked(e chat.Event) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		m, err := d.store.MessageOf(ctx, e.Original())
		if known, err := has(err); !known || !m.Carried() || m.Event != e.Original() {
			return err
		}
		return d.uncarry(ctx, m)
	}
}

func (d *Carrier) dropped(ctx context.Context, event chat.EventID) error {
	q, err := d.store.QuestionBy(ctx, event)
	if ok, err := has(err); err != nil {
		return err
	} else if ok {
		return d.update(ctx, q.Number, func(q *Question) error {
			q.take(stepDelete)
			return nil
		})
	}
	q, err = d.store.QuestionCalled(ctx, event)
	if ok, err := has(err); err != nil {
		return err
	} else if ok {
		return d.update(ctx, q.Number, func(q *Question) error {
			q.take(stepRecall)
			return nil
		})
	}
	_, err = has(d.store.RemoveMessage(ctx, event))
	return err
}
