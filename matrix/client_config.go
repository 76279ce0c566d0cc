package matrix

import (
	"context"
	"time"

	"golang.org/x/time/rate"
	"maunium.net/go/mautrix"

	"heraut/chat"
	"heraut/queue"
)

// Config configures the client.
type Config struct {
	Homeserver      string // its URL
	User            string // the user id, or its localpart
	Password        string // needed for a login only; may be empty
	RecoveryKey     string // may be empty: then the file's
	RecoveryKeyFile string // read when the account has keys, written when they are made
	CryptoDB        string // the file of the keys
	DeviceName      string
	UserAgent       string

	// NewSession replaces a session that the homeserver ended by a new login, on a new
	// device; without it Open fails.
	NewSession bool

	Rooms []string // ids and aliases of rooms to serve and, where possible, to join
	// OnRoom is called with the id of each of Rooms as it is found; nil: nothing.
	OnRoom func(room string, roomID chat.RoomID)
	// IsOperator reports whether a user may do everything; nil: nobody.
	IsOperator func(user chat.UserID) bool
	// IsBot reports whether a sender is never answered; nil: none.
	IsBot func(user chat.UserID) bool
	// MayInvite reports whether a server's users may invite the bot to direct messages and
	// to rooms that they moderate; nil: only the bot's own server's.
	MayInvite func(server string) bool
	// SetUp reports whether an operator set the room up; nil: none.
	SetUp func(room chat.RoomID) bool
	// ModeratorPower is the power level from which somebody moderates a room; nil
	// means 50 everywhere.
	ModeratorPower func(room chat.RoomID) int

	AnswerWithin time.Duration // how far back a gap is read
	// Keeps reports whether a gap in the room is read back whole, however old; nil: in no
	// room.
	Keeps func(ctx context.Context, room chat.RoomID) bool
	// GapPatience is how long the bot asks for a gap that the homeserver does not show; 0
	// means 2 minutes, and 10 in rooms that Keeps names.
	GapPatience time.Duration
	Pace        *rate.Limiter // shared with the queue
	// UnreadableAfter is how long a message waits for its key before the room is told; 0
	// means 5 minutes.
	UnreadableAfter time.Duration
}

// Store keeps the client's state across restarts.
type Store interface {
	SessionStore
	RoomStore
	EventStore
}

// SessionStore keeps the login and the sync position.
type SessionStore interface {
	PickleKey(ctx context.Context) ([]byte, error)
	Credentials(ctx context.Context) (user chat.UserID, device, token string, err error)
	SaveCredentials(ctx context.Context, user chat.UserID, device, token string) error
	Position(ctx context.Context) (string, error)
	SavePosition(ctx context.Context, position string) error
}

// RoomStore keeps the rooms.
type RoomStore interface {
	Rooms(ctx context.Context) ([]chat.Room, error)
	SaveRoom(ctx context.Context, r chat.Room) error
	// Aliases maps aliases to the rooms that they last resolved to.
	Aliases(ctx context.Context) (map[string]chat.RoomID, error)
	// Declined returns the invitations that were declined lately, and all whose refusal the
	// homeserver does not know yet.
	Declined(ctx context.Context) ([]chat.Declined, error)
	SaveDeclined(ctx context.Context, d chat.Declined) error
}

// EventStore reads the queue's events.
type EventStore interface {
	KnownEvent(ctx context.Context, id chat.EventID) (bool, error)
	// Locked returns the events that wait for a session, oldest first; LockedIndex all
	// that wait, without their contents.
	Locked(ctx context.Context, session string) ([]queue.Arrival, error)
	LockedIndex(ctx context.Context) ([]queue.Locked, error)
	OldestDoubt(ctx context.Context, room chat.RoomID) (time.Time, error)
}

// withDefaults sets the fields that are empty. mx knows the bot's own server after the
// login.
func (config Config) withDefaults(mx *mautrix.Client) Config {
	if config.UnreadableAfter == 0 {
		config.UnreadableAfter = 5 * time.Minute
	}
	if config.IsOperator == nil {
		config.IsOperator = func(chat.UserID) bool { return false }
	}
	if config.IsBot == nil {
		config.IsBot = func(chat.UserID) bool { return false }
	}
	if config.MayInvite == nil {
		config.MayInvite = func(server string) bool { return server == mx.UserID.Homeserver() }
	}
	if config.SetUp == nil {
		config.SetUp = func(chat.RoomID) bool { return false }
	}
	if config.ModeratorPower == nil {
		config.ModeratorPower = func(chat.RoomID) int { return moderatorPower }
	}
	if config.Keeps == nil {
		config.Keeps = func(context.Context, chat.RoomID) bool { return false }
	}
	if config.OnRoom == nil {
		config.OnRoom = func(string, chat.RoomID) {}
	}
	if config.Pace == nil {
		config.Pace = rate.NewLimiter(rate.Inf, 1)
	}
	return config
}
