package relay

import (
	"context"
	"strings"
	"unicode/utf8"

	"heraut/chat"
	"heraut/locale"
)

// sharedBody returns the HTML of the text of the answer m as the asker of q, a
// duplicate of first, reads it: plain text, in which an ellipsis replaces user ids and
// the names of those who asked the other questions. file adds that a file is attached.
// say is the data of the templates for that and for a text that is cut.
func (d *Carrier) sharedBody(ctx context.Context, q, first Question, m Message, say carried, file bool) (string, error) {
	askers, err := askersGiven(ctx, d.store, first, m, q.Asker)
	if err != nil {
		return "", err
	}
	stored, cutBefore := m.Text, utf8.RuneCountInString(m.Text) >= cutFrom
	if cutBefore {
		stored = withoutHalfName(stored, askers)
	}
	text, body := withoutNames(stored, askers...), ""
	if text != "" {
		quoted, cut := fit(func(limit int) (string, bool) { return locale.Quote("", text, limit) }, maxCarried)
		body = quoted
		if cut || cutBefore {
			tail, _, err := d.say(q.Origin, "relay-cut", say)
			if err != nil {
				return "", err
			}
			body += tail
		}
	}
	if !file {
		return body, nil
	}
	tail, _, err := d.say(q.Origin, "relay-file", say)
	return body + tail, err
}

// cutFrom is the number of characters from which the stored text of a message counts as
// cut. It is below maxCarried, since text.Truncate drops a letter whose accents do not
// fit.
const cutFrom = maxCarried - 16

// askedStore is the part of the stores that askersGiven reads.
type askedStore interface {
	Question(ctx context.Context, number int64) (Question, error)
	SharedOf(ctx context.Context, answer chat.EventID) ([]Message, error)
}

// askersGiven returns the names, for people, of those who asked first, one of its
// duplicates, or a question separated since to whose asker the answer m was given; a
// name is empty if it is unknown. It leaves out the names in duplicates and separated
// questions of the asker except; empty: it leaves out none.
func askersGiven(ctx context.Context, store askedStore, first Question, m Message, except chat.UserID) (names []string, err error) {
	numbers, err := sharedWith(ctx, store, first, m)
	if err != nil {
		return nil, err
	}
	names = []string{first.AskerName}
	for _, n := range numbers {
		other, err := store.Question(ctx, n)
		if found, err := has(err); err != nil {
			return nil, err
		} else if found && (except == "" || other.Asker != except) {
			names = append(names, other.AskerName)
		}
	}
	return names, nil
}

// withoutHalfName returns the cut text without the beginning of a user id or of one of
// the names at its end, which withoutNames would not recognise.
func withoutHalfName(text string, names []string) string {
	if i := strings.LastIndexAny(text, " \n\t@"); i >= 0 && text[i] == '@' {
		text = text[:i]
	}
	for _, name := range names {
		name = PersonName(name)
		for i := len(name) - 1; i > 0; i-- {
			if shorter, ends := strings.CutSuffix(text, name[:i]); ends {
				text = shorter
				break
			}
		}
	}
	return text
}
