package relay

import (
	"cmp"
	"context"
	"errors"
	"html"
	"strings"
	"unicode/utf8"

	"heraut/chat"
	"heraut/text"
)

// maxQuestion limits a question's length, in characters.
const maxQuestion = 4000

// Ask takes the question "[#theme] text" of the message e, new or edited. It returns
// the change that asks it, or a *Fault if it cannot be asked.
func (d *Carrier) Ask(ctx context.Context, e chat.Event, args string) (change func(ctx context.Context) error, err error) {
	theme, text := cutTheme(args)
	someone, _, err := d.say(e.Room, "relay-someone", nil)
	if err != nil {
		return nil, err
	}
	text = userID.ReplaceAllStringFunc(text, func(id string) string { return html.UnescapeString(d.named(ctx, e.Room, someone)(id)) })
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return nil, err
	}
	clear, err := d.clear(ctx, e)
	switch {
	case err != nil:
		return nil, err
	case clear:
		return nil, &Fault{What: FaultClear}
	case text == "":
		return nil, &Fault{What: FaultEmpty}
	case utf8.RuneCountInString(text) > maxQuestion:
		return nil, &Fault{What: FaultLong}
	}
	old, err := d.store.QuestionBy(ctx, e.Cause())
	asked, err := has(err)
	if err != nil {
		return nil, err
	}
	if asked {
		readers.Least = readers.Least.Both(old.Readers)
	}
	if old.over() {
		return nil, &Fault{What: FaultClosed, Number: old.Number}
	}
	if asked && old.Status.Asked() {
		if err := d.mayReach(ctx, old, e.Sender, readers.Least); err != nil {
			return nil, err
		}
		return func(ctx context.Context) error {
			return d.update(ctx, old.Number, func(q *Question) error {
				q.Text, q.Subject, q.Readers = text, d.subject(text), q.Readers.Both(readers.Least)
				return nil
			})
		}, nil
	}
	r, err := d.relayFor(ctx, e.Room, theme)
	if err != nil {
		return nil, err
	}
	q := Question{
		Number: old.Number, Confirmation: old.Confirmation, Shows: old.Shows,
		Relay: r.Name, Theme: theme, Subject: d.subject(text), Text: text, Status: Open,
		Asker: e.Sender, AskerName: e.Name, Nameless: old.Nameless,
		Origin: e.Room, Event: e.Cause(), Thread: cmp.Or(old.Thread, e.Message.Thread, e.Cause()), Lang: d.Book.Of(e.Room).Language,
		Experts: r.To, AskedAt: e.At, Told: readers.Most, Readers: readers.Least,
	}
	if err := d.mayLeave(ctx, &q, r); err != nil {
		return nil, err
	}
	if d.Suggest != nil && e.Message.Edits == "" {
		found, err := d.Suggest(ctx, e.Room, text, q.Lang)
		if err != nil {
			d.Log.Error().Err(err).Msg("Nothing that resembles a question could be looked for")
		}
		if found = found[:min(len(found), maxSimilar)]; len(found) > 0 {
			q.take(stepPropose)
			q.Proposals = "<ol><li>" + strings.Join(found, "</li><li>") + "</li></ol>"
			q.DueAt = e.At.Add(d.SuggestFor)
		}
	}
	return func(ctx context.Context) error {
		var before Question
		if old.Number != 0 {
			if before, err = d.store.Question(ctx, old.Number); err != nil {
				return err
			}
			switch {
			case before.Status.Asked(): // it went to the experts meanwhile
				after := before
				after.Text, after.Subject, after.Readers = text, q.Subject, readers.Least
				return d.save(ctx, before, after)
			case before.over():
				return nil
			case before.Status == Proposed: // the suggestions stay until the asker chooses
				q.Status, q.Proposals, q.DueAt = Proposed, before.Proposals, before.DueAt
			}
			q.Confirmation, q.Shows, q.Nameless = before.Confirmation, before.Shows, before.Nameless
		}
		d.store.AfterCommit(ctx, d.wakeRun)
		return d.save(ctx, before, q)
	}, nil
}

// over reports whether an edit no longer asks the question again: a suggestion
// answered it, or a moderator deleted it.
func (q Question) over() bool {
	return q.Status == Satisfied || q.Status == Withdrawn && q.Why == WhyModerated
}

// cutTheme splits "#theme text" into the folded theme, empty if there is none, and the
// text.
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

