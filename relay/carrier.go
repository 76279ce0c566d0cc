package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
	"heraut/wait"
)

// Queue is the interface of the outbox: it runs changes in a database transaction, and
// sends, replaces and withdraws posts. Its methods join the transaction of their
// context.
type Queue interface {
	// Do runs change in a transaction, and sends its posts after the commit. After an
	// error of change, which it returns, nothing is stored.
	Do(ctx context.Context, change func(ctx context.Context) error) error
	// Post adds posts; a cause that was used before adds nothing.
	Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error
	// Withdraw takes the post with that key back: it cancels one that was not sent, and
	// deletes one that was from its room.
	Withdraw(ctx context.Context, key chat.PostKey) error
	// Replace makes p the content of the post at key, if no attempt was made to send
	// it, and reports whether it did.
	Replace(ctx context.Context, key chat.PostKey, p chat.Post) (bool, error)
}

// Suggest is a function that returns suggestions for a question asked in a room, nearest
// first: known answers and software that may be shown there. Each holds HTML for a list
// item, in the language lang, and an entry of the FAQ its number.
type Suggest func(ctx context.Context, room chat.RoomID, text, lang string) ([]Suggestion, error)

// Options are the arguments of NewCarrier: the store, the queue, the rooms, the relays
// and how to find suggestions.
type Options struct {
	Store Store
	Queue Queue
	Book  *rooms.Book
	// Room returns the stored data of a room; all but the id is empty if the bot never
	// saw it.
	Room func(ctx context.Context, room chat.RoomID) (chat.Room, error)
	// Routes knows the relays; nil: only operators open some.
	Routes *Routes
	// Name returns a person's name in a room; empty if unknown. nil: no name is known.
	Name func(ctx context.Context, room chat.RoomID, user chat.UserID) string
	// Self is the bot.
	Self chat.UserID
	// Members asks the homeserver for the joined members of a room, with their names
	// there; empty: no name. nil: no member is known.
	Members func(ctx context.Context, room chat.RoomID) (map[chat.UserID]string, error)
	// HasLeft reports whether a person is known to have left a room; it asks nobody.
	// nil: it is never known.
	HasLeft func(ctx context.Context, room chat.RoomID, user chat.UserID) bool
	// Message returns a person's message in a room with the text of its last edit;
	// Message.RelationEncrypted is false if the homeserver may have chosen that edit.
	// Its error may wrap chat.ErrNotFound. nil: no message can be made a question.
	Message func(ctx context.Context, room chat.RoomID, event chat.EventID) (chat.Event, error)
	// Ours reports whether the bot serves a server.
	Ours func(server string) bool
	// Resolve returns the room with an address ("#bluehats:example.org"). nil: only
	// ids name rooms.
	Resolve func(ctx context.Context, address string) (chat.RoomID, error)
	// Suggest looks for suggestions for each new question; nil: there are none.
	Suggest Suggest
	// SuggestFor is how long the asker may take to accept or refuse the suggestions
	// before the question goes on to the experts; 0: five minutes.
	SuggestFor time.Duration
	// Quiet returns the quiet hours of the experts' room, outside of which they are
	// expected; nil: at any time.
	Quiet func(room chat.RoomID) Quiet
	// Subject returns the name of the software that a question begins with; empty:
	// none. nil: questions have no subject.
	Subject func(text string) string
	// Ring makes a new question notify the experts.
	Ring bool
	// Pings bounds the pings of the askers of duplicates; nil: nothing does.
	Pings *Pings
	// Files says which attached files go along.
	Files Files
	// Marks makes the bot react with 📨 to messages that reached the other room.
	Marks bool
	Links rooms.Links // the start of links to messages
	Log   zerolog.Logger
	Now   func() time.Time // nil: time.Now
}

// Carrier is the service that carries questions from rooms that ask to rooms of
// experts, and answers back. Its methods for commands and events return changes of the
// database that the caller commits; Run commits its own. It is safe for concurrent use.
type Carrier struct {
	Options
	*Routes
	store Store
	queue Queue
	wake  wait.Signal // a question may be due earlier than Run expects
}

