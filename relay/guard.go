package relay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"heraut/chat"
	"heraut/queue"
)

// GuardName is the guard that the posts of relays name (chat.Guard.By).
const GuardName = "relay"

// subject says which question and which message a post of the relay is about; by it,
// Check decides before sending whether the post may still go. It is stored with the post
// as text.
type subject struct {
	kind     string // one of the constants below
	question int64
	// event is the carried message, or the user who reacts or is asked.
	event string
	// then is the audience that certainly could read the source room when the message
	// was written.
	then chat.Audience
	// entry is the FAQ entry that a carried message gives as the answer; 0: none.
	entry int64
}

// The kinds of subjects.
const (
	aboutRoot         = "root"         // the question, for the experts
	aboutConfirmation = "confirmation" // its status, for the asker
	aboutCopy         = "copy"         // a carried message
	aboutShared       = "shared"       // an answer, given to the asker of a duplicate
	aboutFile         = "file"         // the file that goes along with it
	aboutReaction     = "reaction"
	aboutReminder     = "reminder" // a reminder to the experts
	aboutAssignment   = "assign"   // asks a colleague to look after it
)

// continues, as the event of a confirmation, marks one that repeats the question in
// another room.
const continues = "continues"

// guard returns the guard for a post about s. It holds s as one line of text, which
// Check parses with readSubject before the post is sent.
func (s subject) guard() chat.Guard {
	kind := s.kind
	if s.entry != 0 {
		kind += entrySign + strconv.FormatInt(s.entry, 10)
	}
	return chat.Guard{By: GuardName, About: fmt.Sprintf("%s %d %s %s", kind, s.question, letters(s.then), s.event)}
}

// entrySign separates the kind of a subject from its entry's number.
const entrySign = ":"

func readSubject(about string) (s subject, err error) {
	words := strings.SplitN(about, " ", 4)
	if len(words) != 4 {
		return s, fmt.Errorf("read what a post is about: %q", about)
	}
	kind, entry, has := strings.Cut(words[0], entrySign)
	s.kind, s.then, s.event = kind, audienceOf(words[2]), words[3]
	if has {
		if s.entry, err = strconv.ParseInt(entry, 10, 64); err != nil {
			return s, err
		}
	}
	s.question, err = strconv.ParseInt(words[1], 10, 64)
	return s, err
}

// letters returns an audience as one short word: "-", then a letter for each way in
// which it is open. audienceOf reads it.
func letters(a chat.Audience) string {
	word := "-"
	for _, way := range []struct {
		is     bool
		letter string
	}{{a.Clear, "c"}, {a.Public, "p"}, {a.Externals, "x"}, {a.Elsewhere, "e"}} {
		if way.is {
			word += way.letter
		}
	}
	return word
}

func audienceOf(word string) chat.Audience {
	has := func(letter string) bool { return strings.Contains(word, letter) }
	return chat.Audience{Clear: has("c"), Public: has("p"), Externals: has("x"), Elsewhere: has("e")}
}

// Check returns the verdict on a post of the relay before each attempt to send it
// (queue.Guard). According to who reads the rooms now, the post may go, may go with
// less text, or is withheld; it is also withheld if its question is deleted. The
// verdict's Change then updates the question or tells the author. An error means that
// the store or a room could not be read.
func (d *Carrier) Check(ctx context.Context, row queue.Row) (queue.Verdict, error) {
	s, err := readSubject(row.Post.Guard.About)
	if err != nil {
		return queue.Verdict{}, err
	}
	q, err := d.store.Question(ctx, s.question)
	if errors.Is(err, chat.ErrNotFound) {
		return queue.Verdict{Withhold: "its question is forgotten"}, nil
	} else if err != nil {
		return queue.Verdict{}, err
	}
	switch s.kind {
	case aboutRoot, aboutReminder:
		return d.checkRoot(ctx, row, q, s)
	case aboutConfirmation:
		return d.checkConfirmation(ctx, row, q, s)
	case aboutCopy:
		return d.checkCopy(ctx, row, q, s)
	case aboutShared:
		return d.checkShared(ctx, row, q, s)
	case aboutFile:
		return d.checkFile(ctx, row, q, s)
	case aboutAssignment:
		return d.checkAssignment(ctx, row, q)
	default:
		return d.checkReaction(ctx, row, q, s)
	}
}

// faultOf splits err into two results: if err is or wraps a *Fault, it returns the
// Fault and no error; otherwise a nil Fault and err, which may be nil.
func faultOf(err error) (*Fault, error) {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault, nil
	}
	return nil, err
}

