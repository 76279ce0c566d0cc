// Package matrix is the only package that speaks Matrix: it logs in, keeps the keys,
// turns sync answers into chat events, and sends posts.
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

// Client is the bot's Matrix client: its account on its homeserver, its keys, its
// rooms and its requests.
type Client struct {
	config Config
	store  Store
	log    zerolog.Logger

	mx     *mautrix.Client
	bearer *bearer
	mach   *crypto.OlmMachine
	// machMu guards mach: sync, sending and the retry of kept messages hold it while
	// they use mach, which does not itself guard everything that it caches about the
	// account's own keys. No goroutine requests other people's keys while it holds
	// machMu (answers).
	machMu    sync.Mutex
	preparing roomTurns // the posts of a room are encrypted one after the other
	devices   *deviceBook
	asks      sync.WaitGroup  // goroutines that request devices
	life      context.Context //nolint:containedctx // of those goroutines; Close ends it
	endLife   context.CancelFunc
	keys      *keyStore
	keyDB     *dbutil.Database
	state     *sqlstatestore.SQLStateStore
	close     func() error // closes crypto.db
	names     []string     // the account's display name at the start

	pickleKey []byte // encrypts the keys in crypto.db

	rooms *roomBook
	// changing is held from the read of a stored room until its change is stored.
	changing sync.Mutex
	arrived  *arrivals     // sessions whose messages can be decrypted now
	locked   *lockedBook   // counts the stored messages that cannot be decrypted yet
	badKeys  chan struct{} // the homeserver refused one-time keys

	clock      serverClock
	heardUntil time.Time    // receive time of this process's last sync; owned by the sync loop
	alive      atomic.Int64 // begin of the last attempt to sync, in ms
	synced     atomic.Int64 // completion time of the last sync, in ms
	verified   atomic.Bool
	ownKeys    chan struct{} // signals that sync reported a change of the account's keys

	silence      *time.Timer // fires when no sync has completed for unheardAfter; nil before Sync
	refusedSends atomic.Bool // a request to send reported one of sendStates
	renewalTried time.Time   // owned by Open and then by the sync loop

	gapFailing map[id.RoomID]time.Time // when reading each room's history began to fail; owned by the sync loop
	// lastHeard holds the newest event that this process took from sync in each room;
	// owned by the sync loop.
	lastHeard map[id.RoomID]id.EventID
	gapsLost  atomic.Int64

	mu           sync.Mutex
	membersKnown map[id.RoomID]bool // encrypted rooms whose member list this process has read
	membersRead  map[id.RoomID]bool // rooms whose member list is being read
}

