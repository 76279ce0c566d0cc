package relay

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
)

// joined is the data of the template relay-joined, which says to experts or to the asker
// that a question repeats another one, or no longer does.
type joined struct {
	Number, SameAs int64
	What           string // "asker", "link", "elsewhere", "solved", "handed" or "apart"
	Link           string // to the other question in its experts' room; empty: unknown
	Prefix         string
}

// joinedFault returns the *Fault that nothing is carried from the experts' thread of the
// duplicate q: FaultJoined, or FaultJoinedAway if other experts have the question that it
// repeats. Any other error is that of the store; the result is never nil.
func (d *Carrier) joinedFault(ctx context.Context, q Question) error {
	first, err := d.original(ctx, q)
	if err != nil {
		return err
	}
	fault := &Fault{What: FaultJoined, Number: q.Number, Word: strconv.FormatInt(q.SameAs, 10)}
	if first.Experts != q.Experts {
		fault.What = FaultJoinedAway
	}
	return fault
}

// duplicates returns the numbers of the questions that repeat q; nil if there are none.
func (q Question) duplicates() []int64 {
	numbers, err := readNumbers(q.Duplicates)
	if err != nil {
		return nil // unreachable: setDuplicates writes them
	}
	return numbers
}

// setDuplicates sets q.Duplicates to the numbers, in ascending order and each once; it
// sorts the slice numbers itself. The caller saves q.
func (q *Question) setDuplicates(numbers []int64) {
	slices.Sort(numbers)
	var words []string
	for _, n := range slices.Compact(numbers) {
		words = append(words, strconv.FormatInt(n, 10))
	}
	q.Duplicates = strings.Join(words, " ")
}

// dropDuplicate takes the number out of q.Duplicates, if it is there. The caller saves
// q.
func (q *Question) dropDuplicate(number int64) {
	q.setDuplicates(slices.DeleteFunc(q.duplicates(), func(n int64) bool { return n == number }))
}

// Join returns a function that makes the question q a duplicate of the question with
// that number, or of the one that this one repeats itself, and the number of the
// question from which the asker is then answered. The function does nothing if q
// changed its experts or was closed meanwhile. The error is a *Fault if the sender of e
// may not, if the homeserver may have written e, if the experts' room may not see the
// other question, if q is that question or repeats it already, or if the asker would
// get no answer from it (mayJoin).
func (d *Carrier) Join(ctx context.Context, e chat.Event, q Question, number int64) (change func(ctx context.Context) error, original int64, err error) {
	joinedAnew := q
	joinedAnew.SameAs = 0
	if err := d.mayPassOn(ctx, e, joinedAnew); err != nil {
		return nil, 0, err
	}
	if inClear, err := d.clear(ctx, e); err != nil {
		return nil, 0, err
	} else if inClear {
		return nil, 0, &Fault{What: FaultClear, Number: q.Number}
	}
	first, err := d.originalSeen(ctx, e.Room, number)
	switch {
	case err != nil:
		return nil, 0, err
	case first.Number == q.Number || first.Number == q.SameAs:
		return nil, 0, &Fault{What: FaultSameAlready, Number: q.Number, Word: strconv.FormatInt(number, 10)}
	}
	if err := d.mayJoin(ctx, first, q); err != nil {
		return nil, 0, err
	}
	return func(ctx context.Context) error {
		now, err := d.store.Question(ctx, q.Number)
		if found, err := has(err); !found {
			return err
		}
		if now.Experts != q.Experts || now.Root != q.Root || !now.Status.Asked() || now.Status.Closed() {
			return nil
		}
		return d.join(ctx, now, first.Number)
	}, first.Number, nil
}

// originalSeen returns the question with that number or, if it is a duplicate, the one
// that it repeats. The error is a *Fault if there is no question with that number, or
// if room is not its experts' room or may not see it.
func (d *Carrier) originalSeen(ctx context.Context, room chat.RoomID, number int64) (Question, error) {
	unseen := &Fault{What: FaultWhich, Word: strconv.FormatInt(number, 10)}
	q, err := d.store.Question(ctx, number)
	if found, err := has(err); err != nil {
		return q, err
	} else if !found || q.Experts != room {
		return q, unseen
	}
	if may, err := d.mayFind(ctx, room, q); err != nil {
		return q, err
	} else if !may {
		return q, unseen
	}
	return d.original(ctx, q)
}

