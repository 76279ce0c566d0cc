package rooms_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"heraut/chat"
	"heraut/rooms"
	"heraut/storage"
)

func TestSettings(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	open := func() *rooms.Book {
		book, err := rooms.OpenBook(t.Context(), rooms.Settings{Language: "fr", Prefix: "!"}, db)
		if err != nil {
			t.Fatal(err)
		}
		book.Declare("!declared:example.org", rooms.Settings{Language: "en"})
		return book
	}
	book := open()
	for room, chosen := range map[chat.RoomID]rooms.Chosen{
		"!declared:example.org": {Settings: rooms.Settings{Language: "fr", Prefix: "."}},
		"!chosen:example.org":   {Settings: rooms.Settings{Role: "veille", Quiet: "aucune", Moderator: 75}, SetUp: true},
	} {
		if err := book.Choose(t.Context(), room, chosen); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		room  chat.RoomID
		want  rooms.Settings
		setUp bool
	}{
		"nothing asked":              {"!other:example.org", rooms.Settings{Language: "fr", Prefix: "!", Moderator: 50}, false},
		"the file wins":              {"!declared:example.org", rooms.Settings{Language: "en", Prefix: ".", Moderator: 50}, true},
		"the chat over the defaults": {"!chosen:example.org", rooms.Settings{Language: "fr", Prefix: "!", Role: "veille", Quiet: "aucune", Moderator: 75}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, b := range []*rooms.Book{book, open()} { // before and after a restart
				if got := b.Of(test.room); got != test.want {
					t.Errorf("got %v, want %v", got, test.want)
				}
				if got := b.SetUp(test.room); got != test.setUp {
					t.Errorf("set up: got %v", got)
				}
			}
		})
	}
}

func TestSettingsMove(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	book, err := rooms.OpenBook(t.Context(), rooms.Settings{Language: "fr", Prefix: "!"}, db)
	if err != nil {
		t.Fatal(err)
	}
	const from, to = "!from:example.org", "!to:example.org"
	chosen := rooms.Chosen{Settings: rooms.Settings{Language: "en"}, SetUp: true}
	if err := book.Choose(t.Context(), from, chosen); err != nil {
		t.Fatal(err)
	}
	undone := errors.New("undone")
	err = db.Do(t.Context(), func(ctx context.Context) error {
		return errors.Join(book.Move(ctx, from, to), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	for range 2 { // a retried transaction repeats the change
		if err := book.Move(t.Context(), from, to); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := db.Chosen(t.Context())
	if err != nil || stored[to] != chosen || stored[from] != (rooms.Chosen{}) {
		t.Errorf("stored is %+v, %v", stored, err)
	}
	if book.Chosen(to) != chosen || book.SetUp(from) || book.Of(from).Language != "fr" {
		t.Errorf("from %+v, to %+v", book.Chosen(from), book.Chosen(to))
	}
}

// Settings of a transaction that fails are never in force.
func TestChooseWaitsForTheCommit(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	book, err := rooms.OpenBook(t.Context(), rooms.Settings{Language: "fr", Prefix: "!"}, db)
	if err != nil {
		t.Fatal(err)
	}
	const room = chat.RoomID("!a:example.org")
	failed := errors.New("failed")
	for _, test := range []struct {
		ends error
		want string
	}{{failed, "fr"}, {nil, "en"}} {
		err := db.Do(t.Context(), func(ctx context.Context) error {
			return db.Do(ctx, func(ctx context.Context) error { // it joins the other
				if err := book.Choose(ctx, room, rooms.Chosen{Settings: rooms.Settings{Language: "en"}}); err != nil {
					return err
				}
				if got := book.Of(room).Language; got != "fr" {
					t.Errorf("before the commit: %s", got)
				}
				return test.ends
			})
		})
		if !errors.Is(err, test.ends) {
			t.Errorf("got %v", err)
		}
		if got := book.Of(room).Language; got != test.want {
			t.Errorf("after %v: got %s, want %s", test.ends, got, test.want)
		}
	}
}
