package commands

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
)

// chooseWithin is how long a bare number chooses from a list.
const chooseWithin = 5 * time.Minute

// ErrNoChoice is the error of Choices when there is no list from which the person may
// choose.
var ErrNoChoice = errors.New("no list to choose from")

// Choice is a numbered list in a message of the bot from which one person may choose,
// by typing a number or by a reaction.
type Choice struct {
	Cause   chat.EventID // the message that the list, as the first post, answers
	Room    chat.RoomID
	Asker   chat.UserID // the only person who may choose
	Thread  chat.EventID
	Command string   // the command that answers about the chosen entry
	IDs     []string // of the software, in the list's order
	At      time.Time
	// Next is the asker's next message in the room, once there is one: no other
	// message may choose with a bare number.
	Next chat.EventID
}

// Choices is the store of the numbered lists from which people may still choose.
type Choices interface {
	// SaveChoice stores c in place of the list that answered c.Cause before; a c without
	// IDs deletes that list. It joins the transaction of its context.
	SaveChoice(ctx context.Context, c Choice) error
	// ChoiceOf returns the list that the bot posted as the given event, or
	// ErrNoChoice.
	ChoiceOf(ctx context.Context, room chat.RoomID, posted chat.EventID) (Choice, error)
	// ChoiceBefore returns the latest of the asker's lists in the room whose Next is
	// message, or which has no Next yet and is not older than since; ErrNoChoice if
	// there is none.
	ChoiceBefore(ctx context.Context, room chat.RoomID, asker chat.UserID, message chat.EventID, since time.Time) (Choice, error)
}

// choiceOf returns the list l in the answer to the message e as a Choice, the form in
// which the database holds it; a Choice without ids if l is nil.
func choiceOf(e chat.Event, l *list) Choice {
	c := Choice{Cause: e.Original(), Room: e.Room, Asker: e.Sender, Thread: e.Message.Thread, At: e.At}
	if l != nil {
		c.Command, c.IDs = l.command, l.ids
	}
	return c
}

// choiceAgain returns a copy of the list c, from which the reply e chose. The copy is
// stored for e, so that an edit of e can choose again: the edit itself does not say
// which list e replied to. A bare number in another message cannot choose from the
// copy.
func choiceAgain(e chat.Event, c Choice) Choice {
	c.Cause, c.Next = e.Original(), e.Original()
	return c
}

