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
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// Keys describes the contents of crypto.db, the database of encryption keys, for
// operators.
type Keys struct {
	Device string // the owner of the keys; empty if there are none
}

// InspectKeys reads all of the file cryptoDB, the database of encryption keys, and
// changes nothing; the bot may be running. Without keys in it, Device is empty and the
// error nil. The error wraps ErrKeysDamaged for a damaged file and fs.ErrNotExist for a
// missing one; any other means that the file could not be read, for example because it
// is locked or ctx ended.
func InspectKeys(ctx context.Context, cryptoDB string) (keys Keys, err error) {
	err = readKeys(ctx, cryptoDB, nil, "", func(store *crypto.SQLCryptoStore) error {
		var finding string
		if err := store.DB.QueryRow(ctx, "PRAGMA integrity_check(1)").Scan(&finding); err != nil {
			return err
		}
		if finding != "ok" {
			return fmt.Errorf("%w: %s", ErrKeysDamaged, finding)
		}
		tables, err := store.DB.TableExists(ctx, "crypto_account")
		if err != nil || !tables {
			return err
		}
		device, err := store.FindDeviceID(ctx)
		keys.Device = device.String()
		return err
	})
	return keys, err
}

// signingKey returns the public signing key of the device k.Device from the file
// cryptoDB. pickleKey is the secret that opens the keys. The error wraps ErrDeviceKeys
// if pickleKey does not open them or there are none, or is one of readKeys.
func (k Keys) signingKey(ctx context.Context, cryptoDB string, pickleKey []byte) (key id.Ed25519, err error) {
	err = readKeys(ctx, cryptoDB, pickleKey, k.Device, func(store *crypto.SQLCryptoStore) error {
		account, err := store.GetAccount(ctx)
		switch {
		case errors.Is(err, olm.ErrBadMAC):
			return fmt.Errorf("%w: bot.db does not open those of crypto.db", ErrDeviceKeys)
		case err != nil:
			return err
		case account == nil:
			return fmt.Errorf("%w: crypto.db has none", ErrDeviceKeys)
		}
		key = account.SigningKey()
		return nil
	})
	return key, err
}

// readKeys opens the keys of a device in the file cryptoDB for reading only, calls fn
// with them, and closes the file. pickleKey is the secret that opens the keys; it and
// device may be empty if fn does not need them. The error is fn's, wraps ErrKeysDamaged
// if the file is no intact database, or is that of opening it.
func readKeys(ctx context.Context, cryptoDB string, pickleKey []byte, device string, fn func(*crypto.SQLCryptoStore) error) (err error) {
	f, err := os.Open(cryptoDB) // SQLite's own errors do not say why it cannot open a file
	if err != nil {
		return fmt.Errorf("open crypto.db: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	raw, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: cryptoDB}).EscapedPath()+"?mode=ro&_query_only=1&_busy_timeout=5000")
	if err != nil {
		return fmt.Errorf("open crypto.db: %w", err)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		return fmt.Errorf("open crypto.db: %w", err)
	}
	err = fn(crypto.NewSQLCryptoStore(db, dbutil.NoopLogger, "", id.DeviceID(device), pickleKey))
	if e, ok := errors.AsType[sqlite3.Error](err); ok && (e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrCorrupt) {
		return fmt.Errorf("%w: %w", ErrKeysDamaged, err)
	}
	return err
}
