// Package storage stores the bot's state in SQLite (bot.db), one file per group of
// tables. Every method joins the transaction that its context carries.
package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"time"

	"github.com/mattn/go-sqlite3"
	"go.mau.fi/util/dbutil"

	"heraut/chat"
	"heraut/relay"
)

// ErrOtherVersion means that another version of the bot wrote the database.
// ErrNewerSchema and ErrOlderSchema wrap it.
var ErrOtherVersion = errors.New("written by another version of the bot")

var (
	// ErrNewerSchema means that a newer version of the bot wrote the database.
	ErrNewerSchema = fmt.Errorf("%w, a newer one", ErrOtherVersion)
	// ErrOlderSchema means that an older version wrote it, and that it was opened for
	// reading, which upgrades nothing.
	ErrOlderSchema = fmt.Errorf("%w, an older one", ErrOtherVersion)
)

// ErrDamaged means that the file is not a database, or is damaged.
var ErrDamaged = errors.New("the database is damaged")

// DB is the bot's SQLite database. It is safe for concurrent use.
type DB struct {
	db   *dbutil.Database
	from int // the schema version before Open

	relays   remembered[[]relay.Relay]
	subjects remembered[map[chat.RoomID]bool] // rooms of open questions about a software
	askers   askers                           // who ever got a list to choose from
	many     openPosts
}

// A released migration never changes (migrations.sha256 lists them): add a new file
// instead. The first line of a file is its header, as dbutil reads it.
//
//go:embed migrations/*.sql
var migrations embed.FS

// Open opens the database file and migrates its tables; before it changes the tables of
// an older version, it writes a copy of the file beside it (upgrade). It creates a
// missing file, readable by its owner only. The error wraps ErrNewerSchema if a newer
// version of the bot wrote the file, ErrDamaged, ErrEditedMigration or ErrNoCopy.
func Open(ctx context.Context, path string) (*DB, error) {
	// SQLite gives its side files the same permissions as the database.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	// NORMAL is enough: one commit holds the incoming events, the sync position and the
	// outgoing posts. secure_delete overwrites erased texts.
	options := url.Values{
		"_txlock":        {"immediate"},
		"_journal_mode":  {"WAL"},
		"_synchronous":   {"NORMAL"},
		"_busy_timeout":  {"5000"},
		"_foreign_keys":  {"1"},
		"_secure_delete": {"on"},
		"_cache_size":    {"-512"},
		// The bot repeats few statements, and parsing one costs more than running it.
		// SQLite still parses a kept statement again for each new value of a parameter
		// that it compared with the condition of a partial index, or of a bare LIMIT. The
		// sign in +$1 prevents that: SQLite then sees an expression, not a parameter.
		"_stmt_cache_size": {"64"},
	}
	raw, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	// With one connection, writers queue here instead of polling a locked file.
	raw.SetMaxOpenConns(1)
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), raw.Close())
	}
	db.Owner = "heraut"
	from, err := upgrade(ctx, db, path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bring the tables of %s up to date: %w", path, asDamaged(err)), raw.Close())
	}
	return &DB{db: db, from: from}, nil
}

// OpenForReading opens the database of a bot that may be running, without changing it.
// The error wraps ErrNewerSchema or ErrOlderSchema if another version of the bot wrote
// the file, ErrDamaged, ErrEditedMigration, or fs.ErrNotExist if the file is missing.
func OpenForReading(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	raw, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_query_only=1&_busy_timeout=5000")
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	raw.SetMaxOpenConns(1)
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), raw.Close())
	}
	var version int
	if err := db.QueryRow(ctx, "SELECT version FROM version").Scan(&version); err != nil {
		return nil, errors.Join(fmt.Errorf("read the version of %s: %w", path, asDamaged(err)), raw.Close())
	}
	ours := len(upgrades())
	switch {
	case version > ours:
		err = ErrNewerSchema
	case version < ours:
		err = ErrOlderSchema
	default:
		err = checkMigrations(ctx, db)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s has version %d, this program %d", err, path, version, ours), raw.Close())
	}
	return &DB{db: db, from: version}, nil
}

