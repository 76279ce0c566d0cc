// Package matrix is the only one that knows Matrix: it logs in, keeps the keys,
// turns what sync brings into chat events, and sends posts.
package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"heraut/chat"
)

// Client is the bot's account on its homeserver.
type Client struct {
	config Config
	store  Store
	log    zerolog.Logger

	mx     *mautrix.Client
	bearer *bearer
	mach   *crypto.OlmMachine
	// machMu is held where sync, sending and reading kept messages use mach: it
	// does not guard all that it remembers of the account's own keys. Nobody asks for
	// other people's keys while holding it (answers).
	machMu  sync.Mutex
	devices *deviceBook
	asks    sync.WaitGroup  // goroutines that ask for devices
	life    context.Context //nolint:containedctx // of those goroutines; Close ends it
	endLife context.CancelFunc
	keys    *keyStore
	keyDB   *dbutil.Database
	state   *sqlstatestore.SQLStateStore
	close   func() error // closes crypto.db
	names   []string     // the account's display name, at the start

	pickleKey []byte // what the keys in crypto.db are locked with

	rooms *roomBook
	// changing is held from reading a stored room until its change is stored.
	changing sync.Mutex
	arrived  *arrivals     // sessions whose messages may be read now
	locked   *lockedBook   // counts the stored messages that cannot be decrypted yet
	badKeys  chan struct{} // the homeserver refused one-time keys

	clock      serverClock
	heardUntil time.Time    // when the last sync of this process was received; sync's own
	synced     atomic.Int64 // when the last sync was completed, in ms
	verified   atomic.Bool
	ownKeys    chan struct{} // sync says that the account's keys changed

	gapFailing map[id.RoomID]time.Time // since when the room's history cannot be read; sync's own
	gapsLost   atomic.Int64

	mu           sync.Mutex
	membersKnown map[id.RoomID]bool // in this process, for encrypted rooms
	membersRead  map[id.RoomID]bool // where they are being read
}

// New returns a client that Open makes ready.
func New(config Config, store Store, log zerolog.Logger) (*Client, error) {
	mx, err := mautrix.NewClient(config.Homeserver, "", "")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotMatrix, err)
	}
	mx.UserAgent = config.UserAgent
	bearer := &bearer{next: transport()}
	mx.Client = &http.Client{Transport: bearer}
	mx.SyncPresence = event.PresenceOffline
	mx.ResponseSizeLimit = 128 << 20
	mx.Log = zerolog.Nop() // it would log user ids and, when debugging, message texts
	config = config.withDefaults(mx)
	badKeys := make(chan struct{}, 1)
	c := &Client{
		config: config, store: store, log: log.With().Str("component", "matrix").Logger(),
		mx: mx, bearer: bearer, close: func() error { return nil },
		arrived: newArrivals(), locked: newLockedBook(), badKeys: badKeys, ownKeys: make(chan struct{}, 1), devices: newDeviceBook(),
		membersKnown: map[id.RoomID]bool{}, membersRead: map[id.RoomID]bool{}, gapFailing: map[id.RoomID]time.Time{},
	}
	c.life, c.endLife = context.WithCancel(context.Background()) //nolint:forbidigo // Close ends it
	mx.ResponseHook = func(req *http.Request, resp *http.Response, _ error, _ time.Duration) {
		if resp == nil {
			return
		}
		c.clock.read(resp, time.Now(), c.log)
		if resp.StatusCode == http.StatusBadRequest && strings.HasSuffix(req.URL.Path, "/keys/upload") {
			select {
			case badKeys <- struct{}{}:
			default:
			}
		}
	}
	return c, nil
}

// Open logs in where needed and makes or verifies the keys; then Sync and Send
// can work. Its errors are those of errors.go where the operator has to act.
// Once there is a session, it waits for a homeserver that does not answer,
// unless a new session was asked for.
func (c *Client) Open(ctx context.Context) (err error) {
	if c.rooms, err = openRoomBook(ctx, c.store, c.config.SetUp); err != nil {
		return err
	}
	for failures := 0; ; {
		err := c.open(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !errors.Is(err, ErrUnreachable) || c.config.NewSession || c.bearer.get() == "" {
			return err
		}
		if err := c.close(); err != nil {
			return fmt.Errorf("close crypto.db: %w", err)
		}
		c.pauseAfter(ctx, &failures, err, "The homeserver does not answer yet")
	}
}

func (c *Client) open(ctx context.Context) error {
	err := c.openDevice(ctx)
	if c.config.NewSession && (errors.Is(err, ErrLoggedOut) || errors.Is(err, ErrDeviceKeys)) {
		c.log.Info().Err(err).Msg("The former session does not stand any more: replacing it")
		if err := c.abandonDevice(ctx); err != nil {
			return err
		}
		err = c.openDevice(ctx)
	}
	if err != nil {
		return err
	}
	c.learnNames(ctx)
	return nil
}

// openDevice makes the bot's device ready: its session is valid, and its keys are
// published and signed by the account.
func (c *Client) openDevice(ctx context.Context) error {
	keys, err := c.loadSession(ctx)
	if err != nil {
		return err
	}
	if c.bearer.get() == "" { // later it may be down, but is a homeserver
		if err := c.checkHomeserver(ctx); err != nil {
			return err
		}
	}
	if err := c.openSession(ctx, keys); err != nil {
		return err
	}
	own, err := c.publishedKeys(ctx)
	if err != nil {
		return err
	}
	if err := c.shareDeviceKeys(ctx, own); err != nil {
		return err
	}
	return c.verifyDevice(ctx, own)
}

// Close closes the key store. Open and Sync must have returned.
func (c *Client) Close() error {
	c.endLife()
	c.asks.Wait()
	return c.close()
}

// UserID is the bot's own.
func (c *Client) UserID() chat.UserID { return chat.UserID(c.mx.UserID) }

// Verified reports whether the device is signed by the account's own keys.
func (c *Client) Verified() bool { return c.verified.Load() }

// LastSync is when the last sync was completed; zero before the first.
func (c *Client) LastSync() time.Time {
	if ms := c.synced.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// GapsLost counts the gaps in rooms' timelines that could not be filled.
func (c *Client) GapsLost() *atomic.Int64 { return &c.gapsLost }

// checkHomeserver checks that a homeserver answers at the configured address.
func (c *Client) checkHomeserver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	versions, err := c.mx.Versions(ctx)
	he, isHTTP := errors.AsType[mautrix.HTTPError](err)
	switch {
	case err == nil && len(versions.Versions) > 0:
		return nil
	case err == nil:
		return fmt.Errorf("%w: it names no version of Matrix", ErrNotMatrix)
	case isHTTP && he.Response != nil && he.Response.StatusCode < 500 && he.Response.StatusCode != http.StatusTooManyRequests:
		return fmt.Errorf("%w: status %d, %s", ErrNotMatrix, he.Response.StatusCode, he.Response.Header.Get("Content-Type"))
	case isHTTP && he.Response != nil:
		return fmt.Errorf("%w: status %d", ErrUnreachable, he.Response.StatusCode)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// learnNames asks for the account's display name. A later name is read from the
// member event of each room.
func (c *Client) learnNames(ctx context.Context) {
	if profile, err := c.mx.GetOwnDisplayName(ctx); err == nil && profile.DisplayName != "" {
		c.names = []string{profile.DisplayName}
	}
}