// NewCarrier returns a Carrier that works with the parts in o. The caller starts Run,
// which does the rounds (Round).
func NewCarrier(o Options) *Carrier {
	if o.Routes == nil {
		o.Routes = NewRoutes(o.Store, o.Room, nil)
	}
	if o.SuggestFor == 0 {
		o.SuggestFor = 5 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Members == nil {
		o.Members = func(context.Context, chat.RoomID) (map[chat.UserID]string, error) { return nil, nil } //nolint:nilnil // no member is known
	}
	if o.HasLeft == nil {
		o.HasLeft = func(context.Context, chat.RoomID, chat.UserID) bool { return false }
	}
	return &Carrier{Options: o, Routes: o.Routes, store: o.Store, queue: o.Queue, wake: wait.NewSignal()}
}

// Run does a round at once, and then whenever suggestions were not accepted in time, at
// least every hour while no question waits for that, until ctx ends; then it returns
// nil. A round (Round) sends such questions on, and ends the requests to colleagues who
// did not answer in time. Run logs an error and tries again after ten seconds.
func (d *Carrier) Run(ctx context.Context) error {
	for {
		now := d.Now()
		err := d.Round(ctx, now)
		var next time.Time
		if err == nil {
			next, err = d.store.NextDueQuestion(ctx, now)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.Log.Error().Err(err).Msg("Questions that are due could not be asked: trying again")
			next = now.Add(10 * time.Second)
		case next.IsZero():
			next = now.Add(time.Hour)
		}
		d.wake.For(ctx, next.Sub(d.Now()))
	}
}

// Round sends to the experts the questions whose askers, by now, neither accepted nor
// refused the suggestions in time, or asks for their consent first (submit). It ends
// the requests to colleagues who did not answer in time. It runs in a transaction of its
// own.
func (d *Carrier) Round(ctx context.Context, now time.Time) error {
	due, err := d.store.DueQuestions(ctx, now)
	if err != nil {
		return err
	}
	overdue, err := d.store.AssignedBefore(ctx, now.Add(-assignFor))
	if err != nil || len(due)+len(overdue) == 0 {
		return err
	}
	return d.queue.Do(ctx, func(ctx context.Context) error {
		if err := d.lapse(ctx, overdue, now); err != nil {
			return err
		}
		for _, q := range due {
			if err := d.update(ctx, q.Number, func(q *Question) error {
				if q.Status != Proposed {
					return nil
				}
				return d.submit(ctx, q)
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// wakeRun makes Run check again which questions are due.
func (d *Carrier) wakeRun() { d.wake.Set() }

// update reads the question with that number and calls do, which may change it. If do
// has changed the question, update stores it and updates the messages that show it, in
// the transaction of ctx. If do fails, it stores nothing and returns that error. The
// error wraps chat.ErrNotFound if there is no such question.
func (d *Carrier) update(ctx context.Context, number int64, do func(q *Question) error) error {
	before, err := d.store.Question(ctx, number)
	if err != nil {
		return fmt.Errorf("load question %d: %w", number, err)
	}
	after := before
	if err := do(&after); err != nil || after == before {
		return err
	}
	return d.save(ctx, before, after)
}

// save stores the changed question q, and updates the messages that show it to the
// asker and the experts, in the transaction of ctx. before is the question as it was;
// for a new question it is zero, and q gets a number. save sets ClosedAt and ActiveAt
// in the stored question, erases the text of a withdrawn one, and the suggestions of
// one that is not proposed. It also updates or ends what the change affects: a
// hand-over that waits for consent, a request to a colleague, and duplicates. The
// caller's q does not change.
func (d *Carrier) save(ctx context.Context, before, q Question) error {
	now := d.Now()
	switch {
	case q.Status.Closed() && q.ClosedAt.IsZero():
		q.ClosedAt = now
	case !q.Status.Closed():
		q.ClosedAt = time.Time{}
	}
	if q.Status == Withdrawn {
		q.Text = ""
	}
	if q.Status != Proposed {
		q.Proposals, q.Suggested, q.DueAt = "", "", time.Time{}
	}
	q.ActiveAt = now
	if err := d.settleHandover(ctx, before, &q); err != nil {
		return err
	}
	if err := d.settleAssignment(ctx, before, &q); err != nil {
		return err
	}
	if err := d.settleDuplicates(ctx, before, &q); err != nil {
		return err
	}
	if q.Number == 0 {
		number, err := d.store.AddQuestion(ctx, q)
		if err != nil {
			return fmt.Errorf("store a question: %w", err)
		}
		q.Number = number
	}
	if err := d.show(ctx, before, &q); err != nil {
		return fmt.Errorf("show question %d: %w", q.Number, err)
	}
	if err := d.store.SaveQuestion(ctx, q); err != nil {
		return fmt.Errorf("store question %d: %w", q.Number, err)
	}
	return nil
}

// roomName returns a room's name for people; empty if it has none. It is also empty for
// a direct message, whose name would say who asks. The error is that of looking up the
// room.
func (d *Carrier) roomName(ctx context.Context, room chat.RoomID) (string, error) {
	r, err := d.Room(ctx, room)
	if r.Direct {
		return "", err
	}
	return r.Name, err
}

// say renders a template with data in the language of a room, and returns the HTML and
// that language. The error is that of the template.
func (d *Carrier) say(room chat.RoomID, template string, data any) (html, lang string, err error) {
	lang = d.Book.Of(room).Language
	html, err = locale.Render(lang, template, data)
	return html, lang, err
}

// has turns the error of a lookup into an answer: true if err is nil, false without an
// error if err is or wraps chat.ErrNotFound, and false with err for any other error.
func has(err error) (bool, error) {
	if errors.Is(err, chat.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
