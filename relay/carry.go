package relay

import (
	"context"
	"strings"
	"time"
	"unicode"

	"heraut/chat"
	"heraut/queue"
	"heraut/text"
)

// Carry decides about a message that belongs to a question: the Result carries it to
// the other side, the experts' or the asker's room, or tells its author why it is not
// carried; an edit changes the copy there. The message may also be the asker's choice
// about the question. how says how the message is carried. Carry returns false if the
// message belongs to no question. Callers must not pass commands.
func (d *Carrier) Carry(ctx context.Context, e chat.Event, how Manner) (queue.Result, bool, error) {
	if result, done, err := d.rewordQuoted(ctx, e); done || err != nil {
		return result, done, err
	}
	if result, done, err := d.inFormerThread(ctx, e, how.Number); done || err != nil {
		return result, done, err
	}
	q, before, found, err := d.questionOf(ctx, e)
	if how.Number != 0 && (!found || !before.Carried() || before.Question != how.Number) {
		q, before, found, err = d.addressed(ctx, e, how.Number)
	}
	if err != nil || !found {
		return queue.Result{}, false, err
	}
	inClear, err := d.clear(ctx, e)
	switch {
	case err != nil:
		return queue.Result{}, true, err
	case inClear && e.Message.Edits != "":
		return queue.Result{Unchanged: true}, true, nil
	case inClear:
		return d.refuse(e, q, &Fault{What: FaultClear, Number: q.Number})
	case !q.Status.Asked() && !before.Carried():
		return d.takeChoice(ctx, e, q)
	case q.SameAs != 0 && e.Room == q.Experts && !before.Carried():
		return d.refuseJoined(ctx, e, q)
	case looksLikeCommand(e.Message.Body, d.Book.Of(e.Room).Prefix):
		return d.refuse(e, q, &Fault{What: FaultNotCarried, Number: q.Number})
	}
	if result, done, err := d.handoverWord(ctx, e, q); done || err != nil {
		return result, true, err
	}
	return d.carryOver(ctx, e, q, before, how)
}

// carryOver carries the message e of the question q to the question's other room, in
// the manner how, or tells its author why it may not go there. An answer also goes to
// the askers of the question's duplicates (share). If e is an edit, before is the
// record of the message that it edits. The bool is always true: as in the results of
// Carry, it says that the message belongs to a question.
func (d *Carrier) carryOver(ctx context.Context, e chat.Event, q Question, before Message, how Manner) (queue.Result, bool, error) {
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return queue.Result{}, true, err
	}
	err = d.mayCarry(ctx, e, q, how, readers.Least)
	said := e
	if err == nil && how.Entry != 0 {
		said.Message, err = d.entryMessage(ctx, e, q, how.Entry)
	}
	if fault, err := faultOf(err); err != nil {
		return queue.Result{}, true, err
	} else if fault != nil {
		return d.refuse(e, q, fault)
	}
	m := copyOf(said, q, before, how)
	if m.File, err = d.attachment(ctx, said, q, m, readers.Least); err != nil {
		return queue.Result{}, true, err
	}
	post, err := d.post(ctx, said, q, m, how.Entry)
	if err != nil {
		return queue.Result{}, true, err
	}
	post.Guard = subject{kind: aboutCopy, question: q.Number, event: string(m.Event), then: readers.Least, entry: how.Entry}.guard()
	return queue.Result{
		Posts: append([]chat.Post{post}, d.filePosts(said, q, before, m, post, readers.Least)...),
		Change: func(ctx context.Context) error {
			if how.Entry != 0 {
				if err := d.store.MarkShown(ctx, []int64{how.Entry}, d.Now()); err != nil {
					return err
				}
			}
			if err := d.store.SaveMessage(ctx, m); err != nil || m.Role != RoleAnswer {
				return err
			}
			given := sharing{name: e.Name, entry: how.Entry, file: said.Message.File != nil}
			if how.Number == 0 {
				given.related = &e
			}
			return d.share(ctx, m, given)
		},
	}, true, nil
}

