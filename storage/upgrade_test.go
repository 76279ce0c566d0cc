package storage

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mau.fi/util/dbutil"
)

// TestReleasedMigrationsAreFrozen compares the migrations with migrations.sha256, which
// lists the released ones.
func TestReleasedMigrationsAreFrozen(t *testing.T) {
	list, err := os.ReadFile("migrations.sha256")
	if err != nil {
		t.Fatal(err)
	}
	frozen := 0
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); frozen++ {
		want, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			t.Fatalf("not a line of sha256sum: %q", lines.Text())
		}
		content, err := migrations.ReadFile("migrations/" + name)
		if err != nil {
			t.Errorf("a released migration is gone: %v", err)
			continue
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s was edited after its release: write another migration instead", name)
		}
		if !strings.HasPrefix(name, fmt.Sprintf("%02d-", frozen+1)) {
			t.Errorf("%s is in the place of number %d", name, frozen+1)
		}
	}
	if frozen < 16 {
		t.Errorf("only %d migrations are frozen", frozen)
	}
}

// old creates a database of an older schema version with one row, and returns its
// path.
func old(t *testing.T, version int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bot é[1].db")
	raw, err := dbutil.NewWithDialect("file:"+path, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	raw.Owner, raw.UpgradeTable = "heraut", upgrades()[:version]
	if err := raw.Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(t.Context(), "INSERT INTO session (only_row, pickle_key) VALUES (1, x'736563726574')"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUpgradeKeepsACopy(t *testing.T) {
	path := old(t, 5)
	stale := path + ".v3"
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(stale, time.Now(), time.Now().Add(-copyAge-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenForReading(t.Context(), path); !errors.Is(err, ErrOlderSchema) || errors.Is(err, ErrNewerSchema) {
		t.Errorf("an older database, to be read: %v", err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if from, to := db.Upgraded(); from != 5 || to != len(upgrades()) {
		t.Errorf("upgraded %d → %d", from, to)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	before, err := dbutil.NewWithDialect("file:"+path+".v5?mode=ro", "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	var key string
	if err := before.QueryRow(t.Context(), "SELECT pickle_key FROM session").Scan(&key); err != nil || key != "secret" {
		t.Errorf("the copy has the key %q, %v", key, err)
	}
	if version, err := schemaVersion(t.Context(), before); err != nil || version != 5 {
		t.Errorf("the copy has version %d, %v", version, err)
	}
	if info, err := os.Stat(path + ".v5"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info, err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old copy stays: %v", err)
	}

	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if from, to := again.Upgraded(); from != to {
		t.Errorf("the second opening upgraded %d → %d", from, to)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestUpgradeWithoutACopyIsRefused(t *testing.T) {
	path := old(t, 5)
	if err := os.MkdirAll(filepath.Join(path+".v5.part", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrNoCopy) {
		t.Fatalf("without a copy: %v", err)
	}
	db, err := dbutil.NewWithDialect("file:"+path, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if version, err := schemaVersion(t.Context(), db); err != nil || version != 5 {
		t.Errorf("the refused database has version %d, %v", version, err)
	}
}

func TestEditedMigrationIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.CheckIntegrity(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := db.db.Exec(t.Context(), "UPDATE migration_sums SET sha256 = 'another' WHERE number = 7"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrEditedMigration) || !strings.Contains(err.Error(), "number 7") {
		t.Errorf("to be opened: %v", err)
	}
	if _, err := OpenForReading(t.Context(), path); !errors.Is(err, ErrEditedMigration) {
		t.Errorf("to be read: %v", err)
	}
}
