package testkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Client is a person's Matrix client: a real one, with a device of its own,
// that syncs in the background and keeps all that it sees, decrypted.
//
// The methods that take a testing.TB end the test when they fail. The others,
// and the whole API of the embedded mautrix client, serve the demo too.
type Client struct {
	*mautrix.Client
	Account Account

	stop    context.CancelFunc
	stopped chan struct{}

	mu      sync.Mutex
	rooms   map[id.RoomID]*timeline
	changed chan struct{}      // closed and replaced when an event arrives
	ready   map[id.RoomID]bool // rooms whose state was read before a first send
}

// timeline is what a client saw of a room, in the order of arrival.
type timeline struct {
	events []*event.Event
	byID   map[id.EventID]int // the place in events
}

// ClientOptions tell what a client can do. Zero is a client that knows nothing
// of encryption.
type ClientOptions struct {
	Encrypted bool // has encryption keys, kept in memory
	// CrossSigned makes the account's cross-signing keys, unless it has some,
	// and signs the device with them. It implies Encrypted.
	CrossSigned bool
	URL         string // another address of the homeserver, such as a Proxy's
}

// Person makes an account and logs in to it, for a test.
func (h *Homeserver) Person(t testing.TB, localpart string, options ClientOptions) *Client {
	t.Helper()
	c, err := h.Login(t.Context(), h.Account(t, localpart), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// Login logs in to an account with a new device and syncs until ctx ends or
// the client is closed.
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
	matrix.StateStore = mautrix.NewMemoryStateStore()
	_, err = matrix.Login(ctx, &mautrix.ReqLogin{
		Type:             mautrix.AuthTypePassword,
		Identifier:       mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(account.UserID)},
		Password:         account.Password,
		StoreCredentials: true,
	})
	if err != nil {
		return nil, err
	}
	c := &Client{
		Client:  matrix,
		Account: account,
		stopped: make(chan struct{}),
		rooms:   make(map[id.RoomID]*timeline),
		changed: make(chan struct{}),
		ready:   make(map[id.RoomID]bool),
	}
	syncer := &quickSyncer{mautrix.NewDefaultSyncer()}
	syncer.FilterJSON = &mautrix.Filter{Room: &mautrix.RoomFilter{Timeline: &mautrix.FilterPart{Limit: 1000}}}
	matrix.Syncer = syncer
	syncer.OnEvent(matrix.StateStoreSyncHandler)
	syncer.OnEvent(c.collect)

	ctx, c.stop = context.WithCancel(ctx)
	if options.Encrypted || options.CrossSigned {
		if err := c.startEncryption(ctx, options.CrossSigned); err != nil {
			c.stop()
			return nil, err
		}
	}
	go c.syncUntil(ctx)
	return c, nil
}

// Close stops the sync and waits for its end. The device stays.
func (c *Client) Close() {
	c.stop()
	<-c.stopped
}

// Machine is the client's encryption machine; the client must be Encrypted.
func (c *Client) Machine() *crypto.OlmMachine {
	return c.Crypto.(*cryptohelper.CryptoHelper).Machine()
}

func (c *Client) startEncryption(ctx context.Context, crossSign bool) error {
	key := make([]byte, 32)
	rand.Read(key)
	helper, err := cryptohelper.NewCryptoHelper(c.Client, key, crypto.NewMemoryStore(nil))
	if err != nil {
		return err
	}
	if err := helper.Init(ctx); err != nil {
		return err
	}
	c.Crypto = helper
	machine := helper.Machine()
	machine.SetBackgroundCtx(ctx)
	if !crossSign {
		return nil
	}
	if has, _, err := machine.GetOwnVerificationStatus(ctx); err != nil || has {
		return err
	}
	_, _, err = machine.GenerateAndUploadCrossSigningKeysWithPassword(ctx, c.Account.Password, "")
	if err != nil {
		return err
	}
	return machine.SignOwnDevice(ctx, machine.OwnIdentity())
}

// syncUntil syncs until ctx ends, over restarts of the homeserver.
func (c *Client) syncUntil(ctx context.Context) {
	defer close(c.stopped)
	for ctx.Err() == nil {
		err := c.SyncWithContext(ctx)
		if errors.Is(err, mautrix.MUnknownToken) {
			return // the account was logged out; what waits for events says so
		}
		select {
		case <-ctx.Done():
		case <-time.After(syncRetry):
		}
	}
}

const syncRetry = 200 * time.Millisecond

// quickSyncer asks again soon after a failed sync, as a test has no time.
type quickSyncer struct{ *mautrix.DefaultSyncer }

func (quickSyncer) OnFailedSync(_ *mautrix.RespSync, err error) (time.Duration, error) {
	if errors.Is(err, mautrix.MUnknownToken) {
		return 0, err
	}
	return syncRetry, nil
}

// collect keeps an event of a room; the decrypted one takes the place of the
// encrypted one.
func (c *Client) collect(_ context.Context, evt *event.Event) {
	if evt.RoomID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.rooms[evt.RoomID]
	if room == nil {
		room = &timeline{byID: make(map[id.EventID]int)}
		c.rooms[evt.RoomID] = room
	}
	place, known := room.byID[evt.ID]
	switch {
	case !known:
		if evt.ID != "" {
			room.byID[evt.ID] = len(room.events)
		}
		room.events = append(room.events, evt)
	case evt.Mautrix.EventSource&event.SourceDecrypted != 0:
		room.events[place] = evt
	default:
		return // seen before
	}
	close(c.changed)
	c.changed = make(chan struct{})
}