// mayLeave sets the status that lets the question go to the experts at once (Open), or
// makes the bot ask its asker first (Consent). It returns a *Fault if the question may
// not leave its room at all.
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

// submit sends a question to the experts, for example when the suggestions did not
// help, or asks for its asker's consent first. It withdraws a question whose relay is
// gone, or may no longer carry it.
func (d *Carrier) submit(ctx context.Context, q *Question) error {
	r, err := d.relay(ctx, q.Relay)
	switch {
	case errors.Is(err, ErrNone):
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

// choice is an asker's decision about a question that the experts do not have.
type choice int

const (
	noChoice  choice = iota
	goOn             // ask it
	goUnnamed        // ask it, without the asker's name
	stop             // do not ask it: the asker cancels it, or a suggestion answered it
)

var choiceWords = map[string]choice{
	"relayer": goOn, "relay": goOn, "oui": goOn, "yes": goOn, "poser": goOn, "ask": goOn,
	"sans nom": goUnnamed, "relayer sans nom": goUnnamed, "relay without name": goUnnamed, "without name": goUnnamed,
	"annuler": stop, "cancel": stop, "non": stop, "no": stop, "cela repond": stop, "this answers": stop,
}

// A reaction means one thing under the request for consent, another under suggestions.
var (
	consentSigns = map[string]choice{"1⃣": goOn, "✅": goOn, "👍": goOn, "2⃣": goUnnamed, "🥸": goUnnamed, "3⃣": stop, "❌": stop, "👎": stop}
	proposeSigns = map[string]choice{"✅": stop, "👍": stop, "❌": goOn, "👎": goOn, "➡": goOn}
)

// choiceBy returns the choice that the asker's reaction (sign) or message (word)
// makes.
func choiceBy(q Question, sign, word string) choice {
	if sign != "" {
		signs := consentSigns
		if q.Status == Proposed {
			signs = proposeSigns
		}
		return signs[plainSign(sign)]
	}
	c := choiceWords[text.Fold(strings.Trim(strings.TrimSpace(word), ".!« »\u202f\u00a0"))]
	if q.Status == Proposed {
		// Suggestions ask « does that answer? »: a yes means that it does.
		switch text.Fold(strings.TrimSpace(word)) {
		case "oui", "yes":
			return stop
		case "non", "no":
			return goOn
		}
		return c
	}
	switch strings.TrimSpace(word) { // the request for consent numbers the choices
	case "1":
		return goOn
	case "2":
		return goUnnamed
	case "3":
		return stop
	}
	return c
}

// plainSign returns an emoji without its skin tone and its variation selector.
func plainSign(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\ufe0f' || 0x1f3fb <= r && r <= 0x1f3ff {
			return -1
		}
		return r
	}, s)
}

// sealed reports whether the asker must encrypt the consent. In a room that was ever
// encrypted the homeserver could forge a reaction, or a message in clear, and so gain
// access to a text that it cannot read.
func (d *Carrier) sealed(ctx context.Context, q Question) (bool, error) {
	r, err := d.Room(ctx, q.Origin)
	return r.Encrypted && q.Status == Consent, err
}

// decides reports whether an event can make the asker's choice: it comes from the
// asker, the question's status offers a choice, and the event is encrypted if it must
// be.
func (d *Carrier) decides(ctx context.Context, e chat.Event, q Question) (bool, error) {
	if e.Sender != q.Asker || q.Status != Proposed && q.Status != Consent {
		return false, nil
	}
	sealed, err := d.sealed(ctx, q)
	return err == nil && (!sealed || e.Message != nil && e.Trust != chat.TrustServer), err
}

// decide returns the change that applies the asker's choice.
func (d *Carrier) decide(q Question, c choice) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(now *Question) error {
			if now.Status != q.Status {
				return nil // decided already
			}
			return d.choose(ctx, now, c)
		})
	}
}

func (d *Carrier) choose(ctx context.Context, q *Question, c choice) error {
	switch {
	case c == stop:
		q.take(stepStop)
	case q.Status == Proposed:
		q.Nameless = q.Nameless || c == goUnnamed
		return d.submit(ctx, q)
	default:
		agreed := q.Widens
		if err := d.submit(ctx, q); err != nil || q.Status != Consent {
			return err
		}
		if q.Widens.Beyond(agreed).None() { // otherwise the asker must agree to the rest first
			q.take(stepAgree)
			q.Nameless = q.Nameless || c == goUnnamed
		}
	}
	return nil
}
