package visio

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
)

// Queue sends what is decided.
type Queue interface {
	// Do runs change in a transaction, and sends what it posted once that is
	// committed.
	Do(ctx context.Context, change func(ctx context.Context) error) error
	// Post adds posts, for ever once for each cause, to the transaction of ctx.
	Post(ctx context.Context, cause chat.EventID, posts ...chat.Post) error
}

// Meeting is a call that is set for later.
type Meeting struct {
	Cause   chat.EventID // the command that set it
	Room    chat.RoomID
	Thread  chat.EventID // empty: in none
	Subject string
	At      time.Time
	Call    Call
	Lang    string
}

// Store keeps the calls that are set for later, until they are reminded of. Its
// methods join the transaction of their context.
type Store interface {
	SaveMeeting(ctx context.Context, m Meeting) error
	// DueMeetings are those to be reminded of by now.
	DueMeetings(ctx context.Context, now time.Time) ([]Meeting, error)
	// DeleteMeeting forgets what a command set, if anything.
	DeleteMeeting(ctx context.Context, cause chat.EventID) error
	// MoveMeetings gives one room the meetings of another.
	MoveMeetings(ctx context.Context, from, to chat.RoomID) error
}

// Options are how calls are made and reminded of.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	Zone  *time.Location
	// Named are the providers by their names; Default is the name of the one that
	// rooms use which choose none; empty: those have none.
	Named   map[string]Provider
	Default string
	// Chosen returns the name that the configuration gives a room; empty: none.
	Chosen func(room chat.RoomID) string
	// Operators is told of a fault, in the transaction of ctx.
	Operators func(ctx context.Context, n Notice) error
	Log       zerolog.Logger
}

// Desk opens calls for rooms.
type Desk struct {
	Options

	mu   sync.Mutex
	told map[string]time.Time // when the operators were last told of a fault of a provider
}

// NewDesk returns a Desk.
func NewDesk(o Options) *Desk { return &Desk{Options: o, told: map[string]time.Time{}} }

// providerOf returns the provider of a room; nil if it has none.
func (d *Desk) providerOf(room chat.RoomID) (name string, p Provider) {
	if name = d.Chosen(room); name == "" {
		name = d.Default
	}
	return name, d.Named[name]
}

// Serves reports whether calls can be opened for a room.
func (d *Desk) Serves(room chat.RoomID) bool {
	_, p := d.providerOf(room)
	return p != nil
}

// IsSlow reports whether opening a call for a room waits for a server.
func (d *Desk) IsSlow(room chat.RoomID) bool {
	_, p := d.providerOf(room)
	return p != nil && p.IsSlow()
}

// tellEvery is how often operators are told of a provider's same fault.
const tellEvery = 6 * time.Hour

// Open makes a call for a room. On an error the operators are told why, now and
// then.
func (d *Desk) Open(ctx context.Context, room chat.RoomID, now time.Time) (Call, error) {
	name, p := d.providerOf(room)
	if p == nil {
		return Call{}, &Fault{Why: WhyDisabled, Cause: fmt.Errorf("no provider %q", name)}
	}
	call, err := p.Open(ctx)
	if err == nil {
		d.mu.Lock()
		clear(d.told)
		d.mu.Unlock()
		return call, nil
	}
	if ctx.Err() != nil {
		return Call{}, ctx.Err()
	}
	fault := FaultOf(err)
	d.Log.Error().Err(err).Str("visio", name).Msg("A video conference could not be opened")
	key := name + " " + string(fault.Why)
	d.mu.Lock()
	due := now.Sub(d.told[key]) >= tellEvery
	if due {
		d.told[key] = now
	}
	d.mu.Unlock()
	if due && d.Operators != nil {
		err := d.Queue.Do(ctx, func(ctx context.Context) error {
			return d.Operators(ctx, Notice{Name: name, Why: fault.Why, Code: fault.Code, At: now})
		})
		if err != nil {
			d.Log.Error().Err(err).Msg("The operators could not be told")
		}
	}
	return Call{}, fault
}

// Notice tells the operators why calls cannot be opened.
type Notice struct {
	Name string // of the provider
	Why  Why
	Code int
	At   time.Time
}

// Say is the notice as a message.
func (n Notice) Say(lang string) (string, error) { return locale.Render(lang, "visio-notice", n) }

// roundEvery is how often it is looked at which calls begin.
const roundEvery = 20 * time.Second

// Run reminds rooms of calls until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	ticker := time.NewTicker(roundEvery)
	defer ticker.Stop()
	for {
		if err := d.Round(ctx, time.Now()); err != nil && ctx.Err() == nil {
			d.Log.Error().Err(err).Msg("Rooms could not be reminded of video conferences: trying again")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// tooLate is how long after its hour a call is not reminded of any more: the bot
// was away.
const tooLate = 30 * time.Minute

// Round reminds rooms of the calls that begin, and forgets them with their links.
func (d *Desk) Round(ctx context.Context, now time.Time) error {
	return d.Queue.Do(ctx, func(ctx context.Context) error {
		due, err := d.Store.DueMeetings(ctx, now)
		if err != nil {
			return fmt.Errorf("look up meetings: %w", err)
		}
		for _, m := range due {
			if err := d.Store.DeleteMeeting(ctx, m.Cause); err != nil {
				return err
			}
			if now.Sub(m.At) > tooLate {
				continue
			}
			if err := d.remind(ctx, m); err != nil {
				return fmt.Errorf("remind of a meeting: %w", err)
			}
		}
		return nil
	})
}

func (d *Desk) remind(ctx context.Context, m Meeting) error {
	lang := d.Rooms.Of(m.Room).Language
	html, err := locale.Render(lang, "visio-now", View{Call: m.Call, Subject: m.Subject, At: m.At.In(d.Zone)})
	if err != nil {
		return err
	}
	post := chat.Post{Room: m.Room, Priority: chat.Announcement, HTML: html, Lang: lang}
	if m.Thread != "" {
		post.Thread = chat.Target{Event: m.Thread}
	}
	return d.Queue.Post(ctx, chat.EventID("visio "+string(m.Cause)), post)
}

// View is a call as templates show it.
type View struct {
	Call
	Subject string
	At      time.Time // zero: now
	// Today and Tomorrow tell when At is.
	Today, Tomorrow bool
}

// Move gives one room the meetings of another.
func (d *Desk) Move(ctx context.Context, from, to chat.RoomID) error {
	return d.Store.MoveMeetings(ctx, from, to)
}
