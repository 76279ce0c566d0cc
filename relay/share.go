package relay

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"heraut/chat"
	"heraut/queue"
)

// sharing is how an answer is given to the askers of duplicates.
type sharing struct {
	name  string // of the expert, for people; empty: unknown
	entry int64  // the FAQ entry that answers; 0: the expert's own words
	file  bool   // a file is attached, which does not go along
	// related is the message whose relation says which question it answers; nil: it names
	// the question.
	related *chat.Event
}

// mayShare returns a *Fault if the answers to the question first may not go to the room
// of its duplicate q, nil if they may. They may not if the bot is not in that room, if
// it has further readers than the experts of either question were told of, or if first
// was asked in another room that is a direct message: its answers were written for one
// person alone.
func (d *Carrier) mayShare(ctx context.Context, first, q Question) error {
	if err := d.mayReturn(ctx, q); err != nil {
		return err
	}
	if q.Origin == first.Origin {
		return d.mayReturn(ctx, first)
	}
	if alone, err := d.isDirect(ctx, first.Origin); err != nil {
		return err
	} else if alone {
		return &Fault{What: FaultAskedAlone, Number: first.Number}
	}
	w, err := d.widens(ctx, first.ShownAudience, first.Origin, q.Origin)
	if err == nil && !w.None() {
		err = &Fault{What: FaultNotShared, Number: q.Number, Widens: w}
	}
	return err
}

// share gives the answer m to the askers of the duplicates of its question or, if m is
// edited, updates the posts that gave it, in the transaction of ctx. how holds the
// expert's name, and whether the answer is an FAQ entry or has a file.
func (d *Carrier) share(ctx context.Context, m Message, how sharing) error {
	first, err := d.store.Question(ctx, m.Question)
	if found, err := has(err); !found {
		return err
	}
	numbers, err := sharedWith(ctx, d.store, first, m)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if err := d.shareWith(ctx, n, first, m, how); err != nil {
			return err
		}
	}
	return nil
}

