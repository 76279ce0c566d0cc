package webhook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"time"

	"heraut/chat"
)

// Why a hook cannot be made or changed.
var (
	ErrNone     = errors.New("the room has no hook of that name")
	ErrExists   = errors.New("the room has a hook of that name")
	ErrTooMany  = errors.New("the room has as many hooks as it may have")
	ErrName     = errors.New("a hook's name is short, of letters, digits, hyphens, underscores and full stops")
	ErrDeclared = errors.New("the hook is declared in the configuration")
)

// maxHooks is how many a room may have.
const maxHooks = 20

// Hook is an address at which tools post to a room.
type Hook struct {
	ID   int64
	Room chat.RoomID
	Name string // unique in its room
	// Hash is the SHA-256 of the secret in the address, in hexadecimal: the secret
	// itself is kept nowhere.
	Hash string
	// Signing is what senders sign their requests with; empty: they need not.
	Signing string
	// Declared tells that the configuration has it.
	Declared bool
	Paused   bool
	// Gone tells that the bot is not in the room any more.
	Gone bool
	By   chat.UserID // who made it; empty if that is not known
	At   time.Time   // when
	Used time.Time   // when something was last posted; zero: never
}

// Active reports whether requests are accepted.
func (h Hook) Active() bool { return !h.Paused && !h.Gone }

// HashOf is what is kept of a secret.
func HashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newSecret is 130 random bits, in lower case.
func newSecret() string { return strings.ToLower(rand.Text()) }

var hookName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,29}$`)

// ValidName reports whether a hook may be called that.
func ValidName(name string) bool { return hookName.MatchString(name) }

// Delivery is something that was posted and is not handled yet.
type Delivery struct {
	Seq  int64 // the order of arrival
	Hook int64
	Body Body
	At   time.Time
}

// Alert is one note of a post that may have to be changed: it goes on, or ends.
type Alert struct {
	ID   int64
	Hook int64
	// Key is Note.Alert; empty for a note that only stands in the same post.
	Key  string
	Post chat.PostKey
	Head string
	Rest string
	// First and Last are when it was first and last told of, Times how often.
	First, Last time.Time
	Times       int
	Over        time.Time // when it ended; zero: it goes on
}

// Store keeps hooks and what they were given. Its methods join the transaction of
// their context.
type Store interface {
	Do(ctx context.Context, fn func(ctx context.Context) error) error
	Hooks(ctx context.Context) ([]Hook, error)
	// AddHook stores h and returns its id; ErrExists if the room has one of the name.
	AddHook(ctx context.Context, h Hook) (int64, error)
	// SaveHook changes all of it but its use; ErrNone if it is gone.
	SaveHook(ctx context.Context, h Hook) error
	DeleteHook(ctx context.Context, id int64) error
	UseHook(ctx context.Context, id int64, at time.Time) error

	// AddDelivery stores what was posted; false if the key is not empty and was
	// seen for the hook since the given time.
	AddDelivery(ctx context.Context, d Delivery, key string, since time.Time) (bool, error)
	// BusyHooks are those that have deliveries.
	BusyHooks(ctx context.Context) ([]int64, error)
	// Deliveries are a hook's, oldest first.
	Deliveries(ctx context.Context, hook int64, limit int) ([]Delivery, error)
	DeleteDelivery(ctx context.Context, seq int64) error

	// LiveAlert is the last one of the key; ErrNone if there is none.
	LiveAlert(ctx context.Context, hook int64, key string) (Alert, error)
	SaveAlert(ctx context.Context, a Alert) error // a new one has no ID
	AlertsOf(ctx context.Context, post chat.PostKey) ([]Alert, error)
	ForgetAlerts(ctx context.Context, hook int64) error
	// PurgeWebhooks forgets keys, alerts and deliveries that are older.
	PurgeWebhooks(ctx context.Context, keysBefore, alertsBefore, deliveriesBefore time.Time) error

	Rooms(ctx context.Context) ([]chat.Room, error)
}