// New returns a Client for the account of config, whose empty fields it fills with the
// defaults; it sends no request. The error wraps ErrNotMatrix if the homeserver's
// address is no URL. The caller calls Open before Sync and Send, and Close at the end.
func New(config Config, store Store, log zerolog.Logger) (*Client, error) {
	mx, err := mautrix.NewClient(config.Homeserver, "", "")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotMatrix, err)
	}
	mx.UserAgent = config.UserAgent
	bearer := &bearer{next: transport(config.Transport)}
	mx.Client = &http.Client{Transport: bearer}
	mx.SyncPresence = event.PresenceOffline
	mx.ResponseSizeLimit = 128 << 20
	mx.Log = zerolog.Nop() // mautrix logs user ids and, when debugging, message texts
	config = config.withDefaults(mx)
	badKeys := make(chan struct{}, 1)
	c := &Client{
		config: config, store: store, log: log.With().Str("component", "matrix").Logger(),
		mx: mx, bearer: bearer, close: func() error { return nil },
		arrived: newArrivals(), locked: newLockedBook(), badKeys: badKeys, ownKeys: make(chan struct{}, 1), devices: newDeviceBook(),
		membersKnown: map[id.RoomID]bool{}, membersRead: map[id.RoomID]bool{}, gapFailing: map[id.RoomID]time.Time{}, lastHeard: map[id.RoomID]id.EventID{},
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

// Open logs in if there is no stored login, prepares the bot's keys, and gives the
// account its configured name and picture. While the account cannot be used for a
// reason that may pass, or the homeserver does not answer and there is a stored login,
// Open waits; with config.NewSession it returns the error instead. An error of
// errors.go means that only the operator can help. The error is the cause of ctx if
// that ends, and otherwise one of the databases.
func (c *Client) Open(ctx context.Context) (err error) {
	if c.rooms, err = openRoomBook(ctx, c.store, c.config.SetUp); err != nil {
		return err
	}
	for failing := (outage{}); ; {
		err := c.open(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		_, suspended := TroubleOf(err)
		unreachable := errors.Is(err, ErrUnreachable) && c.bearer.get() != ""
		if c.config.NewSession || !suspended && !unreachable {
			return err
		}
		if err := c.close(); err != nil {
			return fmt.Errorf("close crypto.db: %w", err)
		}
		c.pauseAfter(ctx, &failing, err, "The homeserver does not answer yet")
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
	c.introduce(ctx)
	c.learnNames(ctx)
	return nil
}

// openDevice prepares the bot's device: it checks the stored login or logs in, publishes
// the device's keys and signs the device with the account's keys. Its errors are those
// of errors.go, and those of the databases.
func (c *Client) openDevice(ctx context.Context) error {
	keys, err := c.loadSession(ctx)
	if err != nil {
		return err
	}
	if c.bearer.get() == "" { // with a session, an outage does not mean a wrong address
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

// Close ends the requests for people's devices that are under way, and closes the
// database of encryption keys. The caller first waits until Open and Sync have returned.
func (c *Client) Close() error {
	c.endLife()
	c.asks.Wait()
	return c.close()
}

// UserID returns the full user id of the bot's account; empty before Open.
func (c *Client) UserID() chat.UserID { return chat.UserID(c.mx.UserID) }

// Verified reports whether the account's keys sign the bot's device, so that other
// clients share keys with it, by the latest check; false before Open.
func (c *Client) Verified() bool { return c.verified.Load() }

// LastSync returns the completion time of the last sync; zero before the first.
func (c *Client) LastSync() time.Time {
	if ms := c.synced.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// Alive returns when the sync loop last began an attempt to sync; zero before the first.
// While the loop works, that is never more than a few minutes ago.
func (c *Client) Alive() time.Time {
	if ms := c.alive.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// GapsLost returns an atomic number, which the caller may read at any time: how many
// gaps, the parts of rooms' timelines that sync left out, the bot could not read later
// since the start of the process.
func (c *Client) GapsLost() *atomic.Int64 { return &c.gapsLost }

// checkHomeserver asks the configured address for the versions of Matrix, for 20 seconds
// at most. The error wraps ErrUnreachable if nothing answers or the server is
// unavailable for now, and ErrProxyRefuses too if a proxy wants a password. It wraps
// ErrNotMatrix if a server answers that is no homeserver.
func (c *Client) checkHomeserver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	versions, err := c.mx.Versions(ctx)
	he, isHTTP := errors.AsType[mautrix.HTTPError](err)
	switch {
	case err == nil && len(versions.Versions) > 0:
		return nil
	case isStatus(err, http.StatusProxyAuthRequired):
		return fmt.Errorf("%w: %w", ErrUnreachable, ErrProxyRefuses)
	case err == nil:
		return fmt.Errorf("%w: it names no version of Matrix", ErrNotMatrix)
	case isHTTP && he.Response != nil && he.Response.StatusCode < 500 && he.Response.StatusCode != http.StatusTooManyRequests:
		return fmt.Errorf("%w: status %d, %s", ErrNotMatrix, he.Response.StatusCode, he.Response.Header.Get("Content-Type"))
	case isHTTP && he.Response != nil:
		return fmt.Errorf("%w: status %d", ErrUnreachable, he.Response.StatusCode)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// learnNames asks the homeserver for the account's display name, by which people address
// the bot, and sets c.names to it; if that fails, c.names stays. Later names come from
// sync.
func (c *Client) learnNames(ctx context.Context) {
	if profile, err := c.mx.GetOwnDisplayName(ctx); err == nil && profile.DisplayName != "" {
		c.names = []string{profile.DisplayName}
	}
}
