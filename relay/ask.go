package relay

import (
	"cmp"
	"context"
	"errors"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"heraut/chat"
	"heraut/text"
)

// maxQuestion limits a question's length, in characters.
const maxQuestion = 4000

// Ask handles the command that asks a question in the message e, new or edited; args is
// «[#theme] text». It returns a function that stores and shows the question in the
// transaction of its context, perhaps with suggestions first if e is new; for an edit of
// a message that asked a question, it changes that question. The error is a *Fault if the
// question cannot be asked.
func (d *Carrier) Ask(ctx context.Context, e chat.Event, args string) (change func(ctx context.Context) error, err error) {
	theme, text := cutTheme(args)
	if text, err = d.questionText(ctx, e, text); err != nil {
		return nil, err
	}
	if e.Message.Edits != "" {
		if q, err := d.store.QuestionCalled(ctx, e.Original()); err == nil {
			return nil, &Fault{What: FaultQuoted, Number: q.Number}
		} else if _, err = has(err); err != nil {
			return nil, err
		}
	}
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return nil, err
	}
	old, err := d.store.QuestionBy(ctx, e.Original())
	asked, err := has(err)
	if err != nil {
		return nil, err
	}
	if asked {
		readers.Least = readers.Least.Both(old.Readers)
	}
	switch {
	case old.over():
		return nil, &Fault{What: FaultClosed, Number: old.Number}
	case asked && old.Status.Asked():
		if err := d.mayFollow(ctx, e, old); err != nil {
			return nil, err
		}
		return d.reword(ctx, old, e.Sender, text, readers.Least)
	}
	q, err := d.newQuestion(ctx, e, old, theme, text, readers)
	if err != nil {
		return nil, err
	}
	if d.Suggest != nil && e.Message.Edits == "" {
		d.suggest(ctx, e, &q)
	}
	return func(ctx context.Context) error { return d.ask(ctx, e, q) }, nil
}

// questionText returns text, a question in the message e, with people's names in place
// of user ids. The error is a *Fault if the text is empty or too long, or if e came in
// clear in a room that was ever encrypted.
func (d *Carrier) questionText(ctx context.Context, e chat.Event, text string) (string, error) {
	someone, _, err := d.say(e.Room, "relay-someone", nil)
	if err != nil {
		return "", err
	}
	text = userID.ReplaceAllStringFunc(text, func(id string) string { return html.UnescapeString(d.named(ctx, e.Room, someone)(id)) })
	inClear, err := d.clear(ctx, e)
	switch {
	case err != nil:
		return "", err
	case inClear:
		return "", &Fault{What: FaultClear}
	case text == "":
		return "", &Fault{What: FaultEmpty}
	case utf8.RuneCountInString(text) > maxQuestion:
		return "", &Fault{What: FaultLong}
	}
	return text, nil
}

// reword returns a function for an edit of the message that asked the question old,
// which the experts have already: it gives the question the new text. readers is the
// audience that certainly could read the message. The error is a *Fault if a message of
// sender may not go to the experts.
func (d *Carrier) reword(ctx context.Context, old Question, sender chat.UserID, text string, readers chat.Audience) (func(ctx context.Context) error, error) {
	if err := d.mayReach(ctx, old, sender, readers); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return d.update(ctx, old.Number, func(q *Question) error {
			q.Text, q.Subject, q.Readers = text, d.subject(text), q.Readers.Both(readers)
			return nil
		})
	}, nil
}

// newQuestion returns the question with that theme and text that the message e asks, with
// the status from mayLeave; it stores nothing. theme is folded, empty for none; readers
// are the bounds on who may read the message. If the message has a question that the
// experts do not have, or no longer, old is that question; otherwise old is zero. The
// error is a *Fault if no relay takes the question, or if it may not leave the room.
func (d *Carrier) newQuestion(ctx context.Context, e chat.Event, old Question, theme, text string, readers chat.Readers) (Question, error) {
	r, err := d.relayFor(ctx, e.Room, theme)
	if err != nil {
		return Question{}, err
	}
	q := Question{
		Number: old.Number, Confirmation: old.Confirmation, Shows: old.Shows,
		Relay: r.Name, Theme: theme, Subject: d.subject(text), Text: text, Status: Open,
		Asker: e.Sender, AskerName: e.Name, Nameless: old.Nameless,
		Origin: e.Room, Event: e.Original(), Thread: cmp.Or(old.Thread, e.Message.Thread, e.Original()), Lang: d.Book.Of(e.Room).Language,
		Experts: r.To, AskedAt: e.At, ShownAudience: readers.Most, Readers: readers.Least,
	}
	return q, d.mayLeave(ctx, &q, r)
}

// suggest adds suggestions to the question q, if a known answer or a software fits it.
// It then sets the suggestions, the status Proposed, and DueAt, the time at which the
// question goes to the experts if the asker has accepted no suggestion. If there are no
// suggestions, or after an error, which it logs, q stays unchanged.
func (d *Carrier) suggest(ctx context.Context, e chat.Event, q *Question) {
	found, err := d.Suggest(ctx, e.Room, q.Text, q.Lang)
	if err != nil {
		d.Log.Error().Err(err).Msg("Nothing that resembles a question could be looked for")
	}
	if found = found[:min(len(found), maxSimilar)]; len(found) > 0 {
		q.take(stepPropose)
		var entries []string
		q.Proposals = "<ol>"
		for _, s := range found {
			q.Proposals += "<li>" + s.HTML + "</li>"
			if s.Entry != 0 {
				entries = append(entries, strconv.FormatInt(s.Entry, 10))
			}
		}
		q.Proposals += "</ol>"
		q.Suggested = strings.Join(entries, " ")
		q.DueAt = e.At.Add(d.SuggestFor)
	}
}

