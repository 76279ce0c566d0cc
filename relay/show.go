package relay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"heraut/chat"
	"heraut/locale"
)

// tellWithin is how long the first message to the asker waits for the question to
// reach the experts. If it arrives in time, that message says so; otherwise it says
// that the question is on its way.
const tellWithin = 2 * time.Second

// shown is the data of the templates that show a question to the experts and its state
// to the asker.
type shown struct {
	Question
	Room      string // the other room's name
	Direct    bool   // the question was asked in a direct message
	Widens    chat.Audience
	Audience  chat.Audience // who reads the answers
	Continues bool          // the post continues an earlier one
	Foreign   bool          // the asker's thread has another root: only replies in it are carried
	Sealed    bool          // the asker must consent by a message, not by a reaction
	Offered   bool          // another person made the asker's message a question
	Here      bool          // the confirmation is the root of the asker's thread
	Repeated  string        // the numbers of the questions that repeat it; empty: none do
	Prefix    string
	// Reduced leaves only number and status, since the asker's room is wider than it
	// was.
	Reduced bool
}

// show updates the messages that show the question q to the experts and its state to the
// asker. before is the question as it was: show posts or edits only messages that differ
// from those for before. It sets the keys of these posts and Shows in q and, when the
// question goes to the experts, ShownAudience; the caller saves q.
func (d *Carrier) show(ctx context.Context, before Question, q *Question) error {
	if q.Status.Asked() && (q.Root == "" || before.Status == Withdrawn) {
		readers, err := d.readers(ctx, q.Origin)
		if err != nil {
			return err
		}
		q.ShownAudience = readers.Most
	}
	if err := d.showExperts(ctx, before, q); err != nil {
		return err
	}
	return d.showAsker(ctx, before, q)
}

func (d *Carrier) showExperts(ctx context.Context, before Question, q *Question) error {
	now, lang, err := d.root(ctx, *q, false)
	if err != nil {
		return err
	}
	old, _, err := d.root(ctx, before, false)
	if err != nil {
		return err
	}
	post := chat.Post{Room: q.Experts, Priority: chat.Relay, HTML: now, Lang: lang, Rings: d.Ring && q.Root == "", Guard: subject{kind: aboutRoot, question: q.Number}.guard()}
	if q.Root == "" && now != "" && !before.PostedAt.IsZero() {
		if post.HTML, _, err = d.root(ctx, *q, true); err != nil {
			return err
		}
	}
	withdrawn := q.Root != "" && now == ""
	thread := q.Root
	if err := d.showOne(ctx, q, &q.Root, RoleRoot, old, now, post); err != nil {
		return err
	}
	if withdrawn && (q.Claimer != "" || !q.AnsweredAt.IsZero()) {
		return d.remark(ctx, q, chat.Target{Post: thread}, q.Experts, "relay-withdrawn", *q)
	}
	return nil
}

func (d *Carrier) showAsker(ctx context.Context, before Question, q *Question) error {
	again := q.Confirmation == "" && (before.Confirmation != "" || !before.PostedAt.IsZero())
	now, lang, err := d.confirmation(ctx, *q, again)
	if err != nil {
		return err
	}
	old, _, err := d.confirmation(ctx, before, false)
	if err != nil {
		return err
	}
	about := subject{kind: aboutConfirmation, question: q.Number}
	if again {
		about.event = continues
	}
	post := chat.Post{Room: q.Origin, Priority: chat.Answer, HTML: now, Lang: lang, Guard: about.guard()}
	if q.Waits() {
		post.NotBefore = d.Now().Add(tellWithin)
	}
	if q.offered() && !before.offered() {
		post.Rings, post.Mentions = true, []chat.UserID{q.Asker}
	}
	if q.Thread != "" {
		post.ReplyTo = chat.Target{Event: q.Event}
		origin, err := d.Room(ctx, q.Origin)
		if err != nil {
			return err
		}
		post.ReplyIfSeveral = origin.IsDirect()
		if q.Thread != q.Event {
			post.Thread = chat.Target{Event: q.Thread}
		}
	}
	return d.showOne(ctx, q, &q.Confirmation, RoleConfirmation, old, now, post)
}

