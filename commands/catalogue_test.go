package commands_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/fetch"
	"heraut/locale/localetest"
	"heraut/rooms"
	"heraut/storage"
)

// !bot catalogue shows the held-back version, and accepts it.
func TestAcceptTheCatalogue(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(t.TempDir(), "sill.json")
	refresher, err := catalogue.NewRefresher(t.Context(), catalogue.Settings{Location: path, MaxLoss: 20}, fetch.New(fetch.Options{}), db)
	if err != nil {
		t.Fatal(err)
	}
	round := func(n int) {
		t.Helper()
		var entries []string
		for i := range n {
			entries = append(entries, fmt.Sprintf(`{"id": %d, "name": "Logiciel %d", "license": "MIT"}`, i+1, i+1))
		}
		if err := os.WriteFile(path, []byte("["+strings.Join(entries, ",")+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
		_ = refresher.Round(t.Context(), time.Now())
	}
	a := commands.NewAnswerer(commands.Parts{Catalogue: refresher.Current, Repositories: db, Admin: commands.Administration{
		Book: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Journal: db, Catalogue: refresher,
	}})
	say := func(level chat.Level, lang, text string) string {
		t.Helper()
		answer, err := a.Answer(t.Context(), commands.Line{
			Text: text, Lang: lang, Prefix: "!", Room: direct, Sender: camille, Level: level,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := localetest.Check(answer.HTML); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		return bare(answer.HTML)
	}
	must := func(lang, text, want string) {
		t.Helper()
		if got := say(chat.LevelOperator, lang, text); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	must("fr", "!bot catalogue", "n’a pas encore été lu")
	round(100)
	must("fr", "!bot catalogue", "Catalogue : 100 logiciels, données du")
	must("fr", "!bot catalogue accepter", "rien à accepter")
	round(300)
	must("fr", "!bot catalogue", "elle a 300 logiciels, et celle en vigueur 100. !bot catalogue accepter")
	must("en", "!bot catalogue", "it has 300 entries, and the one in force 100. !bot catalogue accept")
	must("fr", "!bot catalogue refuser", "Exemple")
	if got := say(chat.LevelModerator, "fr", "!bot catalogue accepter"); refresher.Current().Held == nil {
		t.Errorf("a moderator accepts it: %q", got)
	}
	must("fr", "!bot catalogue accepter", "300 logiciels au lieu de 100")
	must("en", "!bot catalogue accept", "nothing to accept")
	if n := refresher.Current().Catalogue.Len(); n != 300 {
		t.Errorf("%d entries in force", n)
	}
}