// sharedWith returns the numbers of the duplicates of first, and of the questions
// separated since to whose askers the answer m was given, in ascending order.
func sharedWith(ctx context.Context, store askedStore, first Question, m Message) ([]int64, error) {
	given, err := store.SharedOf(ctx, m.Event)
	if err != nil {
		return nil, err
	}
	numbers := first.duplicates()
	for _, g := range given {
		numbers = append(numbers, g.Question)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// shareAll gives the answers that the question original has to the asker of its
// duplicate with that number, but those given before.
func (d *Carrier) shareAll(ctx context.Context, original, number int64) error {
	all, err := d.store.MessagesOf(ctx, original)
	if err != nil {
		return err
	}
	given, err := d.store.MessagesOf(ctx, number)
	if err != nil {
		return err
	}
	first, err := d.store.Question(ctx, original)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Role != RoleAnswer || slices.ContainsFunc(given, func(g Message) bool { return g.Source == m.Event }) {
			continue
		}
		how := sharing{file: m.File != "" || m.Text == ""}
		if d.Name != nil && !m.Nameless {
			how.name = d.Name(ctx, m.From, m.Sender)
		}
		if err := d.shareWith(ctx, number, first, m, how); err != nil {
			return err
		}
	}
	return nil
}

// shareWith posts the answer m to the question first in the thread of the duplicate
// with that number, or edits the post that gave it there; it pings nobody if the
// duplicate is closed. If the answer may not go there (sharedPost), it tells the author
// of m instead. It does nothing for a question that is withdrawn, or that no longer
// repeats first and was not given m.
func (d *Carrier) shareWith(ctx context.Context, number int64, first Question, m Message, how sharing) error {
	given, err := d.store.SharedOf(ctx, m.Event)
	if err != nil {
		return err
	}
	_, err = has(d.update(ctx, number, func(q *Question) error {
		given = slices.DeleteFunc(given, func(g Message) bool { return g.Question != number || g.Room != q.Origin })
		if !q.Status.Asked() || q.SameAs != first.Number && len(given) == 0 {
			return nil
		}
		post, err := d.sharedPost(ctx, *q, first, m, how)
		if fault, err := faultOf(err); fault != nil {
			return d.tellNotShared(ctx, q.nextShow(), first, m, fault)
		} else if err != nil {
			return err
		}
		if len(given) > 0 {
			if replaced, err := d.replaceShared(ctx, given, &post); err != nil || replaced {
				return err
			}
		} else if !q.Status.Closed() {
			d.ring(&post, *q)
		}
		cause := q.nextShow()
		if err := d.queue.Post(ctx, cause, post); err != nil {
			return err
		}
		return d.store.SaveMessage(ctx, Message{
			Post: chat.KeyOf(cause, 0), Room: q.Origin, Question: number, Role: RoleRemark,
			From: m.From, Sender: m.Sender, Source: m.Event, At: d.Now(),
		})
	}))
	return err
}

// replaceShared updates an answer with post. given holds at least one record: those of
// the posts that gave the answer before, oldest first. If the last of these posts waits
// and was never tried, replaceShared puts post in its place in the outbox and returns
// true. Otherwise it makes post an edit of the first, which the caller sends and
// records, and returns false. Either way post rings as the first of them did.
func (d *Carrier) replaceShared(ctx context.Context, given []Message, post *chat.Post) (bool, error) {
	row, err := d.store.PostByKey(ctx, given[0].Post)
	if _, err := has(err); err != nil {
		return false, err
	}
	post.Rings, post.Mentions = row.Post.Rings, row.Post.Mentions
	replaced, err := d.queue.Replace(ctx, given[len(given)-1].Post, *post)
	post.Edits, post.Thread = chat.Target{Post: given[0].Post}, chat.Target{}
	return replaced, err
}

// sharedPost returns the post that gives the answer m to the question first to the
// asker of its duplicate q, without the names of those who asked the others; it does not
// ring yet. The error is a *Fault if the homeserver may have chosen the question, and the
// room of q is less protected than that of the experts.
func (d *Carrier) sharedPost(ctx context.Context, q, first Question, m Message, how sharing) (p chat.Post, err error) {
	if how.related != nil {
		fault, err := faultOf(d.mayFollow(ctx, *how.related, Question{Experts: m.From, Origin: q.Origin}))
		if fault != nil {
			return p, &Fault{What: FaultNotShared, Number: q.Number}
		} else if err != nil {
			return p, err
		}
	}
	say := carried{Number: q.Number, Answer: true, Entry: how.entry, Link: d.Links.Event(m.From, m.Event)}
	if m.From == q.Experts {
		if say.Room, err = d.roomName(ctx, m.From); err != nil {
			return p, err
		}
	}
	if !m.Nameless {
		say.Name = PersonName(how.name)
	}
	body, err := d.sharedBody(ctx, q, first, m, say, how.file)
	if err != nil {
		return p, err
	}
	head, lang, err := d.say(q.Origin, "relay-message", say)
	if err != nil {
		return p, err
	}
	say.Continues = q.Text
	alone, _, err := d.say(q.Origin, "relay-message", say)
	p = chat.Post{
		Room: q.Origin, Priority: chat.Relay, HTML: head + body, Alone: alone + body, Lang: lang, Thread: q.thread(),
		Guard: subject{kind: aboutShared, question: q.Number, event: string(m.Event), entry: how.entry}.guard(),
	}
	return p, err
}

// unshare takes an answer, a message in room, back from the askers of duplicates: it
// withdraws the posts that gave it. It does nothing for a message of another room.
func (d *Carrier) unshare(ctx context.Context, answer chat.EventID, room chat.RoomID) error {
	given, err := d.store.SharedOf(ctx, answer)
	if err != nil {
		return err
	}
	for _, g := range given {
		if g.From != room {
			continue
		}
		if err := d.queue.Withdraw(ctx, g.Post); err != nil {
			return err
		}
		if err := d.endShare(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// endShare stores that the post of the record g gives no answer any more, so that an
// edit of the answer posts anew. If the question that the duplicate repeats is solved,
// and its asker has no other answer, the duplicate becomes a question of its own
// (leaveSolved).
func (d *Carrier) endShare(ctx context.Context, g Message) error {
	g.Source, g.From, g.Sender = "", "", ""
	if err := d.store.SaveMessage(ctx, g); err != nil {
		return err
	}
	return d.leaveSolved(ctx, g.Question)
}

// checkShared returns the verdict on row, a post that gives an answer to the asker of
// the duplicate q, before it is sent (Check): it goes if the answer still stands, q
// still repeats its question, or was given the answer before, and the audiences allow
// it. Otherwise it is withheld, its record ends, and the expert is told unless the answer
// or q was withdrawn.
func (d *Carrier) checkShared(ctx context.Context, row queue.Row, q Question, s subject) (queue.Verdict, error) {
	first, m, stands, err := d.answerShared(ctx, s)
	if err != nil {
		return queue.Verdict{}, err
	}
	if !stands || !q.Status.Asked() || q.SameAs != first.Number && row.Post.Edits.IsZero() {
		return queue.Verdict{Withhold: "its answer is not given to this asker any more", Change: func(ctx context.Context) error {
			if !stands || !q.Status.Asked() {
				return d.endShareOf(ctx, row, s)
			}
			return d.notShared(ctx, row, s, first, m, parted(q))
		}}, nil
	}
	err = d.mayShare(ctx, first, q)
	if err == nil && s.entry != 0 {
		err = d.stillAnswers(ctx, first, m, s.entry)
	}
	fault, err := faultOf(err)
	if err != nil || fault == nil {
		return queue.Verdict{}, err
	}
	return queue.Verdict{Withhold: fault.Error(), Change: func(ctx context.Context) error {
		return d.notShared(ctx, row, s, first, m, &Fault{What: FaultNotShared, Number: q.Number, Widens: fault.Widens})
	}}, nil
}

// answerShared returns the answer that a post about s gives to the asker of a
// duplicate, and its question. stands is false if the answer was withdrawn or its
// question deleted.
func (d *Carrier) answerShared(ctx context.Context, s subject) (first Question, m Message, stands bool, err error) {
	m, err = d.store.MessageOf(ctx, chat.EventID(s.event))
	if known, err := has(err); !known || m.Role != RoleAnswer || m.Event != chat.EventID(s.event) {
		return first, m, false, err
	}
	first, err = d.store.Question(ctx, m.Question)
	stands, err = has(err)
	return first, m, stands, err
}

// sharedEnded updates the duplicate q after row, which gives it the answer of s, was
// sent: q is answered, or solved if its original was solved meanwhile, or stays closed.
// If row failed for good, the expert is told. For an edit of that answer,
// sharedEnded changes nothing.
func (d *Carrier) sharedEnded(ctx context.Context, row queue.Row, q Question, s subject) error {
	if row.State == queue.Failed {
		first, m, stands, err := d.answerShared(ctx, s)
		if !stands {
			return err
		}
		return d.notShared(ctx, row, s, first, m, &Fault{What: FaultNotShared, Number: q.Number})
	}
	if row.State != queue.Sent || !row.Post.Edits.IsZero() {
		return nil
	}
	first, err := d.original(ctx, q)
	if err != nil {
		return err
	}
	return d.update(ctx, q.Number, func(q *Question) error {
		if !q.Status.Closed() {
			q.take(stepAnswer)
		}
		if q.AnsweredAt.IsZero() {
			q.AnsweredAt = d.Now()
		}
		if row.Post.Room != q.Origin { // the room was replaced meanwhile: the new one has no answer
			return nil
		}
		return d.solveLate(ctx, q, first)
	})
}

// parted returns the Fault that an answer waited until q did not repeat its question any
// more, with the number of the question from which q is answered now.
func parted(q Question) *Fault {
	return &Fault{What: FaultParted, Number: q.Number, Word: strconv.FormatInt(cmp.Or(q.SameAs, q.Number), 10)}
}

// notShared ends the record of row, which did not give the answer m, that of s, to the
// asker of a duplicate, and tells the author of m the reason fault. first is the
// question that m answers.
func (d *Carrier) notShared(ctx context.Context, row queue.Row, s subject, first Question, m Message, fault *Fault) error {
	if err := d.endShareOf(ctx, row, s); err != nil {
		return err
	}
	return d.tellNotShared(ctx, chat.Cause("held/"+row.Key), first, m, fault)
}

// endShareOf ends the record of row, which did not give the answer of s to the asker of a
// duplicate: the answer is given anew when the questions are joined again.
func (d *Carrier) endShareOf(ctx context.Context, row queue.Row, s subject) error {
	given, err := d.store.SharedOf(ctx, chat.EventID(s.event))
	if err != nil {
		return err
	}
	for _, g := range given {
		if g.Post == row.Key {
			return d.endShare(ctx, g)
		}
	}
	return nil
}

func (d *Carrier) tellNotShared(ctx context.Context, cause chat.Cause, first Question, m Message, fault *Fault) error {
	post := chat.Post{ReplyTo: chat.Target{Event: m.Event}}
	if m.From == first.Experts {
		post.Thread = chat.Target{Post: first.Root}
	}
	return d.tell(ctx, cause, m.From, post, fault)
}