// original returns the question that q repeats, or q itself if it repeats none or if
// that question is no longer stored.
func (d *Carrier) original(ctx context.Context, q Question) (Question, error) {
	if q.SameAs == 0 {
		return q, nil
	}
	first, err := d.store.Question(ctx, q.SameAs)
	if found, err := has(err); err != nil || found {
		return first, err
	}
	return q, nil
}

// mayJoin returns a *Fault if q may not become a duplicate of first, nil if it may. It
// may not if first has not reached its experts or is withdrawn, if first is closed and no
// answer to it is stored, or if the answers to first may not go to the room of q
// (mayShare). Any other error is that of the store or of looking up the rooms.
func (d *Carrier) mayJoin(ctx context.Context, first, q Question) error {
	if !first.Status.Asked() || first.Waits() {
		return &Fault{What: FaultNotOpen, Number: first.Number}
	}
	if first.Status.Closed() {
		// AnsweredAt stays when the answers are deleted or their experts forgotten.
		all, err := d.store.MessagesOf(ctx, first.Number)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(m Message) bool { return m.Role == RoleAnswer }) {
			return &Fault{What: FaultUnanswered, Number: first.Number}
		}
	}
	fault, err := faultOf(d.mayShare(ctx, first, q))
	switch {
	case fault != nil && fault.What == FaultAskedAlone:
		return fault
	case fault != nil:
		return &Fault{What: FaultNotJoined, Number: q.Number, Word: strconv.FormatInt(first.Number, 10), Widens: fault.Widens}
	}
	return err
}

// join makes q, and the questions that repeat it, duplicates of the question with that
// number, or of the one that this one repeats by then. If a question may not become a
// duplicate, for example because its room changed meanwhile, it stays, or becomes, a
// question of its own.
func (d *Carrier) join(ctx context.Context, q Question, number int64) error {
	first, err := d.store.Question(ctx, number)
	if found, err := has(err); !found {
		return err
	}
	if first, err = d.original(ctx, first); err != nil || first.Number == q.Number {
		return err
	}
	for _, n := range append([]int64{q.Number}, q.duplicates()...) {
		if err := d.joinOne(ctx, n, first); err != nil {
			return err
		}
	}
	return nil
}

// joinOne makes the question with that number a duplicate of first, or one of its own
// if it may not be, and gives its asker the answers that first has (shareAll). A closed
// one is joined without a word: its asker needs no answer.
func (d *Carrier) joinOne(ctx context.Context, number int64, first Question) error {
	q, err := d.store.Question(ctx, number)
	if found, err := has(err); !found {
		return err
	}
	fault, err := faultOf(d.mayJoin(ctx, first, q))
	switch {
	case err != nil:
		return err
	case fault != nil && q.Status.Closed():
		if err := d.removeDuplicate(ctx, q.SameAs, number); err != nil {
			return err
		}
		return d.update(ctx, number, func(q *Question) error { q.SameAs = 0; return nil })
	case fault != nil:
		return d.update(ctx, number, func(q *Question) error { return d.stayApart(ctx, q, fault) })
	}
	if err := d.removeDuplicate(ctx, q.SameAs, number); err != nil {
		return err
	}
	err = d.update(ctx, first.Number, func(first *Question) error {
		first.setDuplicates(append(first.duplicates(), number))
		return nil
	})
	if err != nil {
		return err
	}
	if q.Status.Closed() {
		return d.update(ctx, number, func(q *Question) error { q.SameAs = first.Number; return nil })
	}
	if err := d.update(ctx, number, func(q *Question) error { return d.becomeDuplicate(ctx, q, first) }); err != nil {
		return err
	}
	return d.shareAll(ctx, first.Number, number)
}

// stayApart says to the experts of q that it becomes no duplicate, for the reason fault,
// and makes it a question of its own if it was one of another question. The caller saves
// q.
func (d *Carrier) stayApart(ctx context.Context, q *Question, fault *Fault) error {
	if err := d.separate(ctx, q, ""); err != nil {
		return err
	}
	return d.tell(ctx, q.nextShow(), q.Experts, chat.Post{Thread: chat.Target{Post: q.Root}}, fault)
}

