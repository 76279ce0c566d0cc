// Package thanks keeps who thanked whom for what, and names people in lists only
// after they agree.
package thanks

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
	"heraut/schedule"
)

// Thanks is the record of one person's thanks to another: who, to whom, for what, in
// which room and when.
type Thanks struct {
	Cause  chat.EventID // the message with the command
	Room   chat.RoomID
	From   chat.UserID // empty once that person asks to be forgotten
	To     chat.UserID
	Name   string // display name of To
	Reason string
	At     time.Time
}

// Consent is a person's answer to the question whether lists of thanks may name them.
// The zero value means that the bot has not asked them.
type Consent string

// The states of consent. The bot asks a person once.
const (
	Unasked Consent = ""
	Asked   Consent = "asked"
	Agreed  Consent = "agreed"
	Refused Consent = "refused"
)

// Named is one Thanks together with the consent of the thanked person at present.
type Named struct {
	Thanks
	Consent Consent
}

// Store is the storage of thanks, of people's consent and of the rooms that want the
// monthly list. Its methods join the transaction of their context.
type Store interface {
	AddThanks(ctx context.Context, t Thanks) error
	// DeleteThanks deletes the thanks of one message.
	DeleteThanks(ctx context.Context, cause chat.EventID) error
	// GivenSince counts the thanks that the person from gave since a time: all of them,
	// and pair, those to the person to.
	GivenSince(ctx context.Context, from, to chat.UserID, since time.Time) (all, pair int, err error)
	// ThanksIn returns the thanks of a room within [from, to), oldest first; those
	// of all rooms if room is empty.
	ThanksIn(ctx context.Context, room chat.RoomID, from, to time.Time) ([]Named, error)
	// ConsentOf returns Unasked for a person without a row.
	ConsentOf(ctx context.Context, user chat.UserID) (Consent, error)
	SaveConsent(ctx context.Context, user chat.UserID, c Consent, at time.Time) error
	// MonthlyRooms returns the rooms that want the monthly list, each with the last
	// month that it got, as "2026-10".
	MonthlyRooms(ctx context.Context) (map[chat.RoomID]string, error)
	SaveMonthly(ctx context.Context, room chat.RoomID, month string) error
	DeleteMonthly(ctx context.Context, room chat.RoomID) error
	// PurgeThanks deletes the thanks given before a time.
	PurgeThanks(ctx context.Context, before time.Time) error
	// MoveThanks moves the thanks of one room to another.
	MoveThanks(ctx context.Context, from, to chat.RoomID) error
}

// Queue is the interface of the outbox: Do runs changes in a database transaction, and
// Post adds posts that are sent after the commit.
type Queue interface {
	Do(ctx context.Context, change func(ctx context.Context) error) error
	Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error
}

// Options are the arguments of NewRegister: the store, the queue, the rooms' settings
// and quiet hours, the time zone and the log.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	Zone  *time.Location
	Quiet func(room chat.RoomID) schedule.Quiet
	Log   zerolog.Logger
}

// Register is the service that stores thanks, asks thanked people for consent, and
// posts a list of the last month in the rooms that want it. It deletes old thanks
// (keep).
type Register struct{ Options }

// NewRegister returns a Register with the options o. It starts nothing: Run posts the
// monthly lists.
func NewRegister(o Options) *Register { return &Register{o} }

const (
	// perDay bounds how many people a person may thank per calendar day.
	perDay = 10
	// keep is how long the store keeps thanks.
	keep = 400 * 24 * time.Hour
	// roundEvery is the time between two rounds.
	roundEvery = 10 * time.Minute
	// tellHour is the hour of the monthly list on the first of the next month.
	tellHour = 9
)

// Refusal is a word for the reason why the bot does not accept thanks, such as a second
// one to the same person on one day; templates explain it. The empty one, Fine, means
// that the bot accepts them.
type Refusal string

// The reasons.
const (
	Fine    Refusal = ""
	Oneself Refusal = "oneself"
	Twice   Refusal = "twice" // the same person again today
	TooMany Refusal = "many"  // perDay reached
)

// Check returns the reason why the person from may not thank the person to at the time
// now, or Fine, the empty Refusal. People may thank another person once a day, at most
// perDay people a day, and never themselves; days are those of the Register's time zone.
// The error is the store's.
func (d *Register) Check(ctx context.Context, from, to chat.UserID, now time.Time) (Refusal, error) {
	if from == to {
		return Oneself, nil
	}
	here := now.In(d.Zone)
	today := time.Date(here.Year(), here.Month(), here.Day(), 0, 0, 0, 0, d.Zone)
	all, pair, err := d.Store.GivenSince(ctx, from, to, today)
	switch {
	case err != nil:
		return Fine, err
	case pair > 0:
		return Twice, nil
	case all >= perDay:
		return TooMany, nil
	}
	return Fine, nil
}

// Give stores the thanks t in the transaction of ctx. If the bot never asked the
// thanked person for consent, it also records that it asks now, and posts the question
// in the room direct; an empty direct means that there is no direct message with them,
// and Give does not ask. It calls Check again, since things may have changed between
// the command's check and this transaction; if Check refuses, Give stores nothing and
// returns nil.
func (d *Register) Give(ctx context.Context, t Thanks, direct chat.RoomID) error {
	refusal, err := d.Check(ctx, t.From, t.To, t.At)
	if err != nil || refusal != Fine {
		return err
	}
	if err := d.Store.AddThanks(ctx, t); err != nil {
		return err
	}
	consent, err := d.Store.ConsentOf(ctx, t.To)
	if err != nil || consent != Unasked || direct == "" {
		return err
	}
	if err := d.Store.SaveConsent(ctx, t.To, Asked, t.At); err != nil {
		return err
	}
	settings := d.Rooms.Of(direct)
	html, err := locale.Render(settings.Language, "thanks-consent", struct {
		Thanks
		Prefix string
	}{t, settings.Prefix})
	if err != nil {
		return err
	}
	return d.Queue.Post(ctx, chat.Cause(fmt.Sprintf("thanks consent %s", t.Cause)), chat.Post{
		Room: direct, Priority: chat.Relay, HTML: html, Lang: settings.Language, Rings: true,
	})
}

