package relay

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heraut/chat"
	"heraut/locale"
)

// tellWithin is how long a question may take to reach the experts before its
// asker is told that it is on its way; else the first message says that it is there.
const tellWithin = 2 * time.Second

// shown is what the templates relay-root and relay-confirmation say.
type shown struct {
	Question
	Room      string // the other room's name
	Widens    chat.Audience
	Audience  chat.Audience // who reads the answers
	Continues bool          // there was a message before this one
	Foreign   bool          // the asker's thread is not the question's own: only replies in it are carried
	Sealed    bool          // the asker consents by a message, not by a reaction
	Here      bool          // the asker's thread is that of the confirmation
	Prefix    string
	// Reduced: the asker's room is wider than it was: nothing but number and status.
	Reduced bool
}

// show posts or edits what the asker and the experts see of a question.
func (d *Desk) show(ctx context.Context, before Question, q *Question) error {
	if q.Status.Asked() && (q.Root == "" || before.Status == Withdrawn) {
		readers, err := d.readers(ctx, q.Origin)
		if err != nil {
			return err
		}
		q.Told = readers.Most
	}
	if err := d.showExperts(ctx, before, q); err != nil {
		return err
	}
	return d.showAsker(ctx, before, q)
}

func (d *Desk) showExperts(ctx context.Context, before Question, q *Question) error {
	now, lang, err := d.root(ctx, *q, false)
	if err != nil {
		return err
	}
	old, _, err := d.root(ctx, before, false)
	if err != nil {
		return err
	}
	post := chat.Post{Room: q.Experts, Priority: chat.Relay, HTML: now, Lang: lang, Guard: subject{kind: aboutRoot, question: q.Number}.guard()}
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
		return d.remark(ctx, q, chat.Target{Post: thread}, q.Experts, "relay-withdrawn")
	}
	return nil
}

func (d *Desk) showAsker(ctx context.Context, before Question, q *Question) error {
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
		post.NotBefore = d.now().Add(tellWithin)
	}
	if q.Thread != "" {
		post.ReplyTo = chat.Target{Event: q.Event}
		if q.Thread != q.Event {
			post.Thread = chat.Target{Event: q.Thread}
		}
	}
	return d.showOne(ctx, q, &q.Confirmation, RoleConfirmation, old, now, post)
}

// showOne makes now what is seen instead of old: by a new post, by an edit of the
// one at key, or by its withdrawal when there is nothing to see.
func (d *Desk) showOne(ctx context.Context, q *Question, key *chat.PostKey, role Role, old, now string, post chat.Post) error {
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
		post.Priority = chat.Announcement // after what people wait for
	} else {
		*key = posted
	}
	if err := d.queue.Post(ctx, cause, post); err != nil {
		return err
	}
	// An edit that is refused becomes a message, which people may reply to.
	return d.store.SaveMessage(ctx, Message{Post: posted, Room: post.Room, Question: q.Number, Role: role, At: time.Now()})
}

// replaceShown makes post the last edit of what shows q in that role, if nobody
// can have seen that edit yet.
func (d *Desk) replaceShown(ctx context.Context, number int64, role Role, post chat.Post) (bool, error) {
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

// nextShow is the reason for the next post that shows q.
func (q *Question) nextShow() chat.EventID {
	cause := chat.EventID(fmt.Sprintf("question/%d/%d", q.Number, q.Shows))
	q.Shows++
	return cause
}

// withdraw takes what shows a question back, but for what is gone already: its
// edits too, which hold its text.
func (d *Desk) withdraw(ctx context.Context, number int64, role Role, gone chat.PostKey) error {
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

// remark says something about a question in a thread.
func (d *Desk) remark(ctx context.Context, q *Question, thread chat.Target, room chat.RoomID, template string) error {
	html, lang, err := d.say(room, template, *q)
	if err != nil {
		return err
	}
	cause := q.nextShow()
	post := chat.Post{Room: room, Priority: chat.Relay, HTML: html, Alone: html, Lang: lang, Thread: thread}
	if err := d.queue.Post(ctx, cause, post); err != nil {
		return err
	}
	return d.store.SaveMessage(ctx, Message{Post: chat.KeyOf(cause, 0), Room: room, Question: q.Number, Role: RoleRemark, At: time.Now()})
}

// root is the question as the experts see it; empty when they do not.
func (d *Desk) root(ctx context.Context, q Question, continues bool) (html, lang string, err error) {
	if !q.Status.Asked() {
		return "", "", nil
	}
	if q.Waits() {
		q.PostedAt = q.AskedAt // who reads it has it
	}
	data, err := d.shown(ctx, q, q.Origin)
	if err != nil {
		return "", "", err
	}
	data.Audience, data.Continues, data.Prefix = q.Told, continues, d.Book.Of(q.Experts).Prefix
	html, lang, err = d.say(q.Experts, "relay-root", data)
	if err != nil {
		return "", "", err
	}
	quoted, cut := fit(func(limit int) (string, bool) { return locale.Quote("", q.Text, limit) }, maxQuestion)
	if cut {
		tail, _, err := d.say(q.Experts, "relay-cut", carried{Room: data.Room, Link: d.link(q.Origin, q.Event)})
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

// confirmation is the question's status as the asker sees it; empty when there
// is nothing to see.
func (d *Desk) confirmation(ctx context.Context, q Question, continues bool) (html, lang string, err error) {
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
		leaving.Told = readers.Most
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

// reduced reports whether the asker's room is wider than it was, so that it is
// told the question's number and status alone. continues: the text would be shown.
func (d *Desk) reduced(ctx context.Context, q Question, continues bool) (bool, error) {
	now, err := d.readers(ctx, q.Origin)
	wider := !now.Most.Beyond(q.Told).None()
	return wider || continues && !now.Most.Beyond(q.Readers).None(), err
}

func (d *Desk) shown(ctx context.Context, q Question, other chat.RoomID) (shown, error) {
	name, err := d.roomName(ctx, other)
	if q.Nameless {
		q.AskerName = ""
	}
	q.AskerName, q.ClaimerName = PersonName(q.AskerName), PersonName(q.ClaimerName)
	return shown{
		Question: q, Room: name, Widens: q.Widens, Foreign: q.Thread != "" && q.Thread != q.Event, Here: q.Thread == "",
		Prefix: d.Book.Of(q.Origin).Prefix,
	}, err
}
