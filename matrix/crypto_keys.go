package matrix

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/mattn/go-sqlite3"
	"go.mau.fi/util/dbutil"
	_ "go.mau.fi/util/dbutil/litestream" // the driver that syncs fully
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/crypto/signatures"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"
)

// storedKeys is the result of openKeys: to which device the keys in crypto.db belong,
// and whether the bot can use them.
type storedKeys struct {
	device id.DeviceID // owner of the keys; empty if there are none
	usable bool        // the keys belong to this device, and c.mach has loaded them
}

// openKeys opens crypto.db, the database of encryption keys, or creates it without
// keys, and loads its keys into c.mach if they can be used. c.close closes it. If the
// keys belong to another device, were stored with another secret, or are missing,
// usable is false and the error nil. The error wraps ErrKeysDamaged if opening shows
// that the file is no intact database, or is that of opening or reading it.
func (c *Client) openKeys(ctx context.Context) (keys storedKeys, err error) {
	store, err := c.openCryptoDB(ctx)
	if e, ok := errors.AsType[sqlite3.Error](err); ok && (e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrCorrupt) {
		return keys, fmt.Errorf("%w: %w", ErrKeysDamaged, err)
	} else if err != nil {
		return keys, err
	}
	keys.device, err = store.FindDeviceID(ctx)
	if err != nil {
		return keys, fmt.Errorf("read crypto.db: %w", err)
	}
	if keys.device == "" || keys.device != c.mx.DeviceID {
		return keys, nil
	}
	err = c.loadMachine(ctx, store)
	if errors.Is(err, olm.ErrBadMAC) { // wrong pickle key
		return keys, nil
	}
	keys.usable = err == nil
	return keys, err
}

// forgetKeys closes and deletes crypto.db, the database of encryption keys, so that keys
// of an old device never come back. A missing file is no error.
func (c *Client) forgetKeys() error {
	if err := c.close(); err != nil {
		return fmt.Errorf("close crypto.db: %w", err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(c.config.CryptoDB + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("delete crypto.db: %w", err)
		}
	}
	return nil
}

// keyConns bounds the idle connections to crypto.db.
const keyConns = 2

// ShrinkMemory empties the cache of crypto.db, and closes the idle connections to the
// homeserver, and to the database all but one. The client must be open. The error is
// that of the database.
func (c *Client) ShrinkMemory(ctx context.Context) error {
	c.mx.Client.CloseIdleConnections() // the sync's own connection is in use, and the next answer goes over it
	// With a single idle connection, the statement is sure to reach it.
	c.keyDB.RawDB.SetMaxIdleConns(1)
	defer c.keyDB.RawDB.SetMaxIdleConns(keyConns)
	if _, err := c.keyDB.Exec(ctx, "PRAGMA shrink_memory"); err != nil {
		return fmt.Errorf("shrink the memory of crypto.db: %w", err)
	}
	return nil
}

// openCryptoDB opens crypto.db, the database of encryption keys, and creates the file
// and its tables, or migrates these to the present version. It returns the key store,
// loads no keys, and sets c.keyDB, c.state and c.close, which closes the database.
func (c *Client) openCryptoDB(ctx context.Context) (*keyStore, error) {
	if err := secretFile(c.config.CryptoDB); err != nil {
		return nil, fmt.Errorf("open crypto.db: %w", err)
	}
	raw, err := sql.Open("sqlite3-fk-wal-fullsync", "file:"+(&url.URL{Path: c.config.CryptoDB}).EscapedPath()+"?_txlock=immediate&_cache_size=-512&_stmt_cache_size=64")
	if err != nil {
		return nil, fmt.Errorf("open crypto.db: %w", err)
	}
	raw.SetMaxOpenConns(4)
	raw.SetMaxIdleConns(keyConns)
	c.close = raw.Close
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		return nil, fmt.Errorf("open crypto.db: %w", err)
	}
	c.keyDB = db
	c.state = sqlstatestore.NewSQLStateStore(db, dbutil.NoopLogger, false)
	if err := c.state.Upgrade(ctx); err != nil {
		return nil, fmt.Errorf("bring the tables of crypto.db up to date: %w", err)
	}
	c.mx.StateStore = c.state
	keys := &keyStore{
		SQLCryptoStore: crypto.NewSQLCryptoStore(db, dbutil.NoopLogger, "", c.mx.DeviceID, c.pickleKey),
		state:          c.state,
	}
	if err := keys.DB.Upgrade(ctx); err != nil {
		return nil, fmt.Errorf("bring the tables of crypto.db up to date: %w", err)
	}
	return keys, nil
}

