package visio

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
	"heraut/schedule"
)

// Queue is the interface of the outbox: it runs changes in a database transaction and
// sends their posts after the commit.
type Queue interface {
	// Do runs change in a transaction and, after the commit, sends the posts that
	// change added. After an error of change, which it returns, nothing is stored.
	Do(ctx context.Context, change func(ctx context.Context) error) error
	// Post adds posts to the transaction of ctx. A second call with the same cause
	// adds nothing, even after a restart.
	Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error
}

// Meeting is a video conference set for later, of which the bot reminds a room when it
// begins.
type Meeting struct {
	Cause   chat.EventID // the command that set it
	Room    chat.RoomID
	Thread  chat.EventID // empty: outside any thread
	Subject string
	At      time.Time
	Call    Call
	Lang    string
}

// Store is the interface of the database of scheduled calls, which it holds until their
// reminder. Its methods join the transaction of their context.
type Store interface {
	SaveMeeting(ctx context.Context, m Meeting) error
	// DueMeetings returns the meetings whose reminder is due by now.
	DueMeetings(ctx context.Context, now time.Time) ([]Meeting, error)
	// DeleteMeeting deletes the meeting of a command; it does nothing if there is
	// none.
	DeleteMeeting(ctx context.Context, cause chat.EventID) error
	// MoveMeetings moves the meetings of the room from to the room to.
	MoveMeetings(ctx context.Context, from, to chat.RoomID) error
}

// Options are the arguments of NewMeetings: the providers and which room has which,
// the store, the queue and the rooms' settings.
type Options struct {
	Store Store
	Queue Queue
	Rooms *rooms.Book
	Zone  *time.Location
	// Named maps names to providers. Default names the provider of rooms for which
	// the configuration chooses none; empty: those rooms have none.
	Named   map[string]Provider
	Default string
	// Chosen returns the name of the provider that the configuration gives a room;
	// empty: none.
	Chosen func(room chat.RoomID) string
	// Operators sends the operators a notice of a fault, in the transaction of ctx;
	// nil: no notices.
	Operators func(ctx context.Context, n Notice) error
	Log       zerolog.Logger
}

// Meetings is the service that opens video conferences for rooms. When one that was
// set for later begins, it reminds the room and deletes the conference from the
// store. Its methods may be called concurrently.
type Meetings struct {
	Options

	mu       sync.Mutex
	notified map[notice]time.Time // when the operators last got each notice
}

// notice is the key of a kind of fault of one provider, by which Meetings.Open sends
// the operators the same notice only once in a while.
type notice struct {
	provider string
	why      Why
}

// NewMeetings returns Meetings that work with the parts in o. The caller starts Run,
// which sends the reminders.
func NewMeetings(o Options) *Meetings { return &Meetings{Options: o, notified: map[notice]time.Time{}} }

// providerOf returns p, the provider for the conferences of room, and name, the
// provider's name in the configuration. It is the provider that the configuration
// chooses for the room, or else the default one. If none is chosen and there is no
// default, name is empty. p is nil if no provider has that name.
func (d *Meetings) providerOf(room chat.RoomID) (name string, p Provider) {
	if name = d.Chosen(room); name == "" {
		name = d.Default
	}
	return name, d.Named[name]
}

// Serves reports whether the configuration has a provider for the room, so that Open
// can work for it.
func (d *Meetings) Serves(room chat.RoomID) bool {
	_, p := d.providerOf(room)
	return p != nil
}

// IsSlow reports whether Open waits for a server's answer for this room, so that the
// caller should not block on it. It is false for a room without a provider.
func (d *Meetings) IsSlow(room chat.RoomID) bool {
	_, p := d.providerOf(room)
	return p != nil && p.IsSlow()
}

// tellEvery is the shortest time between two notices of the same fault of a
// provider.
const tellEvery = 6 * time.Hour

// Open creates a video conference with the provider of room. Its error is that of ctx,
// or a *Fault. If the room has no provider, it is a *Fault with WhyDisabled, which Open
// does not log. It logs any other fault, and sends the operators a notice with the time
// now: for each provider and reason, at most one in tellEvery until the provider works
// again.
func (d *Meetings) Open(ctx context.Context, room chat.RoomID, now time.Time) (Call, error) {
	name, p := d.providerOf(room)
	if p == nil {
		return Call{}, &Fault{Why: WhyDisabled, Cause: fmt.Errorf("no provider %q", name)}
	}
	call, err := p.Open(ctx)
	if err == nil {
		d.mu.Lock()
		maps.DeleteFunc(d.notified, func(n notice, _ time.Time) bool { return n.provider == name })
		d.mu.Unlock()
		return call, nil
	}
	if ctx.Err() != nil {
		return Call{}, ctx.Err()
	}
	fault := FaultOf(err)
	d.Log.Error().Err(err).Str("visio", name).Msg("A video conference could not be opened")
	key := notice{name, fault.Why}
	d.mu.Lock()
	due := now.Sub(d.notified[key]) >= tellEvery
	if due {
		d.notified[key] = now
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

// Notice is a message to the operators about the reason why a provider opens no
// conferences.
type Notice struct {
	Name string // of the provider
	Why  Why
	Code int
	At   time.Time
}

// Say returns the notice as HTML in the language lang, or the error of its template.
func (n Notice) Say(lang string) (string, error) { return locale.Render(lang, "visio-notice", n) }

// roundEvery is the time between two rounds.
const roundEvery = 20 * time.Second

// Run posts the reminders of conferences when they begin, once at the start and then
// every roundEvery, until ctx ends. It logs errors and tries again at the next round;
// it always returns nil.
func (d *Meetings) Run(ctx context.Context) error {
	schedule.Repeat(ctx, roundEvery, d.Round, func(err error) {
		d.Log.Error().Err(err).Msg("Rooms could not be reminded of video conferences: trying again")
	})
	return nil
}

// tooLate is how long after its start a call still gets its reminder, if the bot was
// down.
const tooLate = 30 * time.Minute

// Round posts a reminder for each conference that has begun by now, in its room and
// thread, and deletes the conference from the store with its address. It deletes one
// that began more than tooLate ago without a reminder. On an error nothing changes.
func (d *Meetings) Round(ctx context.Context, now time.Time) error {
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

func (d *Meetings) remind(ctx context.Context, m Meeting) error {
	lang := d.Rooms.Of(m.Room).Language
	html, err := locale.Render(lang, "visio-now", View{Call: m.Call, Subject: m.Subject, At: m.At.In(d.Zone)})
	if err != nil {
		return err
	}
	post := chat.Post{Room: m.Room, Priority: chat.Announcement, HTML: html, Lang: lang}
	if m.Thread != "" {
		post.Thread = chat.Target{Event: m.Thread}
	}
	return d.Queue.Post(ctx, chat.Cause("visio "+string(m.Cause)), post)
}

// View is a video conference with the other data of the templates that render it.
type View struct {
	Call
	Subject string
	At      time.Time // zero: now
	// Today and Tomorrow report whether At is on that day.
	Today, Tomorrow bool
}

// Move assigns the scheduled conferences of the room from to the room to, its successor
// after an upgrade, in the transaction of ctx. Their reminders then go to no thread,
// since the threads stay behind.
func (d *Meetings) Move(ctx context.Context, from, to chat.RoomID) error {
	return d.Store.MoveMeetings(ctx, from, to)
}
