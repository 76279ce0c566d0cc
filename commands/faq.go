package commands

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/rooms"
	"heraut/text"
)

// faqEntries is the data of the message with the entries of the FAQ that a search
// found.
type faqEntries struct {
	Prefix string
	Query  string
	Items  []relay.Known
	// Experts: the room's experts look after the FAQ, so they read how often an entry
	// helped.
	Experts bool
}

// faqChange is the data of the message that says which entry of the FAQ was added,
// changed or removed.
type faqChange struct {
	Prefix string
	What   string // "kept", "again", "added", "changed", "confirmed" or "removed"
	Number int64
	relay.Entry
	ForAll bool
}

// faqFault is the data of the message that says why the FAQ did not change: What is
// "no-answer", "no-number", "operator", "experts" or "number", and Word the typed number.
type faqFault struct{ Prefix, What, Word string }

// faq answers the command !faq with the entries of the FAQ that match its words and
// that the room may read. The answer's change counts the entries as shown or, if there
// are none, the words as a search that found nothing.
func (a *Answerer) faq(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	found, err := a.parts.FAQ.Search(ctx, r.Room, r.args)
	if err != nil {
		return Answer{}, err
	}
	for i := range found {
		found[i].At = found[i].At.In(a.zone)
	}
	data := faqEntries{Prefix: r.Prefix, Query: r.args, Items: found}
	if a.parts.Relay != nil {
		if data.Experts, err = a.parts.Relay.Answers(ctx, r.Room); err != nil {
			return Answer{}, err
		}
	}
	said, err := a.message(r, "faq", data)
	switch shown := relay.KeptNumbers(found); {
	case err != nil:
	case len(found) == 0:
		said.change, err = a.missed(ctx, r)
	case len(shown) > 0:
		said.change = func(ctx context.Context) error { return a.parts.FAQ.Store.MarkShown(ctx, shown, time.Now()) }
	}
	return said, err
}

// keep answers the command that adds an expert's answer to the FAQ: the only answer to
// the question with the given number or, without a number, the answer to which the
// command replies, or the only one of its thread. With «pour tous», for operators only,
// all rooms may read the entry. It answers with the reason if there is no such answer,
// or if there is no number and the homeserver may have chosen the answer.
func (a *Answerer) keep(ctx context.Context, r request) (Answer, error) {
	forAll := false
	number, rest := cutQuestion(r.args)
	switch rest = strings.TrimPrefix(text.Fold(rest), "pour "); {
	case rest == "":
	case isWord(rest, "tous", "tout"):
		if forAll = r.Level >= chat.LevelOperator; !forAll {
			return a.message(r, "faq-fault", faqFault{r.Prefix, "operator", ""})
		}
	default:
		return a.explain(ctx, r, r.command)
	}
	answer, err := a.answerToKeep(ctx, r, number)
	var entry relay.Entry
	if err == nil {
		entry, err = a.parts.FAQ.Entry(ctx, answer, forAll, time.Now())
	}
	switch {
	case errors.Is(err, errNotChosen):
		return a.message(r, "faq-fault", faqFault{r.Prefix, "no-number", ""})
	case errors.Is(err, relay.ErrNoAnswer) || errors.Is(err, chat.ErrNotFound):
		return a.message(r, "faq-fault", faqFault{r.Prefix, "no-answer", ""})
	case err != nil:
		return Answer{}, err
	}
	what := "kept"
	if _, err := a.parts.FAQ.Store.EntryOf(ctx, answer.Event); err == nil {
		what = "again"
	} else if !errors.Is(err, chat.ErrNotFound) {
		return Answer{}, err
	}
	said, err := a.message(r, "faq-changed", faqChange{Prefix: r.Prefix, What: what, Entry: entry, ForAll: forAll})
	said.change = a.saveEntry(r, entry, forAll)
	return said, err
}

// errNotChosen means that the homeserver may have chosen the message to which a command
// relates.
var errNotChosen = errors.New("the relation is not encrypted")

// answerToKeep returns the expert's answer that the command of the FAQ has to add.
// number is the number of its question, or 0 if the command gives none. The error is
// errNotChosen if the homeserver may have chosen the answer, and relay.ErrNoAnswer or
// chat.ErrNotFound if there is no answer or there are several.
func (a *Answerer) answerToKeep(ctx context.Context, r request, number int64) (relay.Message, error) {
	if number != 0 {
		return a.parts.FAQ.OnlyAnswer(ctx, r.Room, number)
	}
	related := r.ReplyTo != "" || r.Thread != ""
	if related && !r.Event.Message.Chosen(r.Encrypted || r.Event.ClearInEncrypted) {
		return relay.Message{}, errNotChosen
	}
	return a.parts.FAQ.Answer(ctx, r.Room, r.ReplyTo, r.Thread)
}

// unkeep answers the command that removes the entry of the FAQ with the number in its
// arguments. The answer's change removes the entry and logs that. If no entry has the
// number, or the arguments are no number, the answer says so; without arguments, it
// explains the command.
func (a *Answerer) unkeep(ctx context.Context, r request) (Answer, error) {
	number, err := strconv.ParseInt(strings.TrimLeft(r.args, "n°o# "), 10, 64)
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	entry := relay.Entry{}
	if err == nil {
		if entry, err = a.entry(ctx, number); err != nil {
			return Answer{}, err
		}
	}
	if entry.Number == 0 {
		return a.message(r, "faq-fault", faqFault{r.Prefix, "number", r.args})
	}
	said, err := a.message(r, "faq-changed", faqChange{Prefix: r.Prefix, What: "removed", Number: number, Entry: entry})
	said.change = func(ctx context.Context) error {
		err := a.parts.FAQ.Store.RemoveEntry(ctx, number)
		switch {
		case errors.Is(err, chat.ErrNotFound):
			return nil // another person has removed it
		case err != nil:
			return err
		}
		return a.log(ctx, r, rooms.Change{What: rooms.FAQ, Before: entryNumber(number)})
	}
	return said, err
}

// entryNumber returns the name of an entry of the FAQ for the log of changes. It holds
// only the number: the text must disappear with the entry.
func entryNumber(n int64) string { return fmt.Sprintf("n° %d", n) }
