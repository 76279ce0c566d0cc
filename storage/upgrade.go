package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/util/dbutil"
)

var (
	// ErrEditedMigration means that a migration that this database has applied
	// differs from the program's file of the same number.
	ErrEditedMigration = errors.New("a migration was edited after it was applied")
	// ErrNoCopy means that the copy before an upgrade could not be written. The
	// database is unchanged.
	ErrNoCopy = errors.New("the copy before the upgrade cannot be written")
)

// copyAge is how long the copy before an upgrade is stored. The copy may hold texts that
// people erased since.
const copyAge = 30 * 24 * time.Hour

// Upgraded returns the schema versions before and after Open; both are equal if Open
// changed nothing. from is 0 for a new database.
func (d *DB) Upgraded() (from, to int) { return d.from, len(upgrades()) }

// upgrade migrates the tables of the database at path and returns the version that it
// had; 0 if it is new. Before it changes tables with content, it writes the copy
// path.v<version>; it deletes such copies that are older than copyAge. The error wraps
// ErrEditedMigration, ErrNoCopy or ErrNewerSchema, or is one of the database or the
// files.
func upgrade(ctx context.Context, db *dbutil.Database, path string) (from int, err error) {
	if from, err = schemaVersion(ctx, db); err != nil {
		return from, err
	}
	if err := checkMigrations(ctx, db); err != nil {
		return from, err
	}
	if err := removeOldCopies(path, time.Now().Add(-copyAge)); err != nil {
		return from, err
	}
	if from > 0 && from < len(upgrades()) {
		if err := copyBefore(ctx, db, fmt.Sprintf("%s.v%d", path, from)); err != nil {
			return from, fmt.Errorf("%w: %w", ErrNoCopy, err)
		}
	}
	db.UpgradeTable = upgrades()
	if err := db.Upgrade(ctx); err != nil {
		if errors.Is(err, dbutil.ErrUnsupportedDatabaseVersion) {
			err = fmt.Errorf("%w: %w", ErrNewerSchema, err)
		}
		return from, err
	}
	return from, recordMigrations(ctx, db)
}

// schemaVersion returns the version of the database's tables; 0 if it has none or does
// not record it.
func schemaVersion(ctx context.Context, db *dbutil.Database) (version int, err error) {
	exists, err := db.TableExists(ctx, "version")
	if err != nil || !exists {
		return 0, err
	}
	err = db.QueryRow(ctx, "SELECT version FROM version").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return version, err
}

// copyBefore writes a copy of the database to the file name, and replaces an earlier
// one. A crash leaves at most a file NAME.part, which the next call replaces.
func copyBefore(ctx context.Context, db *dbutil.Database, name string) error {
	part := name + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := vacuumInto(ctx, db, part); err != nil {
		return err
	}
	return os.Rename(part, name)
}

// removeOldCopies deletes the copies of the database at path last written before t.
func removeOldCopies(path string, t time.Time) error {
	copies, err := filepath.Glob(globEscape(path) + ".v*")
	if err != nil {
		return err
	}
	for _, name := range copies {
		if _, err := strconv.Atoi(strings.TrimPrefix(name, path+".v")); err != nil {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if info.ModTime().Before(t) {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// globEscape returns the path with the characters escaped that are patterns for
// filepath.Glob.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// migrationSums returns the SHA-256 of each migration, in hexadecimal, by its number.
func migrationSums() (map[int]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	sums := make(map[int]string, len(names))
	for i, name := range names {
		content, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		sums[i+1] = hex.EncodeToString(sum[:])
	}
	return sums, nil
}

// checkMigrations returns ErrEditedMigration if a migration that the database has
// applied differs from the program's migration of that number, by their checksums. A
// database without recorded checksums passes.
func checkMigrations(ctx context.Context, db *dbutil.Database) error {
	exists, err := db.TableExists(ctx, "migration_sums")
	if err != nil || !exists {
		return err
	}
	ours, err := migrationSums()
	if err != nil {
		return err
	}
	rows, err := db.Query(ctx, "SELECT number, sha256 FROM migration_sums ORDER BY number")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number int
		var sum string
		if err := rows.Scan(&number, &sum); err != nil {
			return err
		}
		if own, known := ours[number]; known && own != sum {
			return fmt.Errorf("%w: number %d", ErrEditedMigration, number)
		}
	}
	return rows.Err()
}

// recordMigrations stores the checksums of the migrations that the database has
// applied, for checkMigrations. A database that has none yet, from an older version,
// gets those of this program.
func recordMigrations(ctx context.Context, db *dbutil.Database) error {
	sums, err := migrationSums()
	if err != nil {
		return err
	}
	return db.DoTxn(ctx, nil, func(ctx context.Context) error {
		if _, err := db.Exec(ctx, "CREATE TABLE IF NOT EXISTS migration_sums (number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL)"); err != nil {
			return err
		}
		for number, sum := range sums {
			if _, err := db.Exec(ctx, "INSERT INTO migration_sums (number, sha256) VALUES ($1, $2) ON CONFLICT DO NOTHING", number, sum); err != nil {
				return err
			}
		}
		return nil
	})
}