// becomeDuplicate makes q a duplicate of first: nobody looks after it, it waits for no
// consent, and both rooms are told. The caller saves q, which shows it.
func (d *Carrier) becomeDuplicate(ctx context.Context, q *Question, first Question) error {
	if err := d.endHandover(ctx, q); err != nil {
		return err
	}
	q.SameAs, q.Duplicates, q.Claimer, q.ClaimerName = first.Number, "", "", ""
	q.take(stepJoin)
	q.RemindedAt = d.Now() // the experts know what its asker wrote so far
	if err := d.linkOriginal(ctx, q, first); err != nil {
		return err
	}
	return d.tellJoined(ctx, q)
}

// linkOriginal says in the experts' thread of the duplicate q where first, which it
// repeats, is answered: by a link to it, or that other experts have it. The caller saves
// q.
func (d *Carrier) linkOriginal(ctx context.Context, q *Question, first Question) error {
	data := joined{Number: q.Number, SameAs: first.Number, What: "link", Prefix: d.Book.Of(q.Experts).Prefix}
	root, err := d.store.PostByKey(ctx, first.Root)
	if found, err := has(err); err != nil {
		return err
	} else if found && root.EventID != "" {
		data.Link = d.Links.Event(first.Experts, root.EventID)
	}
	if first.Experts != q.Experts {
		data.What = "elsewhere"
	}
	html, lang, err := d.say(q.Experts, "relay-joined", data)
	if err != nil {
		return err
	}
	_, err = d.postCaused(ctx, *q, linkCause+q.nextShow(), chat.Post{
		Room: q.Experts, Priority: chat.Announcement, HTML: html, Alone: html, Lang: lang, Thread: chat.Target{Post: q.Root},
	})
	return err
}

// linkCause begins the causes of linkOriginal's posts, by which unlinkOriginal finds them.
const linkCause chat.Cause = "joined/"

// unlinkOriginal edits the last post of linkOriginal in the experts' thread of the
// duplicate q, which leads to first: it then says that other experts have first. It
// does nothing if there is no such post. The caller saves q.
func (d *Carrier) unlinkOriginal(ctx context.Context, q *Question, first Question) error {
	all, err := d.store.MessagesOf(ctx, q.Number)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(all) {
		if !strings.HasPrefix(string(m.Post), string(linkCause)) || m.Room != q.Experts {
			continue
		}
		data := joined{Number: q.Number, SameAs: first.Number, What: "elsewhere", Prefix: d.Book.Of(q.Experts).Prefix}
		html, lang, err := d.say(q.Experts, "relay-joined", data)
		if err != nil {
			return err
		}
		post := chat.Post{Room: q.Experts, Priority: chat.Announcement, HTML: html, Alone: html, Lang: lang, Edits: chat.Target{Post: m.Post}}
		return d.queue.Post(ctx, q.nextShow(), post)
	}
	return nil
}

// tellJoined posts to the asker of q, a duplicate, from which question it is answered,
// before the answers. It counts the post in q.Shows; the caller saves q.
func (d *Carrier) tellJoined(ctx context.Context, q *Question) error {
	data := joined{Number: q.Number, SameAs: q.SameAs, What: "asker", Prefix: d.Book.Of(q.Origin).Prefix}
	html, lang, err := d.say(q.Origin, "relay-joined", data)
	if err != nil {
		return err
	}
	post := chat.Post{Room: q.Origin, Priority: chat.Relay, HTML: html, Alone: html, Lang: lang, Thread: q.thread()}
	d.ring(&post, *q)
	_, err = d.postRemark(ctx, q, post)
	return err
}

// removeDuplicate takes the number out of the duplicates of the question original; it
// does nothing if that is 0 or no longer stored.
func (d *Carrier) removeDuplicate(ctx context.Context, original, number int64) error {
	if original == 0 {
		return nil
	}
	_, err := has(d.update(ctx, original, func(first *Question) error {
		first.dropDuplicate(number)
		return nil
	}))
	return err
}

// Separate returns a function that makes the duplicate q a question of its own again,
// open for its experts. The error is a *Fault if q repeats no other question, or if the
// sender of e is neither one of its experts, in their room, nor its asker.
func (d *Carrier) Separate(_ context.Context, e chat.Event, q Question) (func(ctx context.Context) error, error) {
	switch {
	case q.SameAs == 0 && q.Status == Solved:
		return nil, &Fault{What: FaultApartSolved, Number: q.Number}
	case q.SameAs == 0 || !q.Status.Asked():
		return nil, &Fault{What: FaultApart, Number: q.Number}
	case e.Room != q.Experts && e.Sender != q.Asker:
		return nil, &Fault{What: FaultSeparate, Number: q.Number}
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(now *Question) error {
			if now.SameAs != q.SameAs || !now.Status.Asked() {
				return nil
			}
			now.take(stepSeparate)
			return d.separate(ctx, now, e.Room)
		})
	}, nil
}

