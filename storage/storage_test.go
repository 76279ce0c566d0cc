package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// open returns a new database in a temporary directory.
func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOpenIsPrivateAndRepeatable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot é#?.db")
	for range 2 {
		db, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the database has the rights %v", info.Mode())
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.db.Exec(t.Context(), "UPDATE version SET version = 9999, compat = 9999"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrOtherVersion) {
		t.Errorf("a newer database: %v", err)
	}
}

func TestDamagedDatabase(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "bot.db")
	db, err := Open(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"another file": []byte(strings.Repeat("ceci n’est pas une base\n", 500)),
		"cut off":      content[:5000],
		"overwritten":  append(slices.Clone(content[:100]), bytes.Repeat([]byte{0xff}, len(content)-100)...),
	} {
		path := filepath.Join(t.TempDir(), "bot.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenForReading(t.Context(), path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s, to be read: %v", name, err)
		}
		if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
