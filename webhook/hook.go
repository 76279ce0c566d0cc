package webhook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"
	"unicode"

	"heraut/chat"
)

// The reasons why a hook cannot be created, changed or tested.
var (
	ErrExists   = errors.New("the room has a hook of that name")
	ErrTooMany  = errors.New("the room has as many hooks as it may have")
	ErrFull     = errors.New("the hook is full for now: as many deliveries wait as may wait")
	ErrName     = errors.New("a hook's name is short, of letters, digits, hyphens, underscores and full stops")
	ErrDeclared = errors.New("the hook is declared in the configuration")
)

// maxHooks bounds the hooks of a room.
const maxHooks = 20

// MaxWaiting bounds the deliveries that wait for one hook.
const MaxWaiting = 1000

// Hook is a web address at which tools post messages for one room. The address holds a
// secret, of which the bot stores only a hash.
type Hook struct {
	ID   int64
	Room chat.RoomID
	Name string // unique in its room
	// Hash is the SHA-256 of the secret in the address, in hexadecimal. The bot
	// stores the secret itself nowhere.
	Hash string
	// Signing is the secret with which senders sign their requests; empty if they
	// need not sign.
	Signing string
	// Declared reports that the hook comes from the configuration.
	Declared bool
	Paused   bool
	// Gone reports that the bot is no longer in the room.
	Gone bool
	By   chat.UserID // the maker; empty if unknown
	At   time.Time   // the time of creation
	Used time.Time   // the time of the last accepted request; zero: never
}

// Active reports whether the hook accepts requests: it is not paused, and the bot is
// still in its room.
func (h Hook) Active() bool { return !h.Paused && !h.Gone }

// HashOf returns the SHA-256 hash of a hook's secret in hexadecimal, which the bot
// stores instead of the secret.
func HashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newSecret returns a random text of letters and digits in lower case, for a hook's
// address. It has 130 bits of randomness.
func newSecret() string { return strings.ToLower(rand.Text()) }

// maxName is the largest number of characters of a hook's name.
const maxName = 30

// ValidName reports whether a hook may have that name: 1 to maxName characters, which
// are letters, digits and, after the first character, full stops, underscores and
// hyphens. It uses no regular expression, which would occupy 600 KiB.
func ValidName(name string) bool {
	n := 0
	for _, r := range name {
		if !isAlphanumeric(r) && (n == 0 || !strings.ContainsRune("._-", r)) {
			return false
		}
		n++
	}
	return n > 0 && n <= maxName
}

func isAlphanumeric(r rune) bool { return unicode.In(r, unicode.L, unicode.N) }

// Delivery is an accepted request of a tool that is stored until its message is
// posted.
type Delivery struct {
	Seq  int64 // the order of arrival
	Hook int64
	Body Body
	At   time.Time
}

// Alert is the stored state of an alert in a posted message: its text, how often it
// was reported, and when it ended. With it, a later request can change the message.
type Alert struct {
	ID   int64
	Hook int64
	// Key is Note.Alert; empty for a note that only shares the post.
	Key  string
	Post chat.PostKey
	Head string
	Rest string
	// First and Last are the times of the first and the latest note, Times counts
	// the notes.
	First, Last time.Time
	Times       int
	Over        time.Time // when it ended; zero: it goes on
}

// Store is the database of hooks, their waiting deliveries and the alerts in their
// messages. Its methods join the transaction of their context.
type Store interface {
	Do(ctx context.Context, fn func(ctx context.Context) error) error
	// AfterCommit calls f once the transaction of ctx is committed; at once without one.
	AfterCommit(ctx context.Context, f func())
	Hooks(ctx context.Context) ([]Hook, error)
	// AddHook stores h and returns its id; ErrExists if the room has a hook of that
	// name.
	AddHook(ctx context.Context, h Hook) (int64, error)
	// SaveHook writes all of h except its last use; chat.ErrNotFound if the hook no longer
	// exists.
	SaveHook(ctx context.Context, h Hook) error
	DeleteHook(ctx context.Context, id int64) error
	UseHook(ctx context.Context, id int64, at time.Time) error

	// AddDelivery stores a delivery. It returns false if key is not empty and the
	// hook has seen it since the given time; ErrFull if MaxWaiting deliveries wait
	// for the hook; chat.ErrNotFound if the hook no longer exists.
	AddDelivery(ctx context.Context, d Delivery, key string, since time.Time) (bool, error)
	// BusyHooks returns the hooks that have deliveries.
	BusyHooks(ctx context.Context) ([]int64, error)
	// Deliveries returns the oldest deliveries of a hook, at most limit.
	Deliveries(ctx context.Context, hook int64, limit int) ([]Delivery, error)
	// Waiting counts the deliveries that wait for a hook.
	Waiting(ctx context.Context, hook int64) (int, error)
	DeleteDelivery(ctx context.Context, seq int64) error

	// LiveAlert returns the latest alert with that key, ended or not; chat.ErrNotFound if
	// there is none.
	LiveAlert(ctx context.Context, hook int64, key string) (Alert, error)
	SaveAlert(ctx context.Context, a Alert) error // inserts a if its ID is zero
	AlertsOf(ctx context.Context, post chat.PostKey) ([]Alert, error)
	ForgetAlerts(ctx context.Context, hook int64) error
	// PurgeWebhooks deletes older keys, alerts and deliveries. It deletes all alerts
	// of a post together.
	PurgeWebhooks(ctx context.Context, keysBefore, alertsBefore, deliveriesBefore time.Time) error

	Rooms(ctx context.Context) ([]chat.Room, error)
}
