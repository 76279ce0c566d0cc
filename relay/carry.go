package relay

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"heraut/chat"
	"heraut/queue"
	"heraut/text"
)

// Carry carries a message that belongs to a question to the other side, and reports
// false if it belongs to none. An edit changes the copy. Callers must not pass
// commands.
func (d *Carrier) Carry(ctx context.Context, e chat.Event, how Manner) (queue.Result, bool, error) {
	q, before, found, err := d.questionOf(ctx, e)
	if how.Number != 0 && (!found || !before.Carried() || before.Question != how.Number) {
		q, before, found, err = d.addressed(ctx, e, how.Number)
	}
	if err != nil || !found {
		return queue.Result{}, false, err
	}
	answer := e.Room == q.Experts
	clear, err := d.clear(ctx, e)
	switch {
	case err != nil:
		return queue.Result{}, true, err
	case clear && e.Message.Edits != "":
		return queue.Result{Unchanged: true}, true, nil
	case clear:
		return d.keep(e, q, &Fault{What: FaultClear, Number: q.Number})
	}
	if !q.Status.Asked() && !before.Carried() {
		may, err := d.decides(ctx, e, q)
		if c := choiceBy(q, "", e.Message.Body); may && c != noChoice {
			return queue.Result{Change: d.decide(q, c)}, true, nil
		} else if err != nil {
			return queue.Result{}, true, err
		}
		if answer {
			return d.keep(e, q, &Fault{What: FaultClosed, Number: q.Number})
		}
		return queue.Result{}, true, nil
	}
	if looksLikeCommand(e.Message.Body, d.Book.Of(e.Room).Prefix) {
		return d.keep(e, q, &Fault{What: FaultNotCarried, Number: q.Number})
	}
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return queue.Result{}, true, err
	}
	if answer {
		err = d.mayReturn(ctx, q)
	} else {
		err = d.mayReach(ctx, q, e.Sender, readers.Least)
	}
	if err == nil && !e.Message.RelationEncrypted && how.Number == 0 {
		err = d.mayFollow(ctx, e.Room, q)
	}
	if fault, ok := errors.AsType[*Fault](err); ok {
		return d.keep(e, q, fault)
	} else if err != nil {
		return queue.Result{}, true, err
	}
	m := Message{
		Post: chat.KeyOf(e.Cause(), 0), Question: q.Number, Role: RoleFollowUp, Room: q.Experts,
		Event: e.Cause(), From: e.Room, Sender: e.Sender, Nameless: q.Nameless || how.Nameless, Text: text.Truncate(e.Message.Body, maxCarried), At: e.At,
	}
	if answer {
		m.Role, m.Room, m.Nameless = RoleAnswer, q.Origin, how.Nameless
	}
	if before.Carried() {
		m.Nameless = before.Nameless || how.Nameless
	}
	post, err := d.post(ctx, e, q, m)
	if err != nil {
		return queue.Result{}, true, err
	}
	post.Guard = subject{kind: aboutCopy, question: q.Number, event: string(m.Event), then: readers.Least}.guard()
	return queue.Result{
		Posts:  []chat.Post{post},
		Change: func(ctx context.Context) error { return d.store.SaveMessage(ctx, m) },
	}, true, nil
}

// Manner is how the bot carries a message.
type Manner struct {
	// Nameless leaves the sender's name out, and out of later edits too.
	Nameless bool
	// Number is the question that the message itself names; 0: the message belongs to
	// the question that it replies to, or in whose thread it is.
	Number int64
}

// addressed returns the question with the number, if it concerns the room, and the
// stored message of e if e is an edit.
func (d *Carrier) addressed(ctx context.Context, e chat.Event, number int64) (q Question, before Message, found bool, err error) {
	q, err = d.store.Question(ctx, number)
	if found, err = has(err); !found || e.Room != q.Experts && e.Room != q.Origin {
		return q, before, false, err
	}
	m, err := d.store.MessageOf(ctx, e.Cause())
	known, err := has(err)
	if known && m.Event == e.Cause() && m.Question == number {
		before = m
	}
	return q, before, err == nil, err
}

// clear reports whether the event came in clear in a room that was ever encrypted: the
// homeserver could have written it.
func (d *Carrier) clear(ctx context.Context, e chat.Event) (bool, error) {
	if e.Trust != chat.TrustServer {
		return false, nil
	}
	r, err := d.Room(ctx, e.Room)
	return r.Encrypted, err
}

// mayFollow checks that a message whose relation is not encrypted may go to the
// question's other room. The homeserver could have chosen that relation, and so the
// room: that room must be no less protected, or mayFollow returns a *Fault.
func (d *Carrier) mayFollow(ctx context.Context, from chat.RoomID, q Question) error {
	if r, err := d.Room(ctx, from); err != nil || !r.Encrypted {
		return err
	}
	to := q.Experts
	if from == to {
		to = q.Origin
	}
	w, err := d.widens(ctx, chat.Everybody, from, to)
	if err != nil || w.None() {
		return err
	}
	return &Fault{What: FaultOuter, Number: q.Number, Widens: w}
}

// said records that a message reached the other room.
func (q *Question) said(m Message) {
	if m.Role == RoleAnswer {
		q.take(stepAnswer)
	} else {
		q.take(stepFollowUp)
	}
	if m.Role == RoleAnswer && q.AnsweredAt.IsZero() {
		q.AnsweredAt = m.At
	}
	if m.Sender == q.Asker && m.Role == RoleFollowUp {
		q.AskerLeft = false
	}
	q.ActiveAt = m.At
}