// asDamaged wraps err in ErrDamaged if SQLite reports damage, and returns any other
// error as it is.
func asDamaged(err error) error {
	if e, ok := errors.AsType[sqlite3.Error](err); ok && (e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrCorrupt) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

func upgrades() dbutil.UpgradeTable {
	return dbutil.BuildUpgradeTable().WithFSPath(migrations, "migrations").Finish()
}

// Check reads a row, and returns an error if the database cannot be read; it wraps
// ErrDamaged if SQLite reports damage.
func (d *DB) Check(ctx context.Context) error {
	var rows int
	if err := d.db.QueryRow(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&rows); err != nil {
		return fmt.Errorf("read the database: %w", asDamaged(err))
	}
	return nil
}

// Close closes the database.
func (d *DB) Close() error { return d.db.Close() }

// ShrinkMemory releases the memory of SQLite's caches. Later reads fill them again.
func (d *DB) ShrinkMemory(ctx context.Context) error {
	if _, err := d.db.Exec(ctx, "PRAGMA shrink_memory"); err != nil {
		return fmt.Errorf("shrink the memory of the database: %w", err)
	}
	return nil
}

// commitHooks is the type of the key under which a transaction's context holds the
// functions to call after the commit.
type commitHooks struct{}

// Do runs fn in a transaction, which every method called with fn's context joins,
// commits it, and then calls the functions given to AfterCommit. An error or a panic of
// fn rolls the transaction back; Do returns the panic as an error. Inside another
// transaction, Do joins that one: its changes are committed or rolled back with that
// one.
func (d *DB) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	_, joins := ctx.Value(commitHooks{}).(*[]func())
	hooks := new([]func())
	if !joins {
		ctx = context.WithValue(ctx, commitHooks{}, hooks)
	}
	err := d.db.DoTxn(ctx, nil, func(ctx context.Context) (err error) {
		// An uncaught panic would leave the only connection in the transaction.
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return fn(ctx)
	})
	if err != nil {
		return err
	}
	for _, hook := range *hooks {
		hook()
	}
	return nil
}

func inTransaction(ctx context.Context) bool {
	_, ok := ctx.Value(commitHooks{}).(*[]func())
	return ok
}

// AfterCommit calls f once the transaction of ctx is committed, and never if it is
// rolled back. Without a transaction it calls f at once. f may change memory and wake
// goroutines, which then see the committed rows.
func (d *DB) AfterCommit(ctx context.Context, f func()) {
	if hooks, ok := ctx.Value(commitHooks{}).(*[]func()); ok {
		*hooks = append(*hooks, f)
		return
	}
	f()
}

// Times are stored as milliseconds since 1970, the zero time as 0.

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// BackUp writes a consistent copy of the database to the new file path, readable by its
// owner only. It may run while the bot does. It fails if the file exists, and removes a
// copy that it could not finish.
func (d *DB) BackUp(ctx context.Context, path string) error { return vacuumInto(ctx, d.db, path) }

func vacuumInto(ctx context.Context, db *dbutil.Database, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	// The only connection, which may be read-only, writes the copy.
	_, err = db.Exec(ctx, "PRAGMA query_only = 0")
	if err == nil {
		_, err = db.Exec(ctx, "VACUUM INTO $1", path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("copy the database: %w", err), os.Remove(path))
	}
	return nil
}

// CheckIntegrity reads the whole database. The error wraps ErrDamaged, with SQLite's
// first finding, if something is wrong; any other error means that the database could
// not be read.
func (d *DB) CheckIntegrity(ctx context.Context) error {
	var finding string
	if err := d.db.QueryRow(ctx, "PRAGMA integrity_check(1)").Scan(&finding); err != nil {
		return asDamaged(err)
	}
	if finding != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, finding)
	}
	return nil
}