// separate makes the duplicate q a question of its own again, and says so in both rooms
// but in except. It does nothing if q repeats no question. The caller saves q.
func (d *Carrier) separate(ctx context.Context, q *Question, except chat.RoomID) error {
	if q.SameAs == 0 {
		return nil
	}
	if err := d.removeDuplicate(ctx, q.SameAs, q.Number); err != nil {
		return err
	}
	return d.setApart(ctx, q, except)
}

// setApart makes the duplicate q a question of its own again, and says so in both rooms
// but in except. The caller has taken q out of the original's list of duplicates, and
// saves q afterwards.
func (d *Carrier) setApart(ctx context.Context, q *Question, except chat.RoomID) error {
	data := joined{Number: q.Number, SameAs: q.SameAs, What: "apart"}
	q.SameAs, q.RemindedAt, q.FollowedAt = 0, time.Time{}, time.Time{}
	return d.remarkInBoth(ctx, q, except, "relay-joined", data)
}

// heard separates the duplicate q after its asker's side added m to it, if the question
// that it repeats is closed or gone: nobody would see the message there. The caller
// saves q.
func (d *Carrier) heard(ctx context.Context, q *Question, m Message) error {
	if q.SameAs == 0 || m.Role != RoleFollowUp {
		return nil
	}
	first, err := d.store.Question(ctx, q.SameAs)
	if found, err := has(err); err != nil || found && !first.Status.Closed() {
		return err
	}
	return d.separate(ctx, q, "")
}

