package commands

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/rooms"
)

// maxEntry limits a question and an answer that experts write, in characters.
const maxEntry = 4000

// addEntry answers the command with which an expert, in the experts' room, adds
// «question | answer» to the FAQ. The entry is shown only in rooms with no further
// readers than the experts' room or, after «pour tous», which operators alone may
// write, in all. It answers with the reason if that is refused.
func (a *Answerer) addEntry(ctx context.Context, r request) (Answer, error) {
	written := r.wholeAfter(2)
	rest, forAll := cutForAll(written)
	switch experts, err := a.parts.Relay.Answers(ctx, r.Room); {
	case err != nil:
		return Answer{}, err
	case !experts:
		return a.message(r, "faq-fault", faqFault{r.Prefix, "experts", ""})
	case forAll && r.Level < chat.LevelOperator:
		return a.message(r, "faq-fault", faqFault{r.Prefix, "operator", ""})
	}
	entry, ok := parseEntry(rest)
	if !ok {
		return a.explain(ctx, r, r.command)
	}
	entry.KeptAt, entry.Audience = time.Now(), chat.Everybody
	if !forAll {
		readers, err := a.parts.FAQ.Readers(ctx, r.Room)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return Answer{}, err
		}
		entry.Audience = readers.Least
	}
	said, err := a.message(r, "faq-changed", faqChange{Prefix: r.Prefix, What: "added", Entry: entry, ForAll: forAll})
	said.change = a.saveEntry(r, entry, forAll)
	return said, err
}

// changeEntry answers the command «number question | answer», with which an expert, in
// the experts' room, gives an entry of the FAQ another text; the change is logged. The
// rooms in which it may be shown stay the same. It answers with the reason if that is
// refused.
func (a *Answerer) changeEntry(ctx context.Context, r request) (Answer, error) {
	word, rest := cutWord(r.wholeAfter(2))
	old, why, err := a.entryFor(ctx, r, word)
	number := old.Number
	switch {
	case err != nil:
		return Answer{}, err
	case why == "experts":
		return a.message(r, "faq-fault", faqFault{r.Prefix, why, ""})
	case word == "":
		return a.explain(ctx, r, r.command)
	case why != "":
		return a.message(r, "faq-fault", faqFault{r.Prefix, why, word})
	}
	entry, ok := parseEntry(rest)
	if !ok {
		return a.explain(ctx, r, r.command)
	}
	entry.Number, entry.Audience, entry.KeptAt, entry.Event = old.Number, old.Audience, time.Now(), old.Event
	said, err := a.message(r, "faq-changed", faqChange{Prefix: r.Prefix, What: "changed", Number: number, Entry: entry})
	said.change = func(ctx context.Context) error {
		_, err := a.parts.FAQ.Store.SaveEntry(ctx, entry)
		switch {
		case errors.Is(err, chat.ErrNotFound):
			return nil // another person has removed it
		case err != nil:
			return err
		}
		return a.log(ctx, r, rooms.Change{What: rooms.FAQ, Before: entryNumber(number), After: entryNumber(number)})
	}
	return said, err
}

// confirmEntry answers the command by which an expert, in the experts' room, says that
// the entry of the FAQ with the number in its arguments still holds. The answer's
// change stores the date of the confirmation, and logs the confirmation. If that is
// refused, the answer gives the reason.
func (a *Answerer) confirmEntry(ctx context.Context, r request) (Answer, error) {
	old, why, err := a.entryFor(ctx, r, r.args)
	switch {
	case err != nil:
		return Answer{}, err
	case why == "experts":
		return a.message(r, "faq-fault", faqFault{r.Prefix, why, ""})
	case r.args == "":
		return a.explain(ctx, r, r.command)
	case why != "":
		return a.message(r, "faq-fault", faqFault{r.Prefix, why, r.args})
	}
	said, err := a.message(r, "faq-changed", faqChange{Prefix: r.Prefix, What: "confirmed", Number: old.Number, Entry: old})
	said.change = func(ctx context.Context) error {
		err := a.parts.FAQ.Store.ConfirmEntry(ctx, old.Number, time.Now())
		switch {
		case errors.Is(err, chat.ErrNotFound):
			return nil // another person has removed it
		case err != nil:
			return err
		}
		return a.log(ctx, r, rooms.Change{What: rooms.FAQ, Before: entryNumber(old.Number), After: entryNumber(old.Number) + ", confirmée"})
	}
	return said, err
}

// entryFor returns the entry of the FAQ with the number in word, for a command of
// experts that changes it. If the command cannot change it here, the entry is zero and
// why gives the reason, a value of faqFault.What: "experts" if the room is no experts'
// room, "number" if there is no such entry or the room may not read it. Otherwise why
// is empty. err is the error of a store.
func (a *Answerer) entryFor(ctx context.Context, r request, word string) (e relay.Entry, why string, err error) {
	switch experts, err := a.parts.Relay.Answers(ctx, r.Room); {
	case err != nil:
		return e, "", err
	case !experts:
		return e, "experts", nil
	}
	number, err := strconv.ParseInt(strings.TrimLeft(word, "n°o# "), 10, 64)
	if err != nil {
		return e, "number", nil
	}
	if e, err = a.entry(ctx, number); err != nil {
		return e, "", err
	}
	readers, err := a.parts.FAQ.Readers(ctx, r.Room)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return e, "", err
	}
	if e.Number == 0 || !e.MayBeShownTo(readers.Most) {
		return relay.Entry{}, "number", nil
	}
	return e, "", nil
}

// entry returns the entry of the FAQ with that number; the zero Entry if there is
// none.
func (a *Answerer) entry(ctx context.Context, number int64) (relay.Entry, error) {
	e, err := a.parts.FAQ.Store.Entry(ctx, number)
	if errors.Is(err, chat.ErrNotFound) {
		return relay.Entry{}, nil
	}
	return e, err
}

// saveEntry returns a function that stores the entry in the FAQ, in place of an earlier
// entry from the same answer if there is one, and adds its number to the log of
// changes, with the mention «tous» if forAll.
func (a *Answerer) saveEntry(r request, entry relay.Entry, forAll bool) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		number, err := a.parts.FAQ.Store.SaveEntry(ctx, entry)
		if err != nil {
			return err
		}
		after := entryNumber(number)
		if forAll {
			after += ", tous"
		}
		return a.log(ctx, r, rooms.Change{What: rooms.FAQ, After: after})
	}
}

// cutForAll returns the text s without «pour tous» at its start, and true. If s does
// not start with these words, it returns s and false.
func cutForAll(s string) (string, bool) {
	word, rest := cutWord(s)
	if !isWord(word, "pour") {
		return s, false
	}
	word, rest = cutWord(rest)
	if isWord(word, "tous", "tout") {
		return rest, true
	}
	return s, false
}

// parseEntry splits «question | answer» at the first bar into an entry of the FAQ that
// has only these two texts, with an ellipsis in place of each user id. It returns false
// if there is no bar or a part is empty or longer than maxEntry.
func parseEntry(s string) (relay.Entry, bool) {
	question, answer, ok := strings.Cut(s, "|")
	e := relay.Entry{Question: relay.WithoutIDs(strings.TrimSpace(question)), Answer: relay.WithoutIDs(strings.TrimSpace(answer))}
	long := len([]rune(e.Question)) > maxEntry || len([]rune(e.Answer)) > maxEntry
	return e, ok && e.Question != "" && e.Answer != "" && !long
}
