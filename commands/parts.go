package commands

import (
	"context"
	"time"

	"heraut/agenda"
	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/commons"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/thanks"
	"heraut/visio"
)

// Parts are what an Answerer answers from. Only Catalogue is necessary: the bot refuses
// the commands of a part that is nil.
type Parts struct {
	About About
	// Zone is the time zone of the dates in answers; nil: UTC.
	Zone *time.Location
	// Catalogue returns the catalogue in force; the Answerer calls it at each line. A
	// state without an interval never counts as stale.
	Catalogue func() catalogue.State
	// Library holds all catalogues; nil if the SILL is the only one.
	Library *commons.Library
	// Word is a further word of the command "sill"; empty for none.
	Word         string
	Repositories Repositories
	Watches      *announce.Announcer
	Relay        *relay.Carrier
	FAQ          *relay.Knowledge
	Agenda       *agenda.Calendars
	Visio        *visio.Meetings
	Thanks       *thanks.Register
	Admin        Administration
}

// sources returns the state of each source; none without watches.
func (p *Parts) sources(ctx context.Context) ([]announce.Health, error) {
	if p.Watches == nil {
		return nil, nil
	}
	return p.Watches.Sources(ctx)
}

// hasCalendar reports whether a source is a calendar.
func (p *Parts) hasCalendar(source string) bool { return p.Agenda != nil && p.Agenda.Has(source) }

// deleted returns the change for a deleted message: it deletes the meeting that the
// message set, and the thanks that it gave.
func (p *Parts) deleted(e chat.Event) func(ctx context.Context) error {
	var change func(ctx context.Context) error
	if p.Visio != nil {
		change = func(ctx context.Context) error { return p.Visio.Store.DeleteMeeting(ctx, e.Original()) }
	}
	if p.Thanks != nil {
		change = both(change, func(ctx context.Context) error { return p.Thanks.Store.DeleteThanks(ctx, e.Original()) })
	}
	return change
}

// carrier is the part of the relay that sees every event of a room; *relay.Carrier
// documents its methods.
type carrier interface {
	Carry(ctx context.Context, e chat.Event, how relay.Manner) (queue.Result, bool, error)
	Note(ctx context.Context, e chat.Event) (carried bool, change func(ctx context.Context) error, err error)
	Dropped(e chat.Event) func(ctx context.Context) error
	Deleted(e chat.Event) func(ctx context.Context) error
	Left(e chat.Event) func(ctx context.Context) error
	React(ctx context.Context, e chat.Event) (queue.Result, bool, error)
}

// carrier returns the relay, or one that carries nothing.
func (p *Parts) carrier() carrier {
	if p.Relay == nil {
		return noCarrier{}
	}
	return p.Relay
}

// noCarrier carries nothing.
type noCarrier struct{}

func (noCarrier) Carry(context.Context, chat.Event, relay.Manner) (queue.Result, bool, error) {
	return queue.Result{}, false, nil
}

func (noCarrier) Note(context.Context, chat.Event) (bool, func(context.Context) error, error) {
	return false, nil, nil
}

func (noCarrier) Dropped(chat.Event) func(context.Context) error { return nil }

func (noCarrier) Deleted(chat.Event) func(context.Context) error { return nil }

func (noCarrier) Left(chat.Event) func(context.Context) error { return nil }

func (noCarrier) React(context.Context, chat.Event) (queue.Result, bool, error) {
	return queue.Result{}, false, nil
}

// withDefaults gives the absent parts of an administration working replacements, which
// know nothing and store nothing.
func (admin Administration) withDefaults() Administration {
	if admin.Book == nil {
		admin.Book = rooms.NewBook(rooms.Settings{})
	}
	if admin.Journal == nil {
		admin.Journal = nothing{}
	}
	if admin.Rooms == nil {
		admin.Rooms = nothing{}
	}
	if admin.Confirmations == nil {
		admin.Confirmations = nothing{}
	}
	if admin.Catalogue == nil {
		admin.Catalogue = nothing{}
	}
	if admin.Declined == nil {
		admin.Declined = func(context.Context) ([]chat.Declined, error) { return nil, nil }
	}
	if admin.Joined == nil {
		admin.Joined = func(context.Context) ([]chat.RoomID, error) { return nil, nil }
	}
	if admin.Missing == nil {
		admin.Missing = func(context.Context) ([]chat.Room, error) { return nil, nil }
	}
	if admin.Name == nil {
		admin.Name = func(context.Context, chat.RoomID, chat.UserID) string { return "" }
	}
	if admin.Resolve == nil {
		admin.Resolve = func(context.Context, string) (chat.RoomID, error) { return "", ErrNoRoom }
	}
	return admin
}

// nothing is an administration without a database.
type nothing struct{}

func (nothing) AddChange(context.Context, rooms.Change) error { return nil }

func (nothing) Changes(context.Context, int) ([]rooms.Change, error) { return nil, nil }

func (nothing) Rooms(context.Context) ([]chat.Room, error) { return nil, nil }

func (nothing) Accept(context.Context) (catalogue.Held, error) {
	return catalogue.Held{}, catalogue.ErrNothingHeld
}

func (nothing) SaveConfirmation(context.Context, Confirmation, time.Time) error { return nil }

func (nothing) ConfirmationOf(context.Context, chat.RoomID, chat.EventID) (Confirmation, error) {
	return Confirmation{}, ErrNoConfirmation
}

func (nothing) WaitingConfirmation(context.Context, chat.RoomID, chat.UserID) (Confirmation, error) {
	return Confirmation{}, ErrNoConfirmation
}

func (nothing) EndConfirmation(context.Context, chat.EventID) error { return nil }