// showOne updates one of the messages that show the question q, the one in the given
// role. old and now are the message's text before and after. If there is no message yet
// (*key is empty), showOne posts post and sets *key. If there is one and the texts
// differ, it edits the message or, if now is empty, withdraws it and clears *key. The
// caller saves q.
func (d *Carrier) showOne(ctx context.Context, q *Question, key *chat.PostKey, role Role, old, now string, post chat.Post) error {
	switch {
	case now == "" && *key == "", now == old && *key != "":
		return nil
	case now == "":
		*key = ""
		return d.withdraw(ctx, q.Number, role, "")
	}
	if *key != "" {
		replaced, err := d.replaceShown(ctx, q.Number, role, post)
		if err != nil || replaced {
			return err
		}
	}
	cause := q.nextShow()
	posted := chat.KeyOf(cause, 0)
	if *key != "" {
		post.Edits, post.ReplyTo, post.Thread = chat.Target{Post: *key}, chat.Target{}, chat.Target{}
		post.ReplyIfSeveral = false
		post.Priority = chat.Announcement // an edit goes after posts that people wait for
	} else {
		*key = posted
	}
	if err := d.queue.Post(ctx, cause, post); err != nil {
		return err
	}
	// If the homeserver refuses an edit, it becomes a message that people may reply
	// to.
	return d.store.SaveMessage(ctx, Message{Post: posted, Room: post.Room, Question: q.Number, Role: role, At: d.Now()})
}

// replaceShown puts post in the place of the last message that shows the question with
// that number in that role, if that message certainly was not sent yet, and returns
// true. It returns false if the message may have been sent, or if there is none: the
// caller then posts an edit.
func (d *Carrier) replaceShown(ctx context.Context, number int64, role Role, post chat.Post) (bool, error) {
	all, err := d.store.MessagesOf(ctx, number)
	if err != nil {
		return false, err
	}
	for _, m := range slices.Backward(all) {
		if m.Role == role {
			post.Priority = chat.Announcement
			return d.queue.Replace(ctx, m.Post, post)
		}
	}
	return false, nil
}

// nextShow returns the cause for the next post that shows the question, another one at
// each call. It counts the calls in q.Shows; the caller saves q.
func (q *Question) nextShow() chat.Cause {
	cause := chat.Cause(fmt.Sprintf("question/%d/%d", q.Number, q.Shows))
	q.Shows++
	return cause
}

// withdraw takes back the posts that show the question with that number in a role, to
// the experts (RoleRoot) or to the asker (RoleConfirmation), and the edits of these
// posts, since they hold the question's text. gone is the key of a post that is deleted
// already or was refused, which withdraw leaves out; empty if there is none.
func (d *Carrier) withdraw(ctx context.Context, number int64, role Role, gone chat.PostKey) error {
	all, err := d.store.MessagesOf(ctx, number)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Role != role || m.Post == gone {
			continue
		}
		if err := d.queue.Withdraw(ctx, m.Post); err != nil {
			return err
		}
	}
	return nil
}

// remark renders a template with data and posts the result in a thread of a room. It
// records the post as a message about the question q, so that replies to it belong to
// the question. It counts the post in q.Shows; the caller saves q.
func (d *Carrier) remark(ctx context.Context, q *Question, thread chat.Target, room chat.RoomID, template string, data any) error {
	html, lang, err := d.say(room, template, data)
	if err != nil {
		return err
	}
	// As urgent as the edits of what shows the question, so that they come in order.
	_, err = d.postRemark(ctx, q, chat.Post{Room: room, Priority: chat.Announcement, HTML: html, Alone: html, Lang: lang, Thread: thread})
	return err
}

// remarkInBoth makes a remark in the threads of both rooms of q but that of the room
// except. It changes q; the caller saves q.
func (d *Carrier) remarkInBoth(ctx context.Context, q *Question, except chat.RoomID, template string, data any) error {
	for _, side := range []struct {
		room   chat.RoomID
		thread chat.Target
	}{{q.Experts, chat.Target{Post: q.Root}}, {q.Origin, q.thread()}} {
		if side.room == except || side.thread.IsZero() {
			continue
		}
		if err := d.remark(ctx, q, side.thread, side.room, template, data); err != nil {
			return err
		}
	}
	return nil
}

// postRemark posts p about the question q and records it, so that replies to it belong to
// the question. It returns the post's key, and counts the post in q.Shows; the caller
// saves q.
func (d *Carrier) postRemark(ctx context.Context, q *Question, p chat.Post) (chat.PostKey, error) {
	return d.postCaused(ctx, *q, q.nextShow(), p)
}

// postCaused posts p, about the question q, for the cause, which must be new, and
// records it, so that replies to it belong to the question. It returns the post's key,
// and leaves q as it is.
func (d *Carrier) postCaused(ctx context.Context, q Question, cause chat.Cause, p chat.Post) (chat.PostKey, error) {
	key := chat.KeyOf(cause, 0)
	if err := d.queue.Post(ctx, cause, p); err != nil {
		return key, err
	}
	return key, d.store.SaveMessage(ctx, Message{Post: key, Room: p.Room, Question: q.Number, Role: RoleRemark, At: d.Now()})
}