// questionOf finds the question that a message belongs to: it edits a message of the
// question, replies to one, or stands in the thread of one. For an edit, before is the
// stored message.
func (d *Carrier) questionOf(ctx context.Context, e chat.Event) (q Question, before Message, found bool, err error) {
	if edited := e.Message.Edits; edited != "" {
		before, err = d.store.MessageOf(ctx, edited)
		if ok, err := has(err); !ok || before.Event != edited {
			return q, before, false, err
		}
		q, err = d.store.Question(ctx, before.Question)
		return q, before, err == nil, err
	}
	for _, ref := range []chat.EventID{e.Message.ReplyTo, e.Message.Thread} {
		if ref == "" {
			continue
		}
		q, found, err = d.questionAt(ctx, ref)
		if err != nil || found && (e.Room == q.Experts || e.Room == q.Origin) {
			return q, before, found, err
		}
	}
	return q, before, false, nil
}

// questionAt returns the question that an event belongs to: the event asks it, is a
// post about it, or is carried for it. A note belongs to no question here, so replies
// to it outside the thread are not carried.
func (d *Carrier) questionAt(ctx context.Context, event chat.EventID) (Question, bool, error) {
	m, err := d.store.MessageOf(ctx, event)
	known, err := has(err)
	if err != nil || known && m.Role == RoleNote {
		return Question{}, false, err
	}
	var q Question
	if known {
		q, err = d.store.Question(ctx, m.Question)
	} else {
		q, err = d.store.QuestionBy(ctx, event)
	}
	known, err = has(err)
	return q, known, err
}

// mayReach checks that a message from the asker's room may go to the experts, or
// returns a *Fault. The asker agreed to a certain audience, and only for the asker's
// own messages.
//
// then is the audience that certainly could read the asker's room when the message was
// written.
func (d *Carrier) mayReach(ctx context.Context, q Question, sender chat.UserID, then chat.Audience) error {
	if err := d.present(ctx, q.Experts, FaultNoExperts, q.Number); err != nil {
		return err
	}
	w, err := d.widens(ctx, then, q.Origin, q.Experts)
	if err != nil {
		return err
	}
	if sender != q.Asker {
		q.Widens = chat.Audience{}
	}
	if w = w.Beyond(q.Widens); !w.None() {
		name, err := d.roomName(ctx, q.Experts)
		if err != nil {
			return err
		}
		return &Fault{What: FaultWiderNow, Number: q.Number, Widens: w, Room: name}
	}
	return nil
}

// Reaches reports whether the experts' room may see a question as it is now: its asker
// agreed to that room's audience.
func (d *Carrier) Reaches(ctx context.Context, q Question) (bool, error) {
	w, err := d.widens(ctx, q.Readers, q.Origin, q.Experts)
	return w.Beyond(q.Widens).None(), err
}

// mayReturn checks that an expert's message may go to the asker's room, or returns a
// *Fault: that room may not be wider than the experts were told.
func (d *Carrier) mayReturn(ctx context.Context, q Question) error {
	if err := d.present(ctx, q.Origin, FaultNoAsker, q.Number); err != nil {
		return err
	}
	now, err := d.readers(ctx, q.Origin)
	if err != nil {
		return err
	}
	if w := now.Most.Beyond(q.Told); !w.None() {
		name, err := d.roomName(ctx, q.Origin)
		if err != nil {
			return err
		}
		return &Fault{What: FaultReaders, Number: q.Number, Widens: w, Room: name}
	}
	return nil
}

// present returns a *Fault if the bot is not in a room. It knows nothing of such a
// room, so the fault does not say how open the room is.
func (d *Carrier) present(ctx context.Context, room chat.RoomID, what FaultKind, number int64) error {
	r, err := d.Room(ctx, room)
	if err != nil || r.Joined || r.Known() {
		return err
	}
	return &Fault{What: what, Number: number, Room: r.Name, Banned: r.Exit == chat.ExitBanned}
}

// keep leaves a message in its room, tells its author why, and stores it as a note,
// since an edit of it may be carried.
func (d *Carrier) keep(e chat.Event, q Question, why *Fault) (queue.Result, bool, error) {
	html, lang, err := d.say(e.Room, "relay-fault", struct {
		Fault
		Prefix string
	}{*why, d.Book.Of(e.Room).Prefix})
	if err != nil {
		return queue.Result{}, true, err
	}
	return queue.Result{
		Posts: []chat.Post{{
			Room: e.Room, Priority: chat.Answer, HTML: html, Lang: lang,
			Thread: chat.Target{Event: e.Message.Thread}, ReplyTo: chat.Target{Event: e.Cause()},
		}},
		Change: d.noteChange(e, q),
	}, true, nil
}

// noteChange returns the change that stores a message of a question as a note.
func (d *Carrier) noteChange(e chat.Event, q Question) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return d.store.SaveMessage(ctx, Message{
			Post: chat.KeyOf(e.Cause(), 0), Room: e.Room, Question: q.Number, Role: RoleNote,
			Event: e.Cause(), From: e.Room, Sender: e.Sender, At: e.At,
		})
	}
}

// Keep returns the change that stores a message as a note, or nil if it belongs to no
// question. carried reports whether the message was carried before this edit.
func (d *Carrier) Keep(ctx context.Context, e chat.Event) (carried bool, change func(ctx context.Context) error, err error) {
	q, before, found, err := d.questionOf(ctx, e)
	if err != nil || !found {
		return false, nil, err
	}
	return before.Carried(), d.noteChange(e, q), nil
}

// looksLikeCommand reports whether a message looks like a command to a bot, ours or
// another. Such a message is not carried: a slip in « !note » would show the asker a
// text that is meant for the experts alone.
func looksLikeCommand(body, prefix string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(body), prefix)
	return ok && strings.IndexFunc(rest, unicode.IsLetter) == 0
}
