package relay

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"heraut/chat"
)

// People is the part of Store that finds and deletes the data about a person's
// questions and messages.
type People interface {
	// QuestionsBy returns the questions that a person asked, and ClaimedBy those that
	// a person looks after, closed ones too, oldest first.
	QuestionsBy(ctx context.Context, user chat.UserID) ([]Question, error)
	ClaimedBy(ctx context.Context, user chat.UserID) ([]Question, error)
	// AssignedOf returns the questions that a person is asked to look after, or asks a
	// colleague to look after (Question.Assign).
	AssignedOf(ctx context.Context, user chat.UserID) ([]Question, error)
	// CalledBy returns the questions that a person made of messages (Question.Caller).
	CalledBy(ctx context.Context, user chat.UserID) ([]Question, error)
	MessagesBy(ctx context.Context, user chat.UserID) ([]Message, error)
	ReactionsBy(ctx context.Context, user chat.UserID) ([]Reaction, error)
	// ForgetQuestion deletes a question with its messages and reactions. Its FAQ
	// entries stay.
	ForgetQuestion(ctx context.Context, number int64) error
}

// DataOf returns the stored data about a person for the person: their questions, messages
// about questions, reactions and vain searches, and the questions that they are in charge
// of, are asked to look after, ask a colleague to look after, or made of messages.
func (d *Carrier) DataOf(ctx context.Context, user chat.UserID) (all []chat.Datum, err error) {
	if all, err = d.rolesOf(ctx, user); err != nil {
		return nil, err
	}
	said, err := d.store.MessagesBy(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, m := range said {
		if m.Source != "" && slices.ContainsFunc(said, func(answer Message) bool { return answer.Event == m.Source }) {
			continue // m gives an answer that is listed to the asker of a duplicate too
		}
		if m.Source != "" {
			m.Role = RoleAnswer // the rest of an answer whose question is gone
		}
		all = append(all, chat.Datum{Kind: string(m.Role), Room: m.From, At: m.At, Text: m.Text})
	}
	reactions, err := d.store.ReactionsBy(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, r := range reactions {
		all = append(all, chat.Datum{Kind: "reaction", Text: r.Key})
	}
	missed, last, err := d.store.MissesOf(ctx, user)
	if err == nil && missed > 0 {
		all = append(all, chat.Datum{Kind: "misses", At: last, Text: fmt.Sprint(missed)})
	}
	return all, err
}

// rolesOf returns the part of DataOf about questions: those that the person asked, is in
// charge of, is asked to look after, asks a colleague to look after, and made of other
// people's messages.
func (d *Carrier) rolesOf(ctx context.Context, user chat.UserID) (all []chat.Datum, err error) {
	asked, err := d.store.QuestionsBy(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, q := range asked {
		all = append(all, chat.Datum{Kind: "question", Room: q.Origin, At: q.AskedAt, Text: q.Text})
	}
	claimed, err := d.store.ClaimedBy(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, q := range claimed {
		all = append(all, chat.Datum{Kind: "claim", Room: q.Experts, At: q.AskedAt, Text: fmt.Sprint(q.Number)})
	}
	waiting, err := d.store.AssignedOf(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, q := range waiting {
		kind := "assigned"
		if q.Assign.To != user {
			kind = "assigns"
		}
		all = append(all, chat.Datum{Kind: kind, Room: q.Experts, At: q.Assign.At, Text: fmt.Sprint(q.Number)})
	}
	called, err := d.store.CalledBy(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, q := range called {
		if q.Asker != user {
			all = append(all, chat.Datum{Kind: "call", Room: q.Origin, At: q.AskedAt, Text: fmt.Sprint(q.Number)})
		}
	}
	return all, nil
}

// Forget deletes the data about user that DataOf returns, in the transaction of ctx:
// messages, reactions, vain searches and questions. It also withdraws the bot's copies of
// the person's messages and reactions in other rooms. It releases the questions of which
// the person is in charge, and withdraws the requests to colleagues that the person made
// or got. It withdraws the questions that the person wanted to make of other people's
// messages, if their authors have not agreed yet.
func (d *Carrier) Forget(ctx context.Context, user chat.UserID) error {
	said, err := d.store.MessagesBy(ctx, user)
	if err != nil {
		return err
	}
	for _, m := range said {
		if m.Source != "" {
			if err := errors.Join(d.queue.Withdraw(ctx, m.Post), d.endShare(ctx, m)); err != nil {
				return err
			}
			continue
		}
		if m.Role != RoleNote { // notes were not carried
			if err := errors.Join(d.queue.Withdraw(ctx, m.Post), d.queue.Withdraw(ctx, m.filePost())); err != nil {
				return err
			}
		}
		if err := d.store.RemoveMessage(ctx, m.Event); err != nil && !errors.Is(err, chat.ErrNotFound) {
			return err
		}
	}
	if err := d.forgetReactions(ctx, user); err != nil {
		return err
	}
	if err := d.store.ForgetMisses(ctx, user); err != nil {
		return err
	}
	asked, err := d.store.QuestionsBy(ctx, user)
	if err != nil {
		return err
	}
	for _, q := range asked {
		q, err := d.store.Question(ctx, q.Number) // an earlier turn may have changed it
		if err != nil {
			return err
		}
		if err := d.forgetQuestion(ctx, q); err != nil {
			return fmt.Errorf("forget question %d: %w", q.Number, err)
		}
	}
	claimed, err := d.store.ClaimedBy(ctx, user)
	if err != nil {
		return err
	}
	for _, q := range claimed {
		if err := d.update(ctx, q.Number, func(q *Question) error { q.release(); return nil }); err != nil {
			return err
		}
	}
	if err := d.forgetAssignments(ctx, user); err != nil {
		return err
	}
	return d.forgetCalls(ctx, user)
}

// forgetCalls erases the record that user made messages questions, by a command or a
// reaction. If the message is another person's, and that person has not agreed yet, it
// withdraws the question.
func (d *Carrier) forgetCalls(ctx context.Context, user chat.UserID) error {
	called, err := d.store.CalledBy(ctx, user)
	if err != nil {
		return err
	}
	for _, q := range called {
		if err := d.update(ctx, q.Number, func(q *Question) error {
			if q.offered() {
				q.take(stepStop)
			}
			q.Call, q.Caller = "", ""
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// forgetQuestion deletes a question from the database, and takes back the bot's posts
// that show it in both rooms; copies of other people's messages stay there. It tells
// the experts, unless the question was solved. If the question has duplicates, one of
// them takes its place (bequeath).
func (d *Carrier) forgetQuestion(ctx context.Context, q Question) error {
	if q.Root != "" {
		if err := d.withdraw(ctx, q.Number, RoleRoot, ""); err != nil {
			return err
		}
		if q.Status != Solved {
			if err := d.remark(ctx, &q, chat.Target{Post: q.Root}, q.Experts, "relay-withdrawn", q); err != nil {
				return err
			}
		}
	}
	if q.Confirmation != "" {
		if err := d.withdraw(ctx, q.Number, RoleConfirmation, ""); err != nil {
			return err
		}
	}
	if err := errors.Join(d.endHandover(ctx, &q), d.withdrawAssignment(ctx, &q)); err != nil {
		return err
	}
	if err := d.removeDuplicate(ctx, q.SameAs, q.Number); err != nil {
		return err
	}
	if err := d.bequeath(ctx, q.duplicates()); err != nil {
		return err
	}
	return d.store.ForgetQuestion(ctx, q.Number)
}

func (d *Carrier) forgetReactions(ctx context.Context, user chat.UserID) error {
	reactions, err := d.store.ReactionsBy(ctx, user)
	if err != nil {
		return err
	}
	for _, r := range reactions {
		if _, err := d.store.RemoveReaction(ctx, r.Event); err != nil && !errors.Is(err, chat.ErrNotFound) {
			return err
		}
		same, err := d.store.SameReactions(ctx, r.Target, r.Key)
		if err != nil {
			return err
		}
		if len(same) == 0 {
			if err := d.queue.Withdraw(ctx, r.Post); err != nil {
				return err
			}
		}
	}
	return nil
}
