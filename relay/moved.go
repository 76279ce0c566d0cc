package relay

import (
	"context"
	"slices"

	"heraut/chat"
)

// Left returns a function that handles e, by which a person left a room. The bot does
// not mention this person in answers to their questions there, until they add to the
// question again. The questions there of which they were in charge lose them as the
// expert in charge. A request there that they look after a question ends.
func (d *Carrier) Left(e chat.Event) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		open, err := d.store.QuestionsIn(ctx, e.Room)
		if err != nil {
			return err
		}
		for _, q := range open {
			if err := d.update(ctx, q.Number, func(q *Question) error {
				if q.Origin == e.Room && q.Asker == e.Left.User {
					q.AskerLeft = true
				}
				if q.Experts != e.Room {
					return nil
				}
				if q.Claimer != "" && q.Claimer == e.Left.User {
					q.release()
				}
				return d.leftAssigned(ctx, q, e.Left.User)
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// Move makes the relays that operators opened in the chat and the open questions of the
// room from go on in the room to, which replaces it, in the transaction of ctx. (Relays
// of the configuration follow by themselves, see Routes.Relays.) The new messages there
// say what they continue, and a request to a colleague is repeated. It withdraws
// questions that the new experts' room may not see.
func (d *Carrier) Move(ctx context.Context, from, to chat.RoomID) error {
	opened, err := d.store.Relays(ctx)
	if err != nil {
		return err
	}
	for _, r := range opened {
		i := slices.Index(r.From, from)
		if i < 0 && r.To != from {
			continue
		}
		if i >= 0 {
			r.From[i] = to
		}
		if r.To == from {
			r.To = to
		}
		if err := d.store.SaveRelay(ctx, r); err != nil {
			return err
		}
	}
	open, err := d.store.QuestionsIn(ctx, from)
	if err != nil {
		return err
	}
	for _, old := range open {
		if err := d.update(ctx, old.Number, func(q *Question) error {
			if q.Origin == from {
				q.Origin, q.Thread, q.Confirmation = to, "", ""
			}
			if q.Experts != from {
				return nil
			}
			q.Experts, q.Root, q.Assign = to, "", Assignment{}
			if !q.Status.Asked() {
				return nil // its readers are compared before it leaves
			}
			may, err := d.Reaches(ctx, *q)
			if err == nil && !may {
				q.take(stepNoRelay)
			}
			return err
		}); err != nil {
			return err
		}
		if old.Experts == from {
			if err := d.askAgain(ctx, old, from); err != nil {
				return err
			}
		}
	}
	return nil
}

// askAgain repeats the request to a colleague about the question old, if there is one,
// in the room that replaced that of its experts, with the names that people had in that
// room, from. The colleague has as long to accept it as before.
func (d *Carrier) askAgain(ctx context.Context, old Question, from chat.RoomID) error {
	a := old.Assign
	if a.To == "" {
		return nil
	}
	name, by := "", ""
	if d.Name != nil {
		name = d.Name(ctx, from, a.To)
		if a.By != "" {
			by = d.Name(ctx, from, a.By)
		}
	}
	return d.update(ctx, old.Number, func(q *Question) error {
		if q.Root == "" {
			return nil // it was withdrawn
		}
		return d.postCall(ctx, q, q.nextShow(), a, name, by)
	})
}
