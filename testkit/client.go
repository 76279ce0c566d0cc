package testkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Client is a person's Matrix client: a real one, with its own device, that syncs in
// the background and keeps all events that it sees, decrypted.
//
// The methods with a testing.TB end the test on failure. The others, and the whole
// API of the embedded mautrix client, also serve the demo.
type Client struct {
	*mautrix.Client
	Account Account
	// RecoveryKey opens the cross-signing keys that the client made; empty if it
	// made none.
	RecoveryKey string

	stop    context.CancelFunc
	stopped chan struct{}

	keysDir string // directory of the encryption keys; empty: none
	// keys guards the use of the encryption keys: mautrix does not itself guard
	// everything that it caches about the account's own keys.
	keys sync.Mutex

	mu      sync.Mutex
	syncing bool           // a sync response is being processed
	arrived []*event.Event // its events so far
	rooms   map[id.RoomID]*timeline
	changed chan struct{}      // closed and replaced when rooms changes
	ready   map[id.RoomID]bool // rooms whose state the client has read before a first send
	direct  map[id.RoomID]bool // direct messages that the client made
}

// timeline holds the events of a room that a client has seen, in the order in which
// they arrived. A decrypted event stands in the place of its encrypted form.
type timeline struct {
	events []*event.Event
	byID   map[id.EventID]int // index in events
}

// ClientOptions are the options of a person's client. The zero value is a client that
// cannot encrypt.
type ClientOptions struct {
	Encrypted bool // has encryption keys, in a temporary directory
	// CrossSigned makes the account's cross-signing keys, unless it has some, and
	// signs the device with them. It implies Encrypted.
	CrossSigned bool
	URL         string // another address of the homeserver, such as a Proxy's
}

// Person makes an account named localpart and logs in to it, for a test, which closes
// the client at its end. It ends the test on an error.
func (h *Homeserver) Person(t testing.TB, localpart string, options ClientOptions) *Client {
	t.Helper()
	c, err := h.Login(t.Context(), h.Account(t, localpart), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// Login logs in to an account with a new device and returns a client that syncs until
// ctx ends or Close is called, or an error; tests use Person, which ends the test
// instead.
func (h *Homeserver) Login(ctx context.Context, account Account, options ClientOptions) (*Client, error) {
	url := options.URL
	if url == "" {
		url = h.URL
	}
	c, err := login(ctx, url, account, options)
	if err != nil {
		return nil, fmt.Errorf("log in as %s: %w", account.UserID, err)
	}
	return c, nil
}

func login(ctx context.Context, url string, account Account, options ClientOptions) (*Client, error) {
	matrix, err := mautrix.NewClient(url, "", "")
	if err != nil {
		return nil, err
	}
	if _, err = matrix.Login(ctx, passwordLogin(account)); err != nil {
		return nil, err
	}
	c := &Client{
		Client:  matrix,
		Account: account,
		stopped: make(chan struct{}),
		rooms:   make(map[id.RoomID]*timeline),
		changed: make(chan struct{}),
		ready:   make(map[id.RoomID]bool),
		direct:  make(map[id.RoomID]bool),
	}
	syncer := &clientSyncer{mautrix.NewDefaultSyncer(), c}
	syncer.FilterJSON = &mautrix.Filter{Room: &mautrix.RoomFilter{Timeline: &mautrix.FilterPart{Limit: 1000}}}
	syncer.OnEvent(c.collect)
	matrix.Syncer = syncer

	ctx, c.stop = context.WithCancel(ctx)
	if options.Encrypted || options.CrossSigned {
		if err := c.startEncryption(ctx, options.CrossSigned); err != nil {
			c.stop()
			return nil, errors.Join(err, c.forgetKeys())
		}
	}
	go c.syncUntil(ctx)
	return c, nil
}

// Close stops the sync, waits for its end, and deletes the encryption keys. The device
// stays on the server.
func (c *Client) Close() {
	c.StopSync()
	_ = c.forgetKeys() // a temporary directory
}

// StopSync stops the sync for good, and waits for its end. The client can still send,
// and read on request.
func (c *Client) StopSync() {
	c.stop()
	<-c.stopped
}

// Machine returns the client's encryption machine. It panics if the client is not
// Encrypted.
func (c *Client) Machine() *crypto.OlmMachine {
	return c.Crypto.(*cryptohelper.CryptoHelper).Machine()
}

// WithMachine calls do with the encryption machine while the client processes no sync
// response, and returns the error of do: mautrix does not guard the account's keys
// against its own writes. The client must be Encrypted.
func (c *Client) WithMachine(do func(*crypto.OlmMachine) error) error {
	c.keys.Lock()
	defer c.keys.Unlock()
	return do(c.Machine())
}

func (c *Client) startEncryption(ctx context.Context, crossSign bool) error {
	var err error
	if c.keysDir, err = os.MkdirTemp("", "heraut-client-"); err != nil {
		return err
	}
	path := filepath.Join(c.keysDir, "keys.db")
	db, err := dbutil.NewWithDialect("file:"+path+"?_txlock=immediate&_synchronous=OFF", "sqlite3-fk-wal")
	if err != nil {
		return err
	}
	key := make([]byte, 32)
	rand.Read(key)
	helper, err := cryptohelper.NewCryptoHelper(c.Client, key, db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	c.Crypto = helper
	if err := helper.Init(ctx); err != nil {
		return err
	}
	machine := helper.Machine()
	machine.SetBackgroundCtx(ctx)
	if !crossSign {
		return nil
	}
	if has, _, err := machine.GetOwnVerificationStatus(ctx); err != nil || has {
		return err
	}
	c.RecoveryKey, _, err = machine.GenerateAndUploadCrossSigningKeysWithPassword(ctx, c.Account.Password, "")
	if err != nil {
		return err
	}
	return machine.SignOwnDevice(ctx, machine.OwnIdentity())
}

// forgetKeys closes and deletes the file with the client's encryption keys. It does
// nothing if the client has none.
func (c *Client) forgetKeys() error {
	if c.keysDir == "" {
		return nil
	}
	var err error
	if helper, ok := c.Crypto.(*cryptohelper.CryptoHelper); ok {
		err = helper.Close()
	}
	return errors.Join(err, os.RemoveAll(c.keysDir))
}