// ask stores a question, new or asked again by an edit, and posts the messages that
// show it, in the transaction of ctx; e is the message that gives its text. It reads the
// stored question again, which may have changed since q was made: one that the experts
// have by then only gets the new text, if that may go to them. It does nothing if the
// message of a new question asks one already, or if the question is over. A message that
// belonged to another question before belongs to its own from then on.
func (d *Carrier) ask(ctx context.Context, e chat.Event, q Question) error {
	var before Question
	if q.Number == 0 {
		// Two people may make one message a question at the same time.
		_, err := d.store.QuestionBy(ctx, q.Event)
		if asked, err := has(err); asked || err != nil {
			return err
		}
	} else {
		var err error
		if before, err = d.store.Question(ctx, q.Number); err != nil {
			return err
		}
		switch {
		case before.Status.Asked(): // it went to the experts meanwhile
			return d.rewordAsked(ctx, e, before, q)
		case before.over():
			return nil
		case before.Status == Proposed: // the suggestions stay until the asker chooses
			q.Status, q.Proposals, q.Suggested, q.DueAt = Proposed, before.Proposals, before.Suggested, before.DueAt
		}
		q.Confirmation, q.Shows, q.Nameless = before.Confirmation, before.Shows, before.Nameless
	}
	if _, err := has(d.store.RemoveMessage(ctx, q.Event)); err != nil {
		return err
	}
	d.store.AfterCommit(ctx, d.wakeRun)
	if err := d.store.MarkShown(ctx, suggestedEntries(q), d.Now()); err != nil {
		return err
	}
	return d.save(ctx, before, q)
}

// rewordAsked gives the question before, which the experts have, the text of now, which
// the message e gives, or tells the asker why that does not reach them.
func (d *Carrier) rewordAsked(ctx context.Context, e chat.Event, before, now Question) error {
	err := d.mayFollow(ctx, e, before)
	var change func(ctx context.Context) error
	if err == nil {
		change, err = d.reword(ctx, before, e.Sender, now.Text, now.Readers)
	}
	fault, err := faultOf(err)
	switch {
	case err != nil:
		return err
	case fault != nil:
		return d.tellAsker(ctx, before, fault)
	}
	return change(ctx)
}

// suggestedEntries returns the numbers of the FAQ entries that the bot suggested to the
// asker of q, from the text q.Suggested; nil if there are none.
func suggestedEntries(q Question) []int64 {
	numbers, err := readNumbers(q.Suggested)
	if err != nil {
		return nil // unreachable: suggest writes them
	}
	return numbers
}

// over reports whether the question is done for good, because a suggestion answered it
// or a moderator deleted it: an edit of its message does not ask it again.
func (q Question) over() bool {
	return q.Status == Satisfied || q.Status == Withdrawn && q.Why == WhyModerated
}

// cutTheme splits a text such as "#theme text" into theme and question, the text after
// the theme. theme is in lower case and has no accents, no "#" and no ":", "," or "."
// at its end. If the text does not begin with "#", theme is empty and question is the
// whole text. cutTheme trims the spaces around question.
func cutTheme(s string) (theme, question string) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "#") {
		return "", s
	}
	word, rest := s, ""
	if i := strings.IndexAny(s, " \t\n\u00a0"); i >= 0 {
		word, rest = s[:i], strings.TrimSpace(s[i:])
	}
	return text.Fold(strings.TrimRight(word[1:], ":,.")), rest
}

// mayLeave decides whether the relay r may carry the question q out of its room. It
// sets q.Experts, q.Widens and the status: Open if the question may go to the experts
// at once, or Consent if the asker has to agree first. The error is a *Fault if the
// question may not leave its room even then.
func (d *Carrier) mayLeave(ctx context.Context, q *Question, r Relay) error {
	to, err := d.Room(ctx, r.To)
	if err != nil {
		return err
	}
	if !to.Joined {
		return &Fault{What: FaultAbsent, Room: to.Name, Banned: to.Exit == chat.ExitBanned}
	}
	if q.Widens, err = d.widens(ctx, q.Readers, q.Origin, r.To); err != nil {
		return err
	}
	q.Experts = r.To
	switch {
	case q.Widens.None():
		q.take(stepFit)
	case !r.MayWiden:
		q.take(stepFit)
		return &Fault{What: FaultWidens, Widens: q.Widens, Room: to.Name}
	default:
		q.take(stepWiden)
	}
	return nil
}

// submit decides that the question q goes to the experts, for example when the
// suggestions did not help, or that its asker is asked for consent first. It withdraws
// a question whose relay is gone, or may no longer carry it. It only changes q, which
// the caller saves; the error is that of the store or of looking up a room.
func (d *Carrier) submit(ctx context.Context, q *Question) error {
	r, err := d.relay(ctx, q.Relay)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		q.take(stepNoRelay)
		return nil
	case err != nil:
		return err
	}
	err = d.mayLeave(ctx, q, r)
	if fault, ok := errors.AsType[*Fault](err); ok {
		d.Log.Info().Int64("question", q.Number).Str("why", string(fault.What)).Msg("A question may not be carried any more")
		q.take(stepNoRelay)
		return nil
	}
	return err
}