// takeChoice handles the message e to the question q, which the experts do not have: it
// may be the asker's choice about suggestions or consent, which the Result then carries
// out. Other messages are not carried, and the Result is empty or a refusal. The bool
// is always true: as in the results of Carry, it says that the message belongs to a
// question.
func (d *Carrier) takeChoice(ctx context.Context, e chat.Event, q Question) (queue.Result, bool, error) {
	may, err := d.decides(ctx, e, q)
	word, named := cutNumber(e.Message.Body, q.Number)
	c := choiceBy(q, "", word)
	chosen := named
	if err == nil && !named {
		chosen, err = d.chosen(ctx, e)
	}
	switch {
	case err != nil:
		return queue.Result{}, true, err
	case may && c != noChoice && !chosen:
		return d.refuse(e, q, &Fault{What: FaultUnnamed, Number: q.Number, Word: word})
	case may && c != noChoice:
		return queue.Result{Change: d.decide(q, c)}, true, nil
	case e.Room == q.Experts:
		return d.refuse(e, q, &Fault{What: FaultClosed, Number: q.Number})
	}
	return queue.Result{}, true, nil
}

// mayCarry returns a *Fault if the message e may not be carried to the other side of
// the question q in the manner how, nil if it may. then is the audience that certainly
// could read the message's room when it was written. Any other error is that of looking
// up the rooms.
func (d *Carrier) mayCarry(ctx context.Context, e chat.Event, q Question, how Manner, then chat.Audience) error {
	var err error
	if e.Room == q.Experts {
		err = d.mayReturn(ctx, q)
	} else {
		err = d.mayReach(ctx, q, e.Sender, then)
	}
	if err == nil && how.Number == 0 {
		err = d.mayFollow(ctx, e, q)
	}
	return err
}

// copyOf returns the record of the message e, which is carried to the other side of the
// question q, to be stored. before is the record made earlier if e is an edit: a
// message once carried without a name stays without.
func copyOf(e chat.Event, q Question, before Message, how Manner) Message {
	m := Message{
		Post: chat.KeyOf(e.Cause(), 0), Question: q.Number, Role: RoleFollowUp, Room: q.Experts,
		Event: e.Original(), From: e.Room, Sender: e.Sender, Nameless: q.Nameless || how.Nameless, Text: text.Truncate(e.Message.Body, maxCarried), At: e.At,
	}
	if e.Room == q.Experts {
		m.Role, m.Room, m.Nameless = RoleAnswer, q.Origin, how.Nameless
	}
	if before.Carried() {
		m.Nameless = before.Nameless || how.Nameless
	}
	if m.Role == RoleFollowUp && !m.At.After(q.RemindedAt) {
		// It arrives late, and the reminder did not speak of it.
		m.At = q.RemindedAt.Add(time.Millisecond)
	}
	return m
}

// Manner holds options for carrying a message: without its sender's name, for a
// question that the message names by number, and with an entry of the FAQ in place of
// its text. The zero value has none.
type Manner struct {
	// Nameless leaves the sender's name out, and out of later edits too.
	Nameless bool
	// Number is the question that the message itself names; 0: the message belongs to
	// the question that it replies to, or in whose thread it is.
	Number int64
	// Entry is the number of the FAQ entry that the message gives as the answer; 0: the
	// message gives its own text.
	Entry int64
}

// addressed looks up the question q with that number for the message e, which names it.
// found is false if there is no such question, or if e is in another room than the
// asking one and the experts'. If the store holds a record of e, or of the message that
// e edits, for this question, before is that record; otherwise it is the zero value.
// The error is that of the store.
func (d *Carrier) addressed(ctx context.Context, e chat.Event, number int64) (q Question, before Message, found bool, err error) {
	q, err = d.store.Question(ctx, number)
	if found, err = has(err); !found || e.Room != q.Experts && e.Room != q.Origin {
		return q, before, false, err
	}
	m, err := d.store.MessageOf(ctx, e.Original())
	known, err := has(err)
	if known && m.Event == e.Original() && m.Question == number {
		before = m
	}
	return q, before, err == nil, err
}