// save returns a function that stores the choices in the database; one without ids
// deletes the choice that the database has for the same cause. It returns nil if there
// are no choices.
func (h *Handler) save(choices ...Choice) func(context.Context) error {
	if len(choices) == 0 {
		return nil
	}
	return func(ctx context.Context) error {
		for _, c := range choices {
			if err := h.choices.SaveChoice(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}
}

// listBefore returns the numbered list from which the message e may choose by a bare
// number: the latest list that the sender got in the room, at most chooseWithin ago, if
// e is their first message after it. It returns the zero Choice if there is none. For
// an edit, the edited message must be the first one after the list, whose age does not
// count. The error is that of the store.
func (h *Handler) listBefore(ctx context.Context, e chat.Event) (Choice, error) {
	since := e.At.Add(-chooseWithin)
	if e.Message.Edits != "" {
		since = e.At.Add(chooseWithin) // no list is that new
	}
	c, err := h.choices.ChoiceBefore(ctx, e.Room, e.Sender, e.Original(), since)
	if errors.Is(err, ErrNoChoice) {
		return Choice{}, nil
	}
	return c, err
}

// pick returns a function that answers the message e, if e chooses from a numbered
// list. The list is the one to which e replies or, if e is no reply, before, the result
// of listBefore. The function is nil if e is no choice: its text is no number, there is
// no list, or, in a room and without a reply, the list has no such number. If e replies
// to a list of another person, the function gives the zero Answer. The error is that of
// the store.
func (h *Handler) pick(ctx context.Context, e chat.Event, l Line, before Choice) (func(context.Context) (Answer, error), error) {
	n, ok := number(strings.TrimPrefix(firstLine(typed(l.Text, l.Prefix, l.Direct)), l.Prefix))
	if !ok {
		return nil, nil //nolint:nilnil // the message is no choice
	}
	c := before
	if e.Message.ReplyTo != "" {
		var err error
		c, err = h.choices.ChoiceOf(ctx, e.Room, e.Message.ReplyTo)
		switch {
		case errors.Is(err, ErrNoChoice):
			return nil, nil //nolint:nilnil // idem
		case err != nil:
			return nil, err
		case c.Asker != e.Sender:
			return func(context.Context) (Answer, error) { return Answer{}, nil }, nil
		}
	}
	if c.IDs == nil || n > len(c.IDs) && !e.Direct && e.Message.ReplyTo == "" {
		return nil, nil //nolint:nilnil // it may well mean something else
	}
	return func(ctx context.Context) (Answer, error) {
		answer, err := h.answerer.chosen(ctx, l, c, n)
		if c.Next != e.Original() || c.Cause == e.Original() {
			answer.again = &c
		}
		return answer, err
	}, nil
}

// reaction answers a reaction: one to a message of a question (Carrier.React), ✅ that
// confirms a command, the emoji that makes a message a question, or a number by which a
// person chooses from their list. It returns an empty Result for any other reaction,
// for a number or a confirmation that comes late, for a number that is not in the list,
// and for a list of another person.
func (h *Handler) reaction(ctx context.Context, e chat.Event) (queue.Result, error) {
	l := h.about(e)
	if result, done, err := h.answerer.carrier.React(ctx, e); done || err != nil {
		return h.limitCarried(e, l, result, err)
	}
	if isYes(e.Reaction.Key) && !e.Late {
		answer, err := h.confirmed(ctx, e, l)
		if answer == nil || err != nil {
			return queue.Result{}, err
		}
		return h.decide(ctx, e, l, answer, nil)
	}
	if relay.IsAsking(e.Reaction.Key) {
		return h.quote(ctx, e, l)
	}
	n, ok := number(e.Reaction.Key)
	if !ok || e.Late {
		return queue.Result{}, nil
	}
	c, err := h.choices.ChoiceOf(ctx, e.Room, e.Reaction.Target)
	switch {
	case errors.Is(err, ErrNoChoice):
		return queue.Result{}, nil
	case err != nil:
		return queue.Result{}, err
	case c.Asker != e.Sender || n > len(c.IDs):
		return queue.Result{}, nil
	}
	return h.decide(ctx, e, l, func(ctx context.Context) (Answer, error) {
		answer, err := h.answerer.chosen(ctx, l, c, n)
		answer.thread = c.Thread
		return answer, err
	}, nil)
}

// chosen answers the choice of the n-th item of the list c, counted from 1. It answers
// with the reason if the list is shorter, the catalogue is not read yet, or the
// software or the command is gone.
func (a *Answerer) chosen(ctx context.Context, l Line, c Choice, n int) (Answer, error) {
	r := request{Line: l, command: a.byName(c.Command), state: a.stateOf(l.Room)}
	if r.command != nil && r.command.commons {
		r.state = a.commonsState()
	}
	switch {
	case n > len(c.IDs):
		return a.message(r, "out-of-list", struct{ Last int }{len(c.IDs)})
	case r.state.Catalogue == nil:
		return a.loading(r)
	}
	s, ok := r.state.Catalogue.ByID(c.IDs[n-1])
	if !ok || r.command == nil || r.command.show == nil { // or another version wrote the list
		return a.message(r, "gone", struct{ Prefix string }{l.Prefix})
	}
	if err := a.learnRelay(ctx, &r); err != nil {
		return Answer{}, err
	}
	return r.command.show(a, r, s)
}

var numeral = regexp.MustCompile(`^\s*(?i:(?:le|la|the|option|choix|choice|réponse|num[ée]ro|number)\s+)*(?i:n[°o]\s*|#\s*)?([1-9][0-9]?)\s*[.)!]?\s*$`)

// number reads a bare number from 1 to 99: «2», «le 2», «option 2», a keycap emoji
// (2️⃣), a circled digit (②) or a full-width one; 0 and false for anything else.
func number(s string) (int, bool) {
	s = strings.NewReplacer("\uFE0F", "", "\u20E3", "").Replace(norm.NFC.String(s))
	s = norm.NFKC.String(uncircled.Replace(s))
	m := numeral.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// uncircled replaces the circled digits that normalisation does not: the black and
// the sans-serif ones.
var uncircled = func() *strings.Replacer {
	var pairs []string
	for _, first := range []rune{'❶', '➀', '➊'} {
		for n := range rune(9) {
			pairs = append(pairs, string(first+n), strconv.Itoa(int(n)+1))
		}
	}
	return strings.NewReplacer(pairs...)
}()
