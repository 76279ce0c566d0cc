package relay

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"heraut/chat"
	"heraut/text"
)

// choice is the decision of an asker about a question that the experts do not have yet:
// to ask them, with their name or without, or not to ask.
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

// choiceBy returns the asker's choice in an emoji (sign) or, if sign is empty, in the
// text of a message (word). The same sign or word may mean another choice for
// suggestions (Proposed) than for consent. It returns noChoice for any other sign or
// text.
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

// numbered is a text with the number of a question after it, as phones write it:
// « oui 12 », « oui, n° 12 ! ».
var numbered = regexp.MustCompile(`(?i)^(.*[\pL\d])[\s\p{Zs},:]+(?:n[°ºo]?[\s\p{Zs}]*|no\.[\s\p{Zs}]*|#)?(\d+)[\s\p{Zs}.!]*$`)

// cutNumber removes the number of a question from the end of a text such as « oui 12 »:
// it returns the text before the number, and true. If the text does not end with this
// number, it returns the text unchanged, and false.
func cutNumber(word string, number int64) (string, bool) {
	match := numbered.FindStringSubmatch(strings.TrimSpace(word))
	if match == nil || match[2] != strconv.FormatInt(number, 10) {
		return word, false
	}
	return match[1], true
}

// plainSign returns the emoji s without its skin tone and its variation selector, so
// that its variants compare as equal. Other text stays.
func plainSign(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\ufe0f' || 0x1f3fb <= r && r <= 0x1f3ff {
			return -1
		}
		return r
	}, s)
}

// sealed reports whether the asker of q must give their consent in an encrypted
// message, because the status is Consent and the question's room was ever encrypted:
// the homeserver could forge a reaction or an unencrypted message, and so get a text
// that it cannot read.
func (d *Carrier) sealed(ctx context.Context, q Question) (bool, error) {
	r, err := d.Room(ctx, q.Origin)
	return r.Encrypted && q.Status == Consent, err
}

// decides reports whether the event e, a message or reaction, can be the asker's choice
// about q: the asker sent it, the question waits for a choice, and e is an encrypted
// message if it has to be (sealed).
func (d *Carrier) decides(ctx context.Context, e chat.Event, q Question) (bool, error) {
	if e.Sender != q.Asker || q.Status != Proposed && q.Status != Consent {
		return false, nil
	}
	sealed, err := d.sealed(ctx, q)
	return err == nil && (!sealed || e.Message != nil && e.Trust != chat.TrustServer), err
}

// decide returns a function that carries out the asker's choice c about the question q
// in the database. It does nothing if the status of the question has changed since q
// was read.
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
		helped := suggestedEntries(*q)
		if q.take(stepStop) && q.Status == Satisfied {
			return d.store.MarkHelped(ctx, helped)
		}
	case q.Status == Proposed:
		q.Nameless = q.Nameless || c == goUnnamed
		return d.submit(ctx, q)
	default:
		agreed := q.Widens
		if err := d.submit(ctx, q); err != nil {
			return err
		}
		if q.Status == Consent && q.Widens.Beyond(agreed).None() { // otherwise the asker must agree to the rest first
			q.take(stepAgree)
		}
		if q.Status == Open {
			q.Nameless = q.Nameless || c == goUnnamed
		}
	}
	return nil
}
