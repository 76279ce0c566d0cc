package relay

import (
	"context"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// assignFor is how long a colleague may take to accept a question.
const assignFor = 7 * 24 * time.Hour

// Assignment is an expert's request that a colleague look after a question. It is zero
// while there is none, also once the colleague has accepted.
type Assignment struct {
	To  chat.UserID  // the colleague; empty: the request has ended
	By  chat.UserID  // the expert who asks; empty: that person has left the room
	Ask chat.PostKey // the post that asks
	At  time.Time
}

// assignCause returns the cause of the relay's post for the command by which an expert
// asks a colleague: the post is the request, or the reason why there is none.
func assignCause(command chat.EventID) chat.Cause { return chat.Cause("assign/" + command) }

// waitsFor reports whether a is a request to the user that they may still accept at
// now: it was made less than assignFor ago.
func (a Assignment) waitsFor(user chat.UserID, now time.Time) bool {
	return a.To != "" && a.To == user && now.Before(a.At.Add(assignFor))
}

// assigned is the data of the template relay-assigned, which asks a colleague to look
// after a question, or says how that request ended.
type assigned struct {
	Number int64
	What   string // "asked", "accepted", "over", "declined", "expired", "refused" or "left"
	Name   string // of the colleague; empty: unknown
	By     string // the name of the expert who asks; empty: unknown
	Prefix string
}

// mayPassOn returns a *Fault if the sender of e may not give the question q to another
// person, and nil if they may; any other error is that of the store. The expert in
// charge may, moderators may, and any expert may while nobody is in charge: in the
// experts' room, while the question is open, has arrived there, and repeats no other.
func (d *Carrier) mayPassOn(ctx context.Context, e chat.Event, q Question) error {
	switch {
	case e.Room != q.Experts:
		return &Fault{What: FaultExperts, Number: q.Number}
	case !q.Status.Asked() || q.Status.Closed() || q.Waits():
		return &Fault{What: FaultNotOpen, Number: q.Number}
	case q.SameAs != 0:
		return d.joinedFault(ctx, q)
	case q.Claimer != "" && q.Claimer != e.Sender && e.Level < chat.LevelModerator:
		return &Fault{What: FaultTaken, Number: q.Number, Word: PersonName(q.ClaimerName)}
	}
	return nil
}

// Assign returns a function that asks a colleague, whom the message e mentions or names
// by name, to look after the question q, in place of any colleague asked before. Until
// the colleague accepts, the question stays as it is. The function posts the reason
// instead if the question changed meanwhile, so that the sender of e may not any more,
// and does nothing if e is deleted meanwhile. The error is a *Fault if the sender may
// not, if the message names no single other member of the experts' room, or if that
// person is in charge of q or asked already. Assign asks the homeserver for the
// members.
func (d *Carrier) Assign(ctx context.Context, e chat.Event, q Question, name string) (func(ctx context.Context) error, error) {
	if err := d.mayPassOn(ctx, e, q); err != nil {
		return nil, err
	}
	who, members, err := d.colleague(ctx, e, q, name)
	if err != nil {
		return nil, err
	}
	if err := d.mayAssign(ctx, e, q, who, members[who]); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		if _, deleted, err := d.store.RevisedAt(ctx, e.Room, e.ID); err != nil || deleted {
			return err
		}
		return d.update(ctx, q.Number, func(now *Question) error {
			fault, err := faultOf(d.mayAssign(ctx, e, *now, who, members[who]))
			if err != nil {
				return err
			} else if fault != nil {
				post := chat.Post{Thread: chat.Target{Event: e.Message.Thread}, ReplyTo: chat.Target{Event: e.ID}}
				return d.tell(ctx, assignCause(e.ID), e.Room, post, fault)
			}
			return d.askColleague(ctx, now, e, who, members[who])
		})
	}, nil
}