// Month holds the thanks of one calendar month: those that a list may name, and the
// number of the others.
type Month struct {
	First time.Time // its first day
	Items []Named   // those whose person agreed
	// Unnamed counts the other thanks, Total all.
	Unnamed, Total int
}

// MonthOf returns the thanks given in a room, or in all rooms if room is empty, during
// the month of the Register's time zone that contains day. Only those whose thanked
// person agreed are in Items, oldest first; the others are counted. The error is that
// of the store.
func (d *Register) MonthOf(ctx context.Context, room chat.RoomID, day time.Time) (Month, error) {
	day = day.In(d.Zone)
	m := Month{First: time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, d.Zone)}
	all, err := d.Store.ThanksIn(ctx, room, m.First, m.First.AddDate(0, 1, 0))
	if err != nil {
		return m, err
	}
	m.Total = len(all)
	for _, t := range all {
		if t.Consent == Agreed {
			t.At = t.At.In(d.Zone)
			m.Items = append(m.Items, t)
		}
	}
	m.Unnamed = m.Total - len(m.Items)
	return m, nil
}

// SetMonthly returns a function that starts the monthly list in a room, or stops it if
// wanted is false. Only the call of that function changes the store; the caller runs it
// in a transaction. The first list covers the month of now, and is posted in the month
// after.
func (d *Register) SetMonthly(room chat.RoomID, wanted bool, now time.Time) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if !wanted {
			return d.Store.DeleteMonthly(ctx, room)
		}
		return d.Store.SaveMonthly(ctx, room, d.before(now))
	}
}

// before returns the calendar month before that of now, in the Register's time zone,
// as «2026-09».
func (d *Register) before(now time.Time) string {
	here := now.In(d.Zone)
	return time.Date(here.Year(), here.Month()-1, 1, 0, 0, 0, 0, d.Zone).Format("2006-01")
}

// Run calls Round at once and then every roundEvery, until ctx ends. It logs the errors
// of Round and always returns nil.
func (d *Register) Run(ctx context.Context) error {
	schedule.Repeat(ctx, roundEvery, d.Round, func(err error) {
		d.Log.Error().Err(err).Msg("The month's thanks could not be told: trying again")
	})
	return nil
}

// Round posts last month's list once in each room that wants it, and records that in the
// store. It leaves for a later round the rooms in quiet hours and, on the first of the
// month, all rooms before tellHour. A month without thanks gets no list. Round also
// deletes thanks older than keep. All this is one transaction, so an error undoes the
// whole round.
func (d *Register) Round(ctx context.Context, now time.Time) error {
	return d.Queue.Do(ctx, func(ctx context.Context) error {
		if err := d.Store.PurgeThanks(ctx, now.Add(-keep)); err != nil {
			return err
		}
		rooms, err := d.Store.MonthlyRooms(ctx)
		if err != nil {
			return err
		}
		month, here := d.before(now), now.In(d.Zone)
		for room, told := range rooms {
			_, held := d.Quiet(room).Until(now)
			if told >= month || held || here.Day() == 1 && here.Hour() < tellHour {
				continue
			}
			if err := d.Store.SaveMonthly(ctx, room, month); err != nil {
				return err
			}
			if err := d.tell(ctx, room, month); err != nil {
				return fmt.Errorf("tell a month's thanks: %w", err)
			}
		}
		return nil
	})
}

func (d *Register) tell(ctx context.Context, room chat.RoomID, month string) error {
	first, err := time.ParseInLocation("2006-01", month, d.Zone)
	if err != nil {
		return err
	}
	list, err := d.MonthOf(ctx, room, first)
	if err != nil || list.Total == 0 {
		return err
	}
	settings := d.Rooms.Of(room)
	html, err := locale.Render(settings.Language, "thanks-month", View{list, settings.Prefix, true})
	if err != nil {
		return err
	}
	return d.Queue.Post(ctx, chat.Cause(fmt.Sprintf("thanks month %s %s", room, month)), chat.Post{
		Room: room, Priority: chat.Announcement, HTML: html, Lang: settings.Language,
	})
}

// View is a Month with the other data of the template that renders it: the prefix of
// commands, and whether the month is over.
type View struct {
	Month
	Prefix string
	Over   bool // the month is over
}

// shown is the number of thanks that a list shows.
const shown = 20

// Shown returns the thanks that the list names: the first of Items, at most as many as
// the constant shown (20).
func (v View) Shown() []Named { return v.Items[:min(len(v.Items), shown)] }

// More returns how many of Items the list does not show; 0 if it shows all. It does not
// count the Unnamed.
func (v View) More() int { return len(v.Items) - len(v.Shown()) }

// Move assigns the thanks of the room from, and its wish for the monthly list, to the
// room to, its successor after an upgrade, in the transaction of ctx. That wish
// replaces one of the room to.
func (d *Register) Move(ctx context.Context, from, to chat.RoomID) error {
	return d.Store.MoveThanks(ctx, from, to)
}
