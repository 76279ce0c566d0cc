package matrix

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// ErrNoIdentity reports that the bot has never seen an account key of that person.
var ErrNoIdentity = errors.New("no account key of that person is known")

// Identity holds a person's account key (master key, which signs their devices): the
// first one that the bot saw, which it trusts, and the present one. A person who
// resets their encryption gets a new one.
type Identity struct {
	User       chat.UserID
	First, Now id.Ed25519
}

// Changed reports whether the person's present key differs from the first one that
// the bot saw.
func (i Identity) Changed() bool { return i.First != i.Now }

// IdentityOf reads the account key of user from the file cryptoDB; it works while the
// bot runs. The error is ErrNoIdentity if there is no key, or that of opening or reading
// the file.
func IdentityOf(ctx context.Context, cryptoDB string, user chat.UserID) (identity Identity, err error) {
	err = withIdentities(ctx, cryptoDB, func(store *crypto.SQLCryptoStore) error {
		keys, err := store.GetCrossSigningKeys(ctx, id.UserID(user))
		if err != nil {
			return fmt.Errorf("read the account keys of %s: %w", user, err)
		}
		master, ok := keys[id.XSUsageMaster]
		if !ok {
			return ErrNoIdentity
		}
		identity = Identity{User: user, First: master.First, Now: master.Key}
		return nil
	})
	return identity, err
}

// Trust makes the bot trust i.Now, the person's present account key, from their next
// message on: it stores the key in the file cryptoDB as the first one. It fails if the
// person changed the key again since IdentityOf.
func (i Identity) Trust(ctx context.Context, cryptoDB string) error {
	return withIdentities(ctx, cryptoDB, func(store *crypto.SQLCryptoStore) error {
		return store.ResetMasterKeyTOFU(ctx, id.UserID(i.User), i.Now)
	})
}

func withIdentities(ctx context.Context, cryptoDB string, do func(store *crypto.SQLCryptoStore) error) (err error) {
	if _, err := os.Stat(cryptoDB); err != nil {
		return fmt.Errorf("open crypto.db: %w", err)
	}
	raw, err := sql.Open("sqlite3-fk-wal-fullsync", "file:"+(&url.URL{Path: cryptoDB}).EscapedPath()+"?_txlock=immediate&mode=rw")
	if err != nil {
		return fmt.Errorf("open crypto.db: %w", err)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		return fmt.Errorf("open crypto.db: %w", err)
	}
	return do(crypto.NewSQLCryptoStore(db, dbutil.NoopLogger, "", "", nil))
}