// mayAssign returns a *Fault if the sender of e may not ask the user who, displayed as
// name, to look after the question q: that of mayPassOn, or one if this user is in charge
// of q or asked already. It returns nil if the sender may; any other error is that of the
// store.
func (d *Carrier) mayAssign(ctx context.Context, e chat.Event, q Question, who chat.UserID, name string) error {
	if err := d.mayPassOn(ctx, e, q); err != nil {
		return err
	}
	switch {
	case q.Claimer == who:
		return &Fault{What: FaultTaken, Number: q.Number, Word: PersonName(name)}
	case q.Assign.waitsFor(who, d.Now()):
		return &Fault{What: FaultAssigned, Number: q.Number, Word: PersonName(name)}
	}
	return nil
}

// askColleague asks the user who, called name, in the experts' thread, to look after the
// question q for the sender of e, and ends an earlier request. The caller saves q.
func (d *Carrier) askColleague(ctx context.Context, q *Question, e chat.Event, who chat.UserID, name string) error {
	if err := d.endAssignment(ctx, q, q.Experts, "over"); err != nil {
		return err
	}
	return d.postCall(ctx, q, assignCause(e.ID), Assignment{To: who, By: e.Sender, At: d.Now()}, name, e.Name)
}

// postCall asks the colleague of the request a, called name, by a post of that cause in
// the experts' thread of the question q. by is the name of the expert who asks; names
// are empty if unknown. It sets q.Assign to a; the caller saves q.
func (d *Carrier) postCall(ctx context.Context, q *Question, cause chat.Cause, a Assignment, name, by string) error {
	data := assigned{Number: q.Number, What: "asked", Name: PersonName(name), By: PersonName(by), Prefix: d.Book.Of(q.Experts).Prefix}
	post, err := d.call(*q, a.To, data)
	if err != nil {
		return err
	}
	post.Guard = subject{kind: aboutAssignment, question: q.Number, event: string(a.To)}.guard()
	a.Ask, err = d.postCaused(ctx, *q, cause, post)
	q.Assign = a
	return err
}

// call returns the post of the template relay-assigned in the experts' thread of the
// question q, where it pings the user who; empty: nobody.
func (d *Carrier) call(q Question, who chat.UserID, data assigned) (chat.Post, error) {
	html, lang, err := d.say(q.Experts, "relay-assigned", data)
	post := chat.Post{Room: q.Experts, Priority: chat.Relay, HTML: html, Alone: html, Lang: lang, Thread: chat.Target{Post: q.Root}}
	if who != "" {
		post.Rings, post.Mentions = true, []chat.UserID{who}
	}
	return post, err
}

// endAssignment ends the request to a colleague, if there is one: the post that asks,
// in the experts' room, becomes a line without names, or is cancelled if it was not
// sent. The line says how it ended: "accepted" or "over" for what. endAssignment clears
// q.Assign; the caller saves q.
func (d *Carrier) endAssignment(ctx context.Context, q *Question, room chat.RoomID, what string) error {
	ask := q.Assign.Ask
	q.Assign = Assignment{}
	if ask == "" {
		return nil
	}
	html, lang, err := d.say(room, "relay-assigned", assigned{Number: q.Number, What: what})
	if err != nil {
		return err
	}
	post := chat.Post{Room: room, Priority: chat.Announcement, HTML: html, Lang: lang}
	unsent, err := d.queue.Replace(ctx, ask, post)
	switch {
	case err != nil:
		return err
	case unsent:
		return d.queue.Withdraw(ctx, ask)
	}
	post.Edits = chat.Target{Post: ask}
	return d.queue.Post(ctx, q.nextShow(), post)
}

// settleAssignment carries out the end of the request to a colleague, if a step of the
// state machine has ended it (Question.take clears q.Assign.To): the post that asks
// becomes a line that says whether the colleague has accepted, without a ping. before
// is the question before that step. The caller saves q.
func (d *Carrier) settleAssignment(ctx context.Context, before Question, q *Question) error {
	if q.Assign.Ask == "" || q.Assign.To != "" {
		return nil
	}
	what := "over"
	if q.Claimer == before.Assign.To && q.Claimer != before.Claimer {
		what = "accepted"
	}
	return d.endAssignment(ctx, q, before.Experts, what)
}

