package relay

import (
	"context"
	"strconv"
	"strings"

	"heraut/chat"
)

// Which returns the question that the command e means: the one with the number in args,
// such as «12» or «n°12», or, without a number, the one of the command's thread or
// reply. The error is a *Fault if there is none, if args is no number, if the room of e
// neither asks nor answers it, or if there is no number and the homeserver may have
// chosen the thread or the reply.
func (d *Carrier) Which(ctx context.Context, e chat.Event, args string) (Question, error) {
	args = strings.TrimSpace(strings.TrimLeft(strings.ToLower(args), "n°o# "))
	var q Question
	var found bool
	var err error
	if args != "" {
		number, convErr := strconv.ParseInt(args, 10, 64)
		if convErr != nil {
			return q, &Fault{What: FaultWhich, Word: args}
		}
		q, err = d.store.Question(ctx, number)
		found, err = has(err)
	} else {
		q, _, found, err = d.questionOf(ctx, e)
	}
	chosen := args != ""
	if err == nil && !chosen {
		chosen, err = d.chosen(ctx, e)
	}
	switch {
	case err != nil:
		return q, err
	case found && !chosen:
		return q, &Fault{What: FaultNoNumber}
	case !found || e.Room != q.Origin && e.Room != q.Experts:
		return q, &Fault{What: FaultWhich, Word: args}
	}
	return q, nil
}

// Claim returns a function that puts the sender of e, an expert, in charge of the
// question q. The function does nothing if another expert is in charge by then, or if
// the question is closed. A colleague whom that expert asked takes the question over
// (Assign). The error is a *Fault outside the experts' room, for a question that is not
// open or is a duplicate, and for one of which another expert is in charge.
func (d *Carrier) Claim(ctx context.Context, e chat.Event, q Question) (func(ctx context.Context) error, error) {
	switch {
	case e.Room != q.Experts:
		return nil, &Fault{What: FaultExperts, Number: q.Number}
	case !q.Status.Asked() || q.Status.Closed():
		return nil, &Fault{What: FaultNotOpen, Number: q.Number}
	case q.SameAs != 0:
		return nil, d.joinedFault(ctx, q)
	case q.Claimer != "" && q.Claimer != e.Sender && !d.IsAssigned(q, e.Sender):
		return nil, &Fault{What: FaultTaken, Number: q.Number, Word: PersonName(q.ClaimerName)}
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(q *Question) error { return d.claim(ctx, e, q) })
	}, nil
}

// Release returns a function that takes the question q from the expert in charge, so
// that nobody is. The function does nothing if another expert is in charge by then. The
// error is a *Fault if e is not in the experts' room, if nobody is
// in charge, or if the sender of e is neither the expert in charge nor a moderator.
func (d *Carrier) Release(_ context.Context, e chat.Event, q Question) (func(ctx context.Context) error, error) {
	switch {
	case e.Room != q.Experts:
		return nil, &Fault{What: FaultExperts, Number: q.Number}
	case q.Claimer != e.Sender && e.Level < chat.LevelModerator, q.Claimer == "":
		return nil, &Fault{What: FaultRights, Number: q.Number}
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(now *Question) error {
			if now.Claimer == q.Claimer {
				now.release()
			}
			return nil
		})
	}, nil
}

func (q *Question) release() {
	q.Claimer, q.ClaimerName = "", ""
	q.take(stepRelease)
}

// maySolve reports whether the sender of e may close the question q: the asker, the
// expert in charge and the moderators of the room of e may.
func maySolve(e chat.Event, q Question) bool {
	return e.Sender == q.Asker || e.Sender == q.Claimer || e.Level >= chat.LevelModerator
}

// Solve returns a function that closes the question q as solved and says so in the
// threads of both rooms, except in the room of e if e is a command. It closes the
// questions that repeat q too, if their askers got an answer. The error is a *Fault if
// the question is not open, or if the sender of e may not close it (maySolve).
func (d *Carrier) Solve(_ context.Context, e chat.Event, q Question) (func(ctx context.Context) error, error) {
	switch {
	case !q.Status.Asked() || q.Status.Closed():
		return nil, &Fault{What: FaultNotOpen, Number: q.Number}
	case !maySolve(e, q):
		return nil, &Fault{What: FaultRights, Number: q.Number}
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(q *Question) error {
			if !q.take(stepSolve) {
				return nil
			}
			return d.remarkSolved(ctx, e, q)
		})
	}, nil
}

// remarkSolved posts in the threads of both rooms that the question q is solved, since
// clients do not update the first message of a thread. If e is a command, remarkSolved
// leaves out the room of e, which gets an answer anyway. It changes q; the caller saves
// q.
func (d *Carrier) remarkSolved(ctx context.Context, e chat.Event, q *Question) error {
	type solved struct {
		Number int64
		What   string
	}
	except := chat.RoomID("")
	if e.Message != nil {
		except = e.Room
	}
	return d.remarkInBoth(ctx, q, except, "relay-done", solved{q.Number, "solved"})
}

// Listed returns the questions that are not closed and may be listed in the room of e:
// those that it asked or answers; in a direct message, those that the sender asked,
// whatever mine is. If mine is true, it returns only those that the sender asked or is in
// charge of. The experts' room sees neither questions that were not sent to it yet, nor
// duplicates, which it answers elsewhere, nor which questions without a name the sender
// asked.
func (d *Carrier) Listed(ctx context.Context, e chat.Event, mine bool) ([]Question, error) {
	if e.Direct {
		return d.store.QuestionsOf(ctx, e.Sender)
	}
	all, err := d.store.QuestionsIn(ctx, e.Room)
	var listed []Question
	for _, q := range all {
		switch {
		case mine && q.Asker != e.Sender && q.Claimer != e.Sender:
		case e.Room == q.Experts && (!q.Status.Asked() || q.SameAs != 0):
		case e.Room == q.Experts && q.Nameless && mine && q.Asker == e.Sender && q.Claimer != e.Sender:
			// The list would show the experts whose question it is.
		default:
			listed = append(listed, q)
		}
	}
	return listed, err
}
