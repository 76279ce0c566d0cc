package matrix

import (
	"context"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"
	"maunium.net/go/mautrix"

	"heraut/chat"
	"heraut/health"
	"heraut/queue"
)

// Config is the configuration of a Client: the homeserver, the account, its secrets, the
// rooms and the limits.
type Config struct {
	Homeserver      string // its URL
	User            string // the user id, or its localpart
	Password        string // needed only to log in; may be empty
	Token           string // an access token to start with, in place of a login; may be empty
	RecoveryKey     string // empty: the bot reads RecoveryKeyFile
	RecoveryKeyFile string // read if the account has keys; written when the bot makes them
	CryptoDB        string // path of the key database
	DeviceName      string
	// DisplayName and Avatar are the account's name and picture, set by Open where the
	// server allows it; empty: they stay as they are. Avatar is an image file.
	DisplayName string
	Avatar      string
	UserAgent   string
	// Transport gives the settings of the connections; nil: Go's defaults.
	Transport *http.Transport

	// NewSession makes Open replace a session that the homeserver ended, with a
	// login on a new device; without it Open fails.
	NewSession bool

	// Authorize asks a person to let the bot log in with a browser; nil: the bot logs in
	// with the password.
	Authorize func(Authorization)

	Rooms []string // ids and aliases of rooms to serve and, where possible, to join
	// IsOperator reports whether a user is an operator; nil: no user is.
	IsOperator func(user chat.UserID) bool
	// IsBot reports whether the bot ignores a sender; nil: it ignores none.
	IsBot func(user chat.UserID) bool
	// MayInvite reports whether a server's users may invite the bot to direct
	// messages and to rooms that they moderate; nil: only users of the bot's own
	// server may.
	MayInvite func(server string) bool
	// SetUp reports whether an operator set the room up; nil: none.
	SetUp func(room chat.RoomID) bool
	// ModeratorPower returns the power level that makes a user a moderator of a
	// room; nil: 50 in every room.
	ModeratorPower func(room chat.RoomID) int

	AnswerWithin time.Duration // the bot reads a gap this far back; 0: without a limit of age
	// Keeps reports whether the bot reads a gap of the room whole, however old; nil:
	// in no room.
	Keeps func(ctx context.Context, room chat.RoomID) bool
	// GapPatience is how long the bot retries a gap that the homeserver does not
	// return; 0: 2 minutes, or 10 minutes where Keeps is true.
	GapPatience time.Duration
	Pace        *rate.Limiter // shared with the queue
	// Health gets the account's troubles; nil: a monitor of its own.
	Health *health.Monitor
	// Mailbox is the address that gets the account's mails, for the operator; it may be
	// empty.
	Mailbox string
	// UnreadableAfter is how long a message waits for its key before the bot informs
	// the room; 0: 5 minutes.
	UnreadableAfter time.Duration
}

// Store is the storage of everything that the client must know after a restart. The
// database of the bot implements it.
type Store interface {
	SessionStore
	RoomStore
	EventStore
}

// SessionStore is the storage of the login (user, device, token), the secret for the
// keys, the facts about the account, and the position from which sync continues.
type SessionStore interface {
	PickleKey(ctx context.Context) ([]byte, error)
	Credentials(ctx context.Context) (user chat.UserID, device, token string, err error)
	SaveCredentials(ctx context.Context, user chat.UserID, device, token string) error
	Position(ctx context.Context) (string, error)
	SavePosition(ctx context.Context, position string) error
	Account(ctx context.Context) (chat.Account, error)
	SaveAccount(ctx context.Context, a chat.Account) error
}

// RoomStore is the storage of the rooms and of the invitations that the client declined.
type RoomStore interface {
	Rooms(ctx context.Context) ([]chat.Room, error)
	SaveRoom(ctx context.Context, r chat.Room) error
	// Aliases maps aliases to the rooms to which they last resolved.
	Aliases(ctx context.Context) (map[string]chat.RoomID, error)
	// Declined returns the recently declined invitations, and all those whose
	// refusal has not reached the homeserver.
	Declined(ctx context.Context) ([]chat.Declined, error)
	SaveDeclined(ctx context.Context, d chat.Declined) error
}

// EventStore is the record of the received events and of the posts in doubt: whether
// the bot received an event already, which events wait for a decryption key, and since
// when a room has a post that may have been sent or not.
type EventStore interface {
	KnownEvent(ctx context.Context, id chat.EventID) (bool, error)
	// Locked returns the events that wait for a session, oldest first. LockedIndex
	// returns all waiting events, without their contents.
	Locked(ctx context.Context, session string) ([]queue.Arrival, error)
	LockedIndex(ctx context.Context) ([]queue.Locked, error)
	OldestDoubt(ctx context.Context, room chat.RoomID) (time.Time, error)
}

// withDefaults returns the configuration with its empty fields filled, where they have a
// default. The default of MayInvite reads mx.UserID at each call, since that is known
// only after the login.
func (config Config) withDefaults(mx *mautrix.Client) Config {
	if config.Health == nil {
		config.Health = health.NewMonitor(zerolog.Nop(), nil)
	}
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
	if config.Pace == nil {
		config.Pace = rate.NewLimiter(rate.Inf, 1)
	}
	return config
}