// refuseAssignment ends the request to a colleague, if there is one, and tells the expert
// who asked why it ended: "declined", "expired" or "left" for what. The caller saves q.
func (d *Carrier) refuseAssignment(ctx context.Context, q *Question, what string) error {
	if q.Assign.To == "" {
		return nil
	}
	by := q.Assign.By
	if err := d.endAssignment(ctx, q, q.Experts, "over"); err != nil {
		return err
	}
	return d.tellAssigner(ctx, q, by, what)
}

// tellAssigner posts in the experts' thread how the request to a colleague to look after
// q ended: "declined", "expired", "refused" or "left" for what. The post pings by, the
// expert who asked; if by is empty, it pings nobody. The caller saves q.
func (d *Carrier) tellAssigner(ctx context.Context, q *Question, by chat.UserID, what string) error {
	post, err := d.call(*q, by, assigned{Number: q.Number, What: what, Prefix: d.Book.Of(q.Experts).Prefix})
	if err != nil {
		return err
	}
	_, err = d.postRemark(ctx, q, post)
	return err
}

// IsAssigned reports whether the question q waits for the user, a colleague, to accept
// it; false once assignFor has passed since the request, and if the user is in charge
// already.
func (d *Carrier) IsAssigned(q Question, user chat.UserID) bool {
	return q.Claimer != user && q.Assign.waitsFor(user, d.Now())
}

// Decline returns a function by which the sender of e, a colleague, refuses to look after
// the question q: it ends the request and tells the expert who asked. It does nothing if
// the sender is not asked to any more. The error is a *Fault outside the experts' room.
func (d *Carrier) Decline(_ context.Context, e chat.Event, q Question) (func(ctx context.Context) error, error) {
	if e.Room != q.Experts {
		return nil, &Fault{What: FaultExperts, Number: q.Number}
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(q *Question) error {
			if q.Assign.To != e.Sender {
				return nil
			}
			return d.refuseAssignment(ctx, q, "declined")
		})
	}, nil
}

// takeBack returns a function that ends the request of the post ask, about the question
// with that number, since the expert who asked takes it back. It does nothing if that
// request has ended.
func (d *Carrier) takeBack(number int64, ask chat.PostKey) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return d.update(ctx, number, func(q *Question) error {
			if q.Assign.Ask != ask {
				return nil
			}
			return d.endAssignment(ctx, q, q.Experts, "over")
		})
	}
}

// commandTakenBack ends the request to a colleague that the command made, after the
// command was deleted in room. It does nothing if that event was no such command, or if
// its request has ended.
func (d *Carrier) commandTakenBack(ctx context.Context, room chat.RoomID, command chat.EventID) error {
	ask := chat.KeyOf(assignCause(command), 0)
	_, err := d.store.PostByKey(ctx, ask)
	if posted, err := has(err); !posted {
		return err // no such command, as for almost every deletion
	}
	open, err := d.store.QuestionsIn(ctx, room)
	if err != nil {
		return err
	}
	for _, q := range open {
		if q.Experts == room && q.Assign.Ask == ask {
			return d.takeBack(q.Number, ask)(ctx)
		}
	}
	return nil
}