// root returns the HTML of the message that shows the question to the experts, and the
// language of the HTML; both are empty if the experts do not see the question. If
// continues is true, the HTML says that it continues an earlier message, such as one
// in a room that was upgraded.
func (d *Carrier) root(ctx context.Context, q Question, continues bool) (html, lang string, err error) {
	if !q.Status.Asked() {
		return "", "", nil
	}
	if q.Waits() {
		q.PostedAt = q.AskedAt // experts can only read it once it has arrived
	}
	data, err := d.shown(ctx, q, q.Origin)
	if err != nil {
		return "", "", err
	}
	data.Audience, data.Continues, data.Prefix = q.ShownAudience, continues, d.Book.Of(q.Experts).Prefix
	html, lang, err = d.say(q.Experts, "relay-root", data)
	if err != nil {
		return "", "", err
	}
	quoted, cut := fit(func(limit int) (string, bool) { return locale.Quote("", q.Text, limit) }, maxQuestion)
	if cut {
		tail, _, err := d.say(q.Experts, "relay-cut", carried{Room: data.Room, Link: d.Links.Event(q.Origin, q.Event)})
		if err != nil {
			return "", "", err
		}
		html += "<blockquote>" + quoted + "</blockquote>" + tail
		quoted = ""
	}
	after, _, err := d.say(q.Experts, "relay-root-end", data)
	if quoted != "" {
		html += "<blockquote>" + quoted + "</blockquote>"
	}
	return html + after, lang, err
}

// confirmation returns the HTML of the message that shows the asker the state of the
// question, and the language of the HTML; both are empty for a question that is withdrawn
// since its message asks it no more (WhyDeleted), and for the zero Question. continues
// says that the message continues a message in a room that was upgraded.
func (d *Carrier) confirmation(ctx context.Context, q Question, continues bool) (html, lang string, err error) {
	if q.Status == "" || q.Status == Withdrawn && q.Why == WhyDeleted {
		return "", "", nil
	}
	data, err := d.shown(ctx, q, q.Experts)
	if err != nil {
		return "", "", err
	}
	data.Continues = continues
	if data.Reduced, err = d.reduced(ctx, q, continues); err != nil {
		return "", "", err
	}
	if data.Reduced {
		return d.say(q.Origin, "relay-confirmation", shown{Question: nameless(q), Reduced: true})
	}
	if html, lang, err = d.say(q.Origin, "relay-confirmation", data); err != nil {
		return "", "", err
	}
	switch q.Status {
	case Consent:
		leaving := q
		leaving.Status = Open
		readers, err := d.readers(ctx, q.Origin)
		if err != nil {
			return "", "", err
		}
		leaving.ShownAudience = readers.Most
		leaves, _, err := d.root(ctx, leaving, false)
		if err != nil {
			return "", "", err
		}
		html += leaves
	case Proposed:
		html += q.Proposals
	default:
		return html, lang, nil
	}
	if data.Sealed, err = d.sealed(ctx, q); err != nil {
		return "", "", err
	}
	choices, _, err := d.say(q.Origin, "relay-choices", data)
	return html + choices, lang, err
}

// reduced reports whether the message in the asker's room may show only the question's
// number and status, because the room has readers now of whom the experts were not
// told. If continues is true, the message would show the question's text too, so that
// every reader who came after the text was written counts.
func (d *Carrier) reduced(ctx context.Context, q Question, continues bool) (bool, error) {
	now, err := d.readers(ctx, q.Origin)
	wider := !now.Most.Beyond(q.ShownAudience).None()
	return wider || continues && !now.Most.Beyond(q.Readers).None(), err
}

func (d *Carrier) shown(ctx context.Context, q Question, other chat.RoomID) (shown, error) {
	name, err := d.roomName(ctx, other)
	if err != nil {
		return shown{}, err
	}
	origin, err := d.Room(ctx, q.Origin)
	if q.Nameless {
		q.AskerName = ""
	}
	q.AskerName, q.ClaimerName = PersonName(q.AskerName), PersonName(q.ClaimerName)
	return shown{
		Question: q, Room: name, Direct: origin.Direct, Widens: q.Widens, Offered: q.offered(), Foreign: q.Thread != "" && q.Thread != q.Event, Here: q.Thread == "",
		Repeated: strings.ReplaceAll(q.Duplicates, " ", ", "), Prefix: d.Book.Of(q.Origin).Prefix,
	}, err
}
