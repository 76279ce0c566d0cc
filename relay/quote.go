package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// askSign is the reaction that makes a message a question.
const askSign = "❓"

// IsAsking reports whether the emoji key, put on a message, makes that message a
// question for the experts.
func IsAsking(key string) bool { return plainSign(key) == askSign }

// IsTheme reports whether s, the text after a command, is empty or only a theme such as
// «#licences».
func IsTheme(s string) bool {
	_, text := cutTheme(s)
	return text == ""
}

// IsOthers reports whether the fault is about another message that a person wants to
// make a question: not theirs, declined by its author, asked already or unreadable. The
// bot does not explain such a fault after a reaction.
func (f *Fault) IsOthers() bool {
	return f.What == FaultNotYours || f.What == FaultDeclined || f.What == FaultAsked || f.What == FaultUnread
}

// Quote returns a function that makes the message target a question for the experts, as
// the command or reaction e asks; args may name a theme ("#licences"). The author of the
// message may do so at once; a moderator may propose it, and the author is asked first.
// Quote reads the message from the homeserver; the function does nothing if the message
// is deleted meanwhile, and returns errRevised, which wraps queue.ErrOutdated, if it is
// edited, so that the queue handles e anew. The error of Quote is a *Fault if the message
// cannot be a question.
func (d *Carrier) Quote(ctx context.Context, e chat.Event, target chat.EventID, args string) (func(ctx context.Context) error, error) {
	theme, _ := cutTheme(args)
	room, err := d.Room(ctx, e.Room)
	switch {
	case err != nil:
		return nil, err
	case room.Encrypted && e.Message == nil: // anybody could have put a reaction there
		return nil, &Fault{What: FaultNotYours}
	}
	old, err := d.quotable(ctx, e.Room, target)
	if err != nil {
		return nil, err
	}
	revised, _, err := d.store.RevisedAt(ctx, e.Room, target)
	if err != nil {
		return nil, err
	}
	said, err := d.quoted(ctx, e, target)
	if err != nil {
		return nil, err
	}
	own := said.Sender == e.Sender
	if !own && old.Why == WhyCancelled {
		return nil, &Fault{What: FaultDeclined, Number: old.Number}
	}
	text, err := d.questionText(ctx, said, said.Message.Body)
	if err != nil {
		return nil, err
	}
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return nil, err
	}
	chosen := said.Message.Chosen(room.Encrypted) && (e.Message == nil || e.Message.Chosen(room.Encrypted))
	said.At = e.At
	q, err := d.newQuestion(ctx, said, old, theme, text, readers)
	if err != nil {
		return nil, err
	}
	if !chosen && !q.Widens.None() {
		return nil, &Fault{What: FaultUnsure, Widens: q.Widens}
	}
	q.Quoted, q.Call, q.Caller = true, e.ID, e.Sender
	if !own {
		q.take(stepOffer)
	} else if d.Suggest != nil {
		d.suggest(ctx, said, &q)
	}
	return func(ctx context.Context) error { return d.askQuoted(ctx, said, q, revised) }, nil
}

// errRevised means that a message was edited after it was read.
var errRevised = fmt.Errorf("the message that is made a question was edited meanwhile: %w", queue.ErrOutdated)

// askQuoted stores the question q about the message said, in the transaction of ctx.
// revised is when the message's last handled edit was made, as RevisedAt returned it
// before the message was read; zero for a message without an edit. askQuoted does
// nothing if the message was deleted since, and returns errRevised if it was edited.
func (d *Carrier) askQuoted(ctx context.Context, said chat.Event, q Question, revised time.Time) error {
	now, deleted, err := d.store.RevisedAt(ctx, q.Origin, q.Event)
	switch {
	case err != nil || deleted:
		return err
	case !now.Equal(revised):
		return errRevised
	}
	return d.ask(ctx, said, q)
}