// settleDuplicates updates other questions after a change of the status of q; before is q
// before that change. If q is withdrawn, it takes q out of the duplicates of the question
// that q repeats or, if q repeats none, gives the duplicates of q to another question
// (bequeath). If q has become solved, it closes the duplicates of q too (solveDuplicate).
// The caller saves q.
func (d *Carrier) settleDuplicates(ctx context.Context, before Question, q *Question) error {
	numbers := q.duplicates()
	switch {
	case q.Status == Withdrawn && q.SameAs != 0:
		original := q.SameAs
		q.SameAs = 0
		return d.removeDuplicate(ctx, original, q.Number)
	case q.Status == Withdrawn:
		q.Duplicates = ""
		return d.bequeath(ctx, numbers)
	case q.Status == Solved && before.Status != Solved:
		for _, n := range numbers {
			if err := d.solveDuplicate(ctx, n, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// solveDuplicate closes the duplicate of first with that number as solved, since first
// is, and tells its asker. If the asker was given no answer, it becomes a question of
// its own instead; if one waits to be sent, this is decided when that ends. The caller
// saves first.
func (d *Carrier) solveDuplicate(ctx context.Context, number int64, first *Question) error {
	waits, err := d.isGiven(ctx, number, first.ClosedAt)
	if err != nil {
		return err
	}
	_, err = has(d.update(ctx, number, func(q *Question) error {
		switch {
		case q.SameAs != first.Number || q.Status.Closed():
			return nil
		case !q.AnsweredAt.IsZero():
			return d.solveWith(ctx, q)
		case waits:
			return nil
		}
		first.dropDuplicate(number)
		return d.setApart(ctx, q, "")
	}))
	return err
}

// solveWith closes the duplicate q, since the question that it repeats is solved, and
// tells its asker. The caller saves q.
func (d *Carrier) solveWith(ctx context.Context, q *Question) error {
	q.take(stepSolve)
	data := joined{Number: q.Number, SameAs: q.SameAs, What: "solved"}
	return d.remark(ctx, q, q.thread(), q.Origin, "relay-joined", data)
}

// isGiven reports whether, at the time by or before, the bot posted an answer to the
// asker of the duplicate with that number; the post may still wait to be sent. An answer
// that was taken back or withheld does not count.
func (d *Carrier) isGiven(ctx context.Context, number int64, by time.Time) (bool, error) {
	given, err := d.store.MessagesOf(ctx, number)
	return slices.ContainsFunc(given, func(g Message) bool { return g.Source != "" && !g.At.After(by) }), err
}

// solveLate closes the duplicate q as solved if first, which it repeats, is solved and
// an answer waited for its asker then. The caller calls it once an answer has reached
// the asker, and saves q. It does nothing if q repeats first no more, or is closed.
func (d *Carrier) solveLate(ctx context.Context, q *Question, first Question) error {
	if q.SameAs != first.Number || first.Status != Solved || q.Status.Closed() {
		return nil
	}
	waited, err := d.isGiven(ctx, q.Number, first.ClosedAt)
	if err != nil || !waited {
		return err
	}
	return d.solveWith(ctx, q)
}

// leaveSolved makes the duplicate with that number a question of its own if the
// question that it repeats is solved, and its asker was given no answer and none waits.
// The caller calls it after an answer for the asker was withheld or taken back.
func (d *Carrier) leaveSolved(ctx context.Context, number int64) error {
	waits, err := d.isGiven(ctx, number, d.Now())
	if err != nil || waits {
		return err
	}
	_, err = has(d.update(ctx, number, func(q *Question) error {
		if q.SameAs == 0 || q.Status.Closed() || !q.AnsweredAt.IsZero() {
			return nil
		}
		first, err := d.store.Question(ctx, q.SameAs)
		if found, err := has(err); !found || first.Status != Solved {
			return err
		}
		return d.separate(ctx, q, "")
	}))
	return err
}

// tellHandedOver says to the experts of the duplicates of first, which goes to other
// experts, that these answer from now on, and do not read what the askers add; or, to
// those who get first, that they answer it.
func (d *Carrier) tellHandedOver(ctx context.Context, first Question) error {
	for _, n := range first.duplicates() {
		_, err := has(d.update(ctx, n, func(q *Question) error {
			switch {
			case q.SameAs != first.Number:
				return nil
			case q.Experts == first.Experts:
				return d.linkOriginal(ctx, q, first)
			}
			if err := d.unlinkOriginal(ctx, q, first); err != nil || q.Status.Closed() {
				return err // the link has to be right when the question is reopened
			}
			data := joined{Number: n, SameAs: first.Number, What: "handed", Prefix: d.Book.Of(q.Experts).Prefix}
			return d.remark(ctx, q, chat.Target{Post: q.Root}, q.Experts, "relay-joined", data)
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// bequeath handles the duplicates with the numbers when the question that they repeat is
// withdrawn or forgotten. In each room of experts, the open duplicate that comes first
// in numbers becomes a question of its own, the heir. Each other open one there becomes
// a duplicate of the heir if the heir's answers may go to the room of its asker, or else
// a question of its own. A closed one just repeats no question any more.
func (d *Carrier) bequeath(ctx context.Context, numbers []int64) error {
	var heir Question
	var others, elsewhere []int64
	for _, n := range numbers {
		q, err := d.store.Question(ctx, n)
		if found, err := has(err); err != nil {
			return err
		} else if !found || q.SameAs == 0 {
			continue
		}
		switch {
		case q.Status.Closed():
			err = d.update(ctx, n, func(q *Question) error { q.SameAs = 0; return nil })
		case heir.Number == 0:
			heir = q
			err = d.update(ctx, n, func(q *Question) error { return d.setApart(ctx, q, "") })
		case q.Experts == heir.Experts:
			others = append(others, n)
		default:
			elsewhere = append(elsewhere, n)
		}
		if err != nil {
			return err
		}
	}
	if err := d.inherit(ctx, heir, others); err != nil || len(elsewhere) == 0 {
		return err
	}
	return d.bequeath(ctx, elsewhere)
}

// inherit makes the open questions with the numbers duplicates of heir, or questions of
// their own where its answers may not go to their rooms.
func (d *Carrier) inherit(ctx context.Context, heir Question, numbers []int64) error {
	var kept []int64
	for _, n := range numbers {
		err := d.update(ctx, n, func(q *Question) error {
			fault, err := faultOf(d.mayShare(ctx, heir, *q))
			switch {
			case err != nil:
				return err
			case fault != nil:
				return d.setApart(ctx, q, "")
			}
			q.SameAs = heir.Number
			kept = append(kept, n)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return d.update(ctx, heir.Number, func(q *Question) error { q.setDuplicates(kept); return nil })
}