// claim puts the sender of e in charge of the question q if nobody is, or if the
// question waits for them to accept it. It ends a request to a colleague, also when the
// expert in charge claims the question again. If the colleague has left the room, it
// only ends the request, and tells the expert who asked. It does nothing for a question
// that is closed or a duplicate, or of which another expert is in charge. The caller
// saves q.
func (d *Carrier) claim(ctx context.Context, e chat.Event, q *Question) error {
	if !q.Status.Asked() || q.Status.Closed() || q.SameAs != 0 {
		return nil
	}
	waits := q.Assign.waitsFor(e.Sender, d.Now())
	switch {
	case waits && d.HasLeft(ctx, q.Experts, e.Sender):
		return d.refuseAssignment(ctx, q, "left")
	case waits, q.Claimer == "":
		q.Claimer, q.ClaimerName = e.Sender, e.Name
		q.take(stepClaim)
	case q.Claimer == e.Sender:
		q.Assign.To = "" // they keep it
	}
	return nil
}

// lapse ends the requests about the questions in overdue whose colleagues did not
// answer within assignFor by now, and tells the experts who asked. It runs in the
// transaction of ctx.
func (d *Carrier) lapse(ctx context.Context, overdue []Question, now time.Time) error {
	for _, q := range overdue {
		if err := d.update(ctx, q.Number, func(q *Question) error {
			if q.Assign.waitsFor(q.Assign.To, now) {
				return nil // another colleague is asked
			}
			return d.refuseAssignment(ctx, q, "expired")
		}); err != nil {
			return err
		}
	}
	return nil
}

// leftAssigned updates the request to look after q when the user leaves the experts'
// room. If the user is the colleague, it ends the request and tells the expert who asked;
// if the user is that expert, it forgets who asked. The caller saves q.
func (d *Carrier) leftAssigned(ctx context.Context, q *Question, user chat.UserID) error {
	switch user {
	case q.Assign.To:
		return d.refuseAssignment(ctx, q, "left")
	case q.Assign.By:
		q.Assign.By = ""
	}
	return nil
}

// checkAssignment is the Check of the post that asks a colleague: it goes only while the
// request stands, to a member of the room. If the colleague has left the room, the
// verdict also ends the request and tells the expert who asked.
func (d *Carrier) checkAssignment(ctx context.Context, row queue.Row, q Question) (queue.Verdict, error) {
	switch {
	case q.Assign.Ask != row.Key || q.Assign.To == "":
		return queue.Verdict{Withhold: "nobody is asked to look after its question any more"}, nil
	case d.HasLeft(ctx, q.Experts, q.Assign.To):
		return queue.Verdict{Withhold: "the colleague has left the room", Change: func(ctx context.Context) error {
			return d.update(ctx, q.Number, func(now *Question) error {
				if now.Assign.Ask != row.Key {
					return nil
				}
				return d.refuseAssignment(ctx, now, "left")
			})
		}}, nil
	}
	return queue.Verdict{}, nil
}

// assignmentEnded ends the request to a colleague to look after the question q if its
// post, row, failed for good, and tells the expert who asked. It does nothing if row was
// sent.
func (d *Carrier) assignmentEnded(ctx context.Context, row queue.Row, q Question) error {
	if row.State != queue.Failed {
		return nil
	}
	return d.update(ctx, q.Number, func(q *Question) error {
		if q.Assign.Ask != row.Key {
			return nil
		}
		by := q.Assign.By
		q.Assign = Assignment{} // there is no post to edit
		return d.tellAssigner(ctx, q, by, "refused")
	})
}

// forgetAssignments withdraws the requests that name the user, as the colleague or as
// the one who asks.
func (d *Carrier) forgetAssignments(ctx context.Context, user chat.UserID) error {
	all, err := d.store.AssignedOf(ctx, user)
	if err != nil {
		return err
	}
	for _, q := range all {
		if err := d.update(ctx, q.Number, func(q *Question) error { return d.withdrawAssignment(ctx, q) }); err != nil {
			return err
		}
	}
	return nil
}

// withdrawAssignment ends the request to a colleague, if there is one, and withdraws the
// post that asks. The caller saves q.
func (d *Carrier) withdrawAssignment(ctx context.Context, q *Question) error {
	ask := q.Assign.Ask
	q.Assign = Assignment{}
	if ask == "" {
		return nil
	}
	return d.queue.Withdraw(ctx, ask)
}
