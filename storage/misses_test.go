package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// The database holds no word that fewer than three people searched, and no person.
func TestMissesHoldNoPersonalText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	add := func(word string, people int) {
		t.Helper()
		for i := range people {
			err := db.AddMiss(t.Context(), "!experts", []string{word}, relay.Miss{Words: word}, chat.UserID(fmt.Sprintf("@agent%d:example.org", i)), time.Now())
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	add("zyconfidentiel", 2)
	add("zyconfidentiel", 2) // the same people again
	add("zyforge", 3)
	for name, words := range map[string]string{"zyconfidentiel": "", "zyforge": "zyforge"} {
		got, err := db.Missed(t.Context(), "!experts", time.Time{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, m := range got {
			if m.Words == name {
				found = m.Words
			}
		}
		if found != words {
			t.Errorf("%s: %q", name, found)
		}
	}
	if err := db.ForgetMisses(t.Context(), "@agent1:example.org"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"zyconfidentiel", "zyforge", "agent0", "agent2"} {
		if strings.Contains(string(raw), text) {
			t.Errorf("the database holds %q", text)
		}
	}
}

// A flood of different words stops at a limit, and leaves the known ones countable.
func TestMissesAreBounded(t *testing.T) {
	db := open(t)
	err := db.Do(t.Context(), func(ctx context.Context) error {
		for i := range maxMisses + 10 {
			if err := db.AddMiss(ctx, "", []string{fmt.Sprint(i)}, relay.Miss{}, "@a:example.org", time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, _, err := db.MissesOf(t.Context(), "@a:example.org"); n != maxMisses || err != nil {
		t.Errorf("%d searches, %v", n, err)
	}
}