// clear reports whether the event came unencrypted although its room was ever
// encrypted, so that the homeserver may have forged it. The error is that of looking up
// the room.
func (d *Carrier) clear(ctx context.Context, e chat.Event) (bool, error) {
	if e.Trust != chat.TrustServer {
		return false, nil
	}
	r, err := d.Room(ctx, e.Room)
	return r.Encrypted, err
}

// said updates the question q after the message m about it was carried: its status,
// ActiveAt, for a first answer AnsweredAt, and that the asker is in the origin room if
// the asker wrote m there. The caller saves q.
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
	if m.At.After(q.ActiveAt) { // a message may arrive late
		q.ActiveAt = m.At
	}
}

// questionOf returns the question q to which a message belongs because it replies to,
// or is in the thread of, a message of the question. found is false if it belongs to
// none, or if it is in another room than the asking one and the experts'. An edit
// belongs to the question of the message that it edits, in whatever room; before is
// then the stored record of that message, and found is false if there is none.
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

// questionAt returns the question to which an event belongs: the event asks it, shows it,
// or is carried for it; false if it belongs to none. A note, a message about a question
// that stays in its room, belongs to none here, so replies to it are not carried. The
// error is that of the store.
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

// refuse returns a Result that tells the author of the message e, which belongs to the
// question q, why the bot does not carry it. The Result also records the message as a
// note, a message that stays in its room, since a later edit of it may be carried. The
// bool is always true: as in the results of Carry, it says that the message belongs to
// a question.
func (d *Carrier) refuse(e chat.Event, q Question, why *Fault) (queue.Result, bool, error) {
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
			Thread: chat.Target{Event: e.Message.Thread}, ReplyTo: chat.Target{Event: e.Original()},
		}},
		Change: d.noteChange(e, q),
	}, true, nil
}

// refuseJoined returns the Result of refuse for e, an expert's message in the thread of
// the duplicate q, which says from which question q is answered.
func (d *Carrier) refuseJoined(ctx context.Context, e chat.Event, q Question) (queue.Result, bool, error) {
	fault, err := faultOf(d.joinedFault(ctx, q))
	if err != nil {
		return queue.Result{}, true, err
	}
	return d.refuse(e, q, fault)
}

// noteChange returns a function that stores the message e about the question q as a
// note: it stays in its room and is not carried. If the message was an answer before,
// the function also takes back the posts that gave it to the askers of duplicates.
func (d *Carrier) noteChange(e chat.Event, q Question) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if err := d.unshare(ctx, e.Original(), e.Room); err != nil {
			return err
		}
		return d.store.SaveMessage(ctx, Message{
			Post: chat.KeyOf(e.Cause(), 0), Room: e.Room, Question: q.Number, Role: RoleNote,
			Event: e.Original(), From: e.Room, Sender: e.Sender, At: e.At,
		})
	}
}

// Note returns a function that stores the message e as a note, which stays in its room
// (noteChange); nil if the message belongs to no question. carried reports whether the
// message was carried before this edit of it. The error is that of the store.
func (d *Carrier) Note(ctx context.Context, e chat.Event) (carried bool, change func(ctx context.Context) error, err error) {
	q, before, found, err := d.questionOf(ctx, e)
	if err != nil || !found {
		return false, nil, err
	}
	return before.Carried(), d.noteChange(e, q), nil
}

// looksLikeCommand reports whether the text body begins with prefix and a letter, as a
// command to a bot does, ours or another. Such a message is not carried: a slip in «
// !note » would show the asker a text that is meant for the experts alone.
func looksLikeCommand(body, prefix string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(body), prefix)
	return ok && strings.IndexFunc(rest, unicode.IsLetter) == 0
}