func (d *Carrier) checkRoot(ctx context.Context, row queue.Row, q Question, s subject) (queue.Verdict, error) {
	if former, err := d.isFormer(ctx, row.Post.Room, q); former || err != nil {
		return queue.Verdict{Withhold: "its question was handed over"}, err
	}
	fault, err := faultOf(d.mayReach(ctx, q, q.Asker, q.Readers))
	if err != nil || fault == nil {
		return queue.Verdict{}, err
	}
	verdict := queue.Verdict{Withhold: fault.Error()}
	switch {
	case s.kind == aboutReminder:
	case row.Key != q.Root: // an edit of a question that the experts have
		verdict.Change = func(ctx context.Context) error { return d.tellAsker(ctx, q, fault) }
	default:
		verdict.Change = func(ctx context.Context) error {
			return d.update(ctx, q.Number, func(q *Question) error {
				if !q.PostedAt.IsZero() {
					q.take(stepNoRelay)
					return nil
				}
				return d.submit(ctx, q) // it asks for consent anew, or withdraws the question
			})
		}
	}
	return verdict, nil
}

func (d *Carrier) checkConfirmation(ctx context.Context, row queue.Row, q Question, s subject) (queue.Verdict, error) {
	reduced, err := d.reduced(ctx, q, s.event == continues)
	if err != nil || !reduced {
		return queue.Verdict{}, err
	}
	html, _, err := d.say(q.Origin, "relay-confirmation", shown{Question: nameless(q), Reduced: true})
	if err != nil || row.Post.HTML == html {
		return queue.Verdict{}, err
	}
	post := row.Post
	post.HTML = html
	return queue.Verdict{Instead: &post}, nil
}

func (d *Carrier) checkCopy(ctx context.Context, row queue.Row, q Question, s subject) (queue.Verdict, error) {
	m, err := d.store.MessageOf(ctx, chat.EventID(s.event))
	known, err := has(err)
	if err != nil {
		return queue.Verdict{}, err
	}
	if !known || !m.Carried() || m.Event != chat.EventID(s.event) {
		return queue.Verdict{Withhold: "its message is not carried any more"}, nil
	}
	var fault *Fault
	switch {
	case m.Role == RoleAnswer:
		err = d.mayReturn(ctx, q)
		if err == nil && s.entry != 0 {
			err = d.stillAnswers(ctx, q, m, s.entry)
		}
		fault, err = faultOf(err)
	case !q.Status.Asked():
		fault = &Fault{What: FaultClosed, Number: q.Number}
	default:
		fault, err = faultOf(d.stillReaches(ctx, row, q, m.Sender, s))
	}
	if err != nil || fault == nil {
		return queue.Verdict{}, err
	}
	return queue.Verdict{Withhold: fault.Error(), Change: func(ctx context.Context) error {
		return d.notCarried(ctx, row, q, m, fault)
	}}, nil
}

// notCarried tells the author of the message m that the message, or an edit of it, does
// not reach the other room, because the post in row was withheld or failed; fault is
// the reason. If no copy of the message ever reached the other room, notCarried stores
// the message as a note, since a later edit of it may be carried, and takes it back
// from the askers of duplicates.
func (d *Carrier) notCarried(ctx context.Context, row queue.Row, q Question, m Message, fault *Fault) error {
	if row.Kind == queue.KindPost {
		m.Role, m.Room, m.Text = RoleNote, m.From, ""
		if err := d.store.SaveMessage(ctx, m); err != nil {
			return err
		}
		if err := d.unshare(ctx, m.Event, m.From); err != nil {
			return err
		}
	}
	thread := q.thread()
	if m.From == q.Experts {
		thread = chat.Target{Post: q.Root}
	}
	return d.tell(ctx, chat.Cause("held/"+row.Key), m.From, chat.Post{Thread: thread, ReplyTo: chat.Target{Event: m.Event}}, fault)
}

// tellAsker posts to the asker of q that a change of their question does not reach the
// experts, with the reason fault, once for each question and reason.
func (d *Carrier) tellAsker(ctx context.Context, q Question, fault *Fault) error {
	cause := chat.Cause(fmt.Sprintf("held/%d/%s/%s", q.Number, fault.What, letters(fault.Widens)))
	return d.tell(ctx, cause, q.Origin, chat.Post{Thread: q.thread()}, fault)
}

// tell posts the sentence about a fault in a room, in the transaction of ctx, once for
// each cause: a second call with the same cause posts nothing, even in another room.
// post gives the thread and the reply target; tell sets its other fields.
func (d *Carrier) tell(ctx context.Context, cause chat.Cause, room chat.RoomID, post chat.Post, fault *Fault) error {
	html, lang, err := d.say(room, "relay-fault", struct {
		Fault
		Prefix string
	}{*fault, d.Book.Of(room).Prefix})
	if err != nil {
		return err
	}
	post.Room, post.Priority, post.HTML, post.Alone, post.Lang = room, chat.Relay, html, html, lang
	return d.queue.Post(ctx, cause, post)
}

