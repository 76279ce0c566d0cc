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
)

// Queue sends what is decided. Its methods join the transaction of their context.
type Queue interface {
	// Do runs change in a transaction, and sends what it posted once that is
	// committed.
	Do(ctx context.Context, change func(ctx context.Context) error) error
	// Post adds posts, for ever once for each cause.
	Post(ctx context.Context, cause chat.EventID, posts ...chat.Post) error
	// Withdraw takes a post back, sent or not.
	Withdraw(ctx context.Context, key chat.PostKey) error
	// Replace makes p the post at key, if that waits and no attempt was made to send
	// it, and reports whether it did.
	Replace(ctx context.Context, key chat.PostKey, p chat.Post) (bool, error)
}

// Suggest finds what resembles a question that is asked in a room and may be
// shown there, the nearest first, as the asker reads it: each in HTML, in the tags
// of messages that fit a list's item.
type Suggest func(ctx context.Context, room chat.RoomID, text, lang string) ([]string, error)

// Options are what relays work with.
type Options struct {
	Store Store
	Queue Queue
	Book  *rooms.Book
	// Room is what is known of a room: nothing but its id if it was never seen.
	Room func(ctx context.Context, room chat.RoomID) (chat.Room, error)
	// Name is what a person is called in a room; empty if that is not known. nil:
	// nobody's name is.
	Name func(ctx context.Context, room chat.RoomID, user chat.UserID) string
	// Ours reports whether a server is one of those that the bot serves.
	Ours func(server string) bool
	// Resolve finds the room with an address ("#bluehats:example.org").
	Resolve func(ctx context.Context, address string) (chat.RoomID, error)
	// Suggest is asked about each new question; nil: nobody is.
	Suggest Suggest
	// SuggestFor is how long the asker has to say that what was suggested answers
	// the question, before the experts get it; 0: five minutes.
	SuggestFor time.Duration
	// Links is the address that links to a message start with.
	Links string
	Log   zerolog.Logger
}

// Desk carries questions and answers.
type Desk struct {
	Options
	store Store
	queue Queue
	wake  chan struct{} // a question may go on by itself earlier than thought

	declared declared
}

// NewDesk returns a Desk without declared relays.
func NewDesk(o Options) *Desk {
	if o.SuggestFor == 0 {
		o.SuggestFor = 5 * time.Minute
	}
	return &Desk{Options: o, store: o.Store, queue: o.Queue, wake: make(chan struct{}, 1), declared: declared{rooms: map[string]chat.RoomID{}}}
}

// Serves reports whether what is said in the room may have to be carried, however
// late it comes.
func (d *Desk) Serves(ctx context.Context, room chat.RoomID) (bool, error) {
	all, err := d.Relays(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range all {
		if r.joins(room) {
			return true, nil
		}
	}
	return d.store.Serving(ctx, room)
}

// Run has questions go on that nobody said anything about, until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	for {
		now := time.Now()
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
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Round asks the experts the questions whose askers did not say by now whether
// what was suggested answers them.
func (d *Desk) Round(ctx context.Context, now time.Time) error {
	due, err := d.store.DueQuestions(ctx, now)
	if err != nil || len(due) == 0 {
		return err
	}
	return d.queue.Do(ctx, func(ctx context.Context) error {
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

// looked has Run look at what is due.
func (d *Desk) looked() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// update has do change a question, in the transaction of ctx, and shows the asker
// and the experts what that changes.
func (d *Desk) update(ctx context.Context, number int64, do func(q *Question) error) error {
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

// save stores and shows a question that changed; before is zero for a new one.
func (d *Desk) save(ctx context.Context, before, q Question) error {
	now := time.Now()
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
		q.Proposals, q.DueAt = "", time.Time{}
	}
	q.ActiveAt = now
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

// roomName is what people call a room; empty when it has no name.
func (d *Desk) roomName(ctx context.Context, room chat.RoomID) (string, error) {
	r, err := d.Room(ctx, room)
	return r.Name, err
}

// say renders a message in a room's language.
func (d *Desk) say(room chat.RoomID, template string, data any) (html, lang string, err error) {
	lang = d.Book.Of(room).Language
	html, err = locale.Render(lang, template, data)
	return html, lang, err
}

// has tells whether a lookup found something; ErrNone is no error then.
func has(err error) (bool, error) {
	if errors.Is(err, ErrNone) {
		return false, nil
	}
	return err == nil, err
}