// quotable checks whether the message target in room can become a question. If the
// message asked a question before that was withdrawn, it returns that question, to be
// asked again; if it asked none, the zero Question. The error is a *Fault if the
// message belongs to a question that cannot be asked again.
func (d *Carrier) quotable(ctx context.Context, room chat.RoomID, target chat.EventID) (Question, error) {
	old, err := d.store.QuestionBy(ctx, target)
	asked, err := has(err)
	switch {
	case err != nil:
		return old, err
	case asked && old.Origin == room && old.Status == Withdrawn && !old.over():
		return old, nil
	case asked:
		return Question{}, &Fault{What: FaultAsked, Number: old.Number}
	}
	m, err := d.store.MessageOf(ctx, target)
	if known, err := has(err); err != nil || !known {
		return Question{}, err
	}
	return Question{}, &Fault{What: FaultAsked, Number: m.Question}
}

// quoted reads the message target from the homeserver, which the sender of e wants to
// make a question, and returns it with its text trimmed. The error is a *Fault if the
// sender is neither its author nor a moderator, or if it cannot be read, is no text or
// looks like a command.
func (d *Carrier) quoted(ctx context.Context, e chat.Event, target chat.EventID) (chat.Event, error) {
	if d.Message == nil {
		return chat.Event{}, &Fault{What: FaultUnread}
	}
	said, err := d.Message(ctx, e.Room, target)
	if err != nil {
		if !errors.Is(err, chat.ErrNotFound) {
			d.Log.Warn().Err(err).Msg("A message that somebody makes a question could not be read")
		}
		return said, &Fault{What: FaultUnread}
	}
	switch {
	case said.Sender != e.Sender && e.Level < chat.LevelModerator:
		return said, &Fault{What: FaultNotYours}
	case !said.Message.IsText(), looksLikeCommand(said.Message.Body, d.Book.Of(e.Room).Prefix):
		return said, &Fault{What: FaultUnread}
	}
	said.Message.Body = strings.TrimSpace(said.Message.Body)
	return said, nil
}

// rewordQuoted handles e, the edit of a message that is no command but was made a
// question: the Result gives the question the new text, or tells the asker why that
// does not reach the experts. It returns false if e edits no such message.
func (d *Carrier) rewordQuoted(ctx context.Context, e chat.Event) (queue.Result, bool, error) {
	if e.Message.Edits == "" {
		return queue.Result{}, false, nil
	}
	q, err := d.store.QuestionBy(ctx, e.Message.Edits)
	if found, err := has(err); err != nil || !found || !q.Quoted || q.Origin != e.Room {
		return queue.Result{}, false, err
	}
	result := queue.Result{Unchanged: true}
	if q.Status.Closed() && q.Status != Solved {
		return result, true, nil
	}
	change, err := d.reworded(ctx, e, q)
	fault, err := faultOf(err)
	switch {
	case fault == nil:
	case fault.What == FaultClear:
		change = nil
	default:
		change = func(ctx context.Context) error { return d.tellAsker(ctx, q, fault) }
	}
	result.Change = change
	return result, true, err
}

// reworded returns a function that gives the question q the new text in e, an edit of
// its message. If the text is empty, or e is no text, the function withdraws the
// question. The error of reworded is a *Fault if the text cannot be asked or may not go
// to the experts; any other error means that the check failed.
func (d *Carrier) reworded(ctx context.Context, e chat.Event, q Question) (func(ctx context.Context) error, error) {
	if !e.Message.IsText() || strings.TrimSpace(e.Message.Body) == "" {
		return d.Dropped(e), nil
	}
	text, err := d.questionText(ctx, e, strings.TrimSpace(e.Message.Body))
	if err != nil {
		return nil, err
	}
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return nil, err
	}
	if err := d.mayFollow(ctx, e, q); err != nil {
		return nil, err
	}
	if q.Status.Asked() {
		return d.reword(ctx, q, e.Sender, text, readers.Least)
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(q *Question) error {
			q.Text, q.Subject, q.Readers = text, d.subject(text), q.Readers.Both(readers.Least)
			return nil
		})
	}, nil
}