func (d *Carrier) checkReaction(ctx context.Context, row queue.Row, q Question, s subject) (queue.Verdict, error) {
	var fault *Fault
	var err error
	switch {
	case row.Post.Room == q.Origin && q.SameAs != 0:
		fault = &Fault{What: FaultJoined, Number: q.Number}
	case row.Post.Room == q.Origin:
		fault, err = faultOf(d.mayReturn(ctx, q))
	default:
		fault, err = faultOf(d.stillReaches(ctx, row, q, chat.UserID(s.event), s))
	}
	if err != nil || fault == nil {
		return queue.Verdict{}, err
	}
	target := row.Post.ReactsTo
	return queue.Verdict{Withhold: fault.Error(), Change: func(ctx context.Context) error {
		same, err := d.store.SameReactions(ctx, string(target.Event)+string(target.Post), row.Post.Reaction)
		for _, r := range same { // the next such reaction is carried anew
			if _, removeErr := d.store.RemoveReaction(ctx, r.Event); err == nil {
				_, err = has(removeErr)
			}
		}
		return err
	}}, nil
}

// Ended updates the question of row after a post about it was sent or failed for good
// (queue.Guard). Once the question is in the experts' room, Ended stores when, and tells
// the asker when the experts are expected back, and the former experts where their
// question went. Once an answer or another message is in the other room, it changes the
// question's status. If the post that shows the question to the experts failed, it
// withdraws the question; if an edit of it failed, it tells the asker. If a carried
// message, its file, an answer for a duplicate or a request to a colleague failed, it
// tells the author. It does nothing for other posts.
func (d *Carrier) Ended(ctx context.Context, row queue.Row) error {
	s, err := readSubject(row.Post.Guard.About)
	if err != nil {
		return err
	}
	q, err := d.store.Question(ctx, s.question)
	if ok, err := has(err); !ok {
		return err
	}
	switch s.kind {
	case aboutRoot:
		return d.rootEnded(ctx, row, q)
	case aboutAssignment:
		return d.assignmentEnded(ctx, row, q)
	case aboutShared:
		return d.sharedEnded(ctx, row, q, s)
	case aboutFile:
		return d.fileEnded(ctx, row, q, s)
	case aboutCopy:
		return d.copyEnded(ctx, row, q, chat.EventID(s.event))
	}
	return nil
}

// rootEnded handles the end of row, a post that shows the question q to the experts, or
// an edit of it. If the post was sent, it notes when, and marks the asker's message as
// carried; if it failed for good, it withdraws the question, and if an edit did, it tells
// the asker.
func (d *Carrier) rootEnded(ctx context.Context, row queue.Row, q Question) error {
	switch {
	case row.State == queue.Sent && row.Key == q.Root:
		return d.update(ctx, q.Number, func(q *Question) error { return d.arrived(ctx, q, row.EventID) })
	case row.State == queue.Failed && row.Key == q.Root:
		return d.update(ctx, q.Number, func(q *Question) error {
			q.take(stepRefuse)
			q.Root = ""
			return d.withdraw(ctx, q.Number, RoleRoot, row.Key) // of the experts who handed it over
		})
	case row.State == queue.Failed:
		return d.tellAsker(ctx, q, &Fault{What: FaultRefused, Number: q.Number})
	}
	return nil
}

// arrived notes that the question q is in the experts' room since now, as the event root,
// and marks the asker's message as carried. The caller saves q.
func (d *Carrier) arrived(ctx context.Context, q *Question, root chat.EventID) error {
	if q.PostedAt.IsZero() {
		q.PostedAt = d.Now()
		if err := d.announceReturn(ctx, q); err != nil {
			return err
		}
		if err := d.tellFormer(ctx, q, root); err != nil {
			return err
		}
	}
	if q.Thread == "" { // the room was replaced, and the message is in the old one
		return nil
	}
	return d.mark(ctx, q.Origin, q.Event)
}

// copyEnded handles the end of row, a post that copies the message event of the question
// q, or edits its copy. If row failed for good, it tells the author. If a copy was sent,
// it updates the question (said, heard), and marks the message as carried; it does
// nothing if an edit was sent.
func (d *Carrier) copyEnded(ctx context.Context, row queue.Row, q Question, event chat.EventID) error {
	m, err := d.store.MessageOf(ctx, event)
	if ok, err := has(err); !ok || !m.Carried() || m.Event != event {
		return err
	}
	if row.State == queue.Failed {
		return d.notCarried(ctx, row, q, m, &Fault{What: FaultRefused, Number: q.Number})
	}
	if row.Kind != queue.KindPost {
		return nil
	}
	return d.update(ctx, q.Number, func(q *Question) error {
		q.said(m)
		if err := d.heard(ctx, q, m); err != nil {
			return err
		}
		return d.mark(ctx, m.From, m.Event)
	})
}

// nameless returns a copy of the question without the names of its asker and of the
// expert in charge.
func nameless(q Question) Question {
	q.AskerName, q.ClaimerName = "", ""
	return q
}
