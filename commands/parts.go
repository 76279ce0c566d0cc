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

// Parts holds the parts of the bot from which an Answerer answers. Only Catalogue is
// required. The commands of a part that is nil are refused, except that !depot without
// Repositories says that the bot knows no repository.
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

// sources returns the configuration's sources of news with their states, without the
// feeds that rooms added; none if the bot has no watches.
func (p *Parts) sources(ctx context.Context) ([]announce.Health, error) {
	if p.Watches == nil {
		return nil, nil
	}
	return p.Watches.Sources(ctx)
}

// hasCalendar reports whether the source of that name is a calendar.
func (p *Parts) hasCalendar(source string) bool { return p.Agenda != nil && p.Agenda.Has(source) }

// deleted returns the change of the database for e, by which a person deletes a
// message: the change deletes the video conference that the message scheduled and the
// thanks that it gave. It is nil if the bot has neither video conferences nor thanks.
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

// carrier is the interface of the relay, which handles the messages and reactions that
// belong to questions. *relay.Carrier implements it and documents the methods.
type carrier interface {
	Carry(ctx context.Context, e chat.Event, how relay.Manner) (queue.Result, bool, error)
	Note(ctx context.Context, e chat.Event) (carried bool, change func(ctx context.Context) error, err error)
	Dropped(e chat.Event) func(ctx context.Context) error
	Reasked(e chat.Event) func(ctx context.Context) error
	Deleted(e chat.Event) func(ctx context.Context) error
	Left(e chat.Event) func(ctx context.Context) error
	React(ctx context.Context, e chat.Event) (queue.Result, bool, error)
}

// carrier returns the relay's Carrier or, if the bot has no relay, a carrier that does
// nothing.
func (p *Parts) carrier() carrier {
	if p.Relay == nil {
		return noCarrier{}
	}
	return p.Relay
}

// noCarrier is the carrier of a bot without a relay: no message belongs to a question,
// and its methods do nothing.
type noCarrier struct{}

func (noCarrier) Carry(context.Context, chat.Event, relay.Manner) (queue.Result, bool, error) {
	return queue.Result{}, false, nil
}

func (noCarrier) Note(context.Context, chat.Event) (bool, func(context.Context) error, error) {
	return false, nil, nil
}

func (noCarrier) Dropped(chat.Event) func(context.Context) error { return nil }
func (noCarrier) Reasked(chat.Event) func(context.Context) error { return nil }

func (noCarrier) Deleted(chat.Event) func(context.Context) error { return nil }

func (noCarrier) Left(chat.Event) func(context.Context) error { return nil }

func (noCarrier) React(context.Context, chat.Event) (queue.Result, bool, error) {
	return queue.Result{}, false, nil
}

// withDefaults returns the Administration with working replacements for its missing
// parts: a Book without a database, which loses its settings when the process ends, and
// others that know nothing and store nothing. Status, Troubles, Webhooks, Personal,
// Operators and Links stay as they are.
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

// nothing is the store of an Administration without a database: it holds nothing.
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
