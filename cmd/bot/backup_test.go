package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"heraut/rooms"
	"heraut/storage"
)

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	config, copied := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "copie.db")
	write(t, config, minimal)
	// The bot is running during the backup.
	db, closeState, err := openState(t.Context(), filepath.Join(dir, "data"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SaveChosen(t.Context(), "!a:example.org", rooms.Chosen{SetUp: true}); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := bot(t, "", "backup", "--config", config, copied); status != 0 {
		t.Fatalf("%d, %s", status, stderr)
	}
	if _, stderr, status := bot(t, "", "backup", "--config", config, copied); status != 1 || !strings.Contains(stderr, "existe déjà") {
		t.Errorf("a second time: %d, %s", status, stderr)
	}
	nowhere := filepath.Join(dir, "absent", "copie.db")
	if _, stderr, status := bot(t, "", "backup", "--config", config, nowhere); status != 1 || !strings.Contains(stderr, "répertoire existe") {
		t.Errorf("into no directory: %d, %s", status, stderr)
	}
	if err := closeState(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info, err)
	}
	again, err := storage.Open(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if chosen, err := again.Chosen(t.Context()); err != nil || !chosen["!a:example.org"].SetUp {
		t.Errorf("the copy has %v, %v", chosen, err)
	}
}

func TestDamagedDatabase(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	write(t, config, minimal)
	_, closeState, err := openState(t.Context(), filepath.Join(dir, "data"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if err := closeState(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "data", "bot.db"), strings.Repeat("ceci n’est pas une base\n", 500))
	for _, command := range [][]string{{"run"}, {"doctor"}, {"backup", filepath.Join(dir, "copie.db")}, {"export", "settings"}} {
		stdout, stderr, status := bot(t, "", append([]string{command[0], "--config", config}, command[1:]...)...)
		if status != 1 || !strings.Contains(stdout+stderr, "La base bot.db est abîmée") {
			t.Errorf("%s: %d, %s%s", command[0], status, stdout, stderr)
		}
	}
}