// secretFile creates the empty file name, which only its owner can read. It leaves an
// existing file as it is; the error says that the file cannot be read and written.
func secretFile(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// newKeys opens crypto.db again, makes the encryption keys of the client's new device
// there, and loads them into c.mach. It publishes nothing.
func (c *Client) newKeys(ctx context.Context) error {
	if err := c.close(); err != nil {
		return fmt.Errorf("close crypto.db: %w", err)
	}
	keys, err := c.openCryptoDB(ctx)
	if err != nil {
		return err
	}
	if err := c.loadMachine(ctx, keys); err != nil {
		return err
	}
	if err := keys.PutAccount(ctx, c.mach.GetAccount()); err != nil {
		return fmt.Errorf("store the keys: %w", err)
	}
	return nil
}

func (c *Client) loadMachine(ctx context.Context, keys *keyStore) error {
	c.keys = keys
	c.mach = crypto.NewOlmMachine(c.mx, &c.mx.Log, keys, c.state)
	// The bot does not use the tracking, and a message can claim an index so high
	// that the list of missing indices fills the memory.
	c.mach.DisableRatchetTracking = true
	if err := c.mach.Load(ctx); err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	// The bot requests devices elsewhere, without the lock (crypto_devices.go).
	c.mach.DisableDecryptKeyFetching = true
	c.mach.SessionReceived = func(_ context.Context, _ id.RoomID, session id.SessionID, _ uint32) {
		c.arrived.add(session.String())
	}
	return nil
}

// publishedKeys holds the public keys that the homeserver has of the bot's account and
// device.
type publishedKeys struct {
	device id.Ed25519 // the device's signing key; empty: none
	master id.Ed25519 // the account's master key; empty: none
	signed bool       // the account vouches for this device
}

// publishedKeys asks the homeserver for the public keys of the bot's account and device.
// Keys that were never published are empty in the result. The error is that of the
// request, as accountError returns it, or that the device's signature cannot be checked.
func (c *Client) publishedKeys(ctx context.Context) (own publishedKeys, err error) {
	answer, err := c.mx.QueryKeys(ctx, &mautrix.ReqQueryKeys{
		DeviceKeys: mautrix.DeviceKeysRequest{c.mx.UserID: mautrix.DeviceIDList{}},
	})
	if err != nil {
		return own, fmt.Errorf("ask for the keys of this account: %w", accountError(err))
	}
	if master, ok := answer.MasterKeys[c.mx.UserID]; ok {
		own.master = master.FirstKey()
	}
	device, ok := answer.DeviceKeys[c.mx.UserID][c.mx.DeviceID]
	if !ok || len(device.Keys) == 0 {
		return own, nil
	}
	own.device = device.Keys.GetEd25519(c.mx.DeviceID)
	if self, ok := answer.SelfSigningKeys[c.mx.UserID]; ok && own.master != "" {
		key := self.FirstKey()
		own.signed, err = signatures.VerifySignatureJSON(device, c.mx.UserID, key.String(), key)
		if errors.Is(err, signatures.ErrSignatureNotFound) {
			err = nil
		}
	}
	return own, err
}

// shareDeviceKeys publishes the device's keys on the homeserver at its first start. own
// are the keys published there. The error wraps ErrDeviceKeys if they are not those in
// crypto.db, or are gone although the bot published them once.
func (c *Client) shareDeviceKeys(ctx context.Context, own publishedKeys) error {
	here := c.mach.OwnIdentity().SigningKey
	switch shared := c.mach.GetAccount().Shared; {
	case own.device != "" && own.device != here:
		return fmt.Errorf("%w: its signing key is %s there and %s here", ErrDeviceKeys, own.device, here)
	case own.device == "" && shared:
		return fmt.Errorf("%w: it holds none", ErrDeviceKeys)
	case !shared:
		// The keys were never published, or the process ended before it stored that
		// they were. Publishing them again changes nothing.
		if err := c.mach.ShareKeys(ctx, -1); err != nil {
			return fmt.Errorf("publish the keys of this device: %w", accountError(err))
		}
	}
	return nil
}
