package commands

import (
	"context"
	"errors"
	"strings"
	"time"

	"heraut/chat"
)

// ConfirmWithin is how long a command waits for its confirmation.
const ConfirmWithin = 5 * time.Minute

// ErrNoConfirmation is the error of Confirmations when no such command waits for its
// confirmation.
var ErrNoConfirmation = errors.New("no command to confirm")

// Confirmation is a dangerous command that waits until the person who gave it confirms
// it.
type Confirmation struct {
	Cause chat.EventID // the command's message
	Room  chat.RoomID
	By    chat.UserID
	Line  string // the command, without the prefix
	At    time.Time
}

// Confirmations is the store of the commands that wait to be confirmed. Its methods
// join the transaction of their context.
type Confirmations interface {
	// SaveConfirmation stores c, and deletes the person's other waiting commands in
	// the room and those older than expired.
	SaveConfirmation(ctx context.Context, c Confirmation, expired time.Time) error
	// ConfirmationOf returns the command that the bot asked to confirm in the given
	// event. WaitingConfirmation returns the person's last waiting one in the room.
	// Both may return ErrNoConfirmation.
	ConfirmationOf(ctx context.Context, room chat.RoomID, posted chat.EventID) (Confirmation, error)
	WaitingConfirmation(ctx context.Context, room chat.RoomID, by chat.UserID) (Confirmation, error)
	// EndConfirmation deletes a waiting command, if there is one.
	EndConfirmation(ctx context.Context, cause chat.EventID) error
}

// confirmation is the data of the message that asks whether a dangerous command is
// really meant.
type confirmation struct {
	Prefix string
	// Reaction: a reaction suffices to confirm. In an encrypted room it does not:
	// Matrix does not encrypt reactions, so nobody knows whether they come from
	// their sender.
	Reaction bool
	What     string // the action to confirm: "quit", "remove-all" or "forget"
	Room     *place
	Count    int
}

// confirm answers a dangerous command with the question whether it is really meant. c
// says what to confirm; confirm sets its prefix and reaction. The answer stores the
// line; once the person confirms it, the command is answered again, with
// request.confirmed set.
func (a *Answerer) confirm(r request, c confirmation) (Answer, error) {
	c.Prefix, c.Reaction = r.Prefix, !r.Encrypted
	answer, err := a.message(r, "confirm", c)
	answer.confirm = r.text
	return answer, err
}

// confirms reports whether a message has the form that confirms a waiting command:
// «!oui», with the room's prefix, or «oui» in a direct message, in any language. It
// does not say whether a command waits.
func confirms(l Line) bool {
	text, prefixed := strings.CutPrefix(firstLine(typed(l.Text, l.Prefix, l.Direct)), l.Prefix)
	return (prefixed || l.Private) && isWord(text, "oui")
}

// isYes reports whether the emoji of a reaction, key, is the one that confirms a
// waiting command: ✅.
func isYes(key string) bool { return strings.TrimSuffix(key, "\uFE0F") == "✅" }

// confirmed returns a function that answers the waiting command which the message or
// reaction e confirms; with that answer, the command no longer waits. l is the Line of
// e. The function is nil if e confirms no command: no command of this person waits, the
// command is older than ConfirmWithin, e is unencrypted in an encrypted room, or the
// person may not confirm the command by a reaction. The error is that of a store.
func (h *Handler) confirmed(ctx context.Context, e chat.Event, l Line) (func(context.Context) (Answer, error), error) {
	if e.ClearInEncrypted {
		return nil, nil //nolint:nilnil // the homeserver can have made it up
	}
	var c Confirmation
	var err error
	if e.Reaction != nil {
		c, err = h.answerer.admin.Confirmations.ConfirmationOf(ctx, e.Room, e.Reaction.Target)
	} else {
		c, err = h.answerer.admin.Confirmations.WaitingConfirmation(ctx, e.Room, e.Sender)
	}
	switch {
	case errors.Is(err, ErrNoConfirmation):
		return nil, nil //nolint:nilnil // it confirms nothing
	case err != nil:
		return nil, err
	case c.By != e.Sender, e.At.After(c.At.Add(ConfirmWithin)):
		return nil, nil //nolint:nilnil // idem
	}
	l.Text = c.Line
	r := request{Line: l, text: c.Line, prefixed: true, confirmed: true, state: h.answerer.current()}
	if r.command, r.args = h.answerer.find(c.Line); r.command == nil {
		return nil, nil //nolint:nilnil // another version of the bot asked
	}
	if e.Reaction != nil {
		// In an encrypted room nobody knows who reacted, so the command keeps
		// waiting.
		if why, err := h.answerer.refused(ctx, r, r.command); why != "" || err != nil {
			return nil, err
		}
	}
	end := func(ctx context.Context) error { return h.answerer.admin.Confirmations.EndConfirmation(ctx, c.Cause) }
	return func(ctx context.Context) (Answer, error) {
		answer, err := h.answerer.follow(ctx, r)
		if later := answer.later; later != nil {
			answer.later = func(ctx context.Context) (Answer, error) {
				answer, err := later(ctx)
				answer.change = both(end, answer.change)
				return answer, err
			}
			return answer, err
		}
		answer.change = both(end, answer.change)
		return answer, err
	}, nil
}

// awaits returns a change of the database that stores line, the command of e, as a
// command that waits for its confirmation. If line is empty and e edits or deletes the
// message of a waiting command, the change deletes that waiting command. The change is
// nil if there is nothing to do.
func (h *Handler) awaits(e chat.Event, line string) func(context.Context) error {
	store := h.answerer.admin.Confirmations
	switch {
	case line != "":
		c := Confirmation{Cause: e.Original(), Room: e.Room, By: e.Sender, Line: line, At: e.At}
		return func(ctx context.Context) error {
			return store.SaveConfirmation(ctx, c, e.At.Add(-ConfirmWithin))
		}
	case e.Original() != e.ID:
		return func(ctx context.Context) error { return store.EndConfirmation(ctx, e.Original()) }
	}
	return nil
}
