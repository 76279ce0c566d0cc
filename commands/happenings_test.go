package commands_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/locale/localetest"
	"heraut/rooms"
	"heraut/storage"
)

// TestHappenings checks the messages that the bot sends unasked.
func TestHappenings(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	// Camille has direct messages with the bot, Dominique has left them.
	for _, r := range []chat.Room{
		{ID: direct, InvitedBy: camille, Direct: true, Joined: true, Members: 2},
		{ID: "!left:example.org", InvitedBy: dominique, Direct: true, Joined: true, Members: 1},
	} {
		if err := db.SaveRoom(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	book.Declare(english, rooms.Settings{Language: "en"})
	answerer := commands.NewAnswerer(commands.Parts{
		About:     commands.About{RunBy: "DINUM", Contact: "floss@example.org"},
		Catalogue: func() catalogue.State { return catalogue.State{} },
		Admin: commands.Administration{Book: book, Links: "https://matrix.to", Missing: func(context.Context) ([]chat.Room, error) {
			return []chat.Room{{ID: salon}}, nil
		}},
	})
	operators := rooms.NewOperators([]chat.UserID{camille, dominique}, book, db)
	handler := commands.NewHandler(answerer, commands.HandlerOptions{Rooms: book, Choices: db, Operators: operators})

	many := strings.Repeat("ligne\n\n", 20)
	for name, test := range map[string]struct {
		event  chat.Event
		room   chat.RoomID // the room of the message; empty if there is none
		says   []string
		leaves bool
	}{
		"welcome":           {chat.Event{Room: salon, Joined: &chat.Joined{}}, salon, []string{"Bonjour", "!aide"}, false},
		"unwelcome":         {chat.Event{Room: salon, Joined: &chat.Joined{Unwelcome: true}}, salon, []string{"un de ses modérateurs"}, true},
		"unwelcome, abroad": {chat.Event{Room: english, Joined: &chat.Joined{Unwelcome: true}}, english, []string{"one of its moderators"}, true},
		"moderator":         {chat.Event{Room: salon, Promoted: &chat.Promoted{Name: "Le <salon>"}}, direct, []string{"modérateur", "Le &lt;salon&gt;"}, false},
		"administrator":     {chat.Event{Room: salon, Promoted: &chat.Promoted{Admin: true}}, direct, []string{"administrateur d’un salon sans nom"}, false},
		"removed":           {chat.Event{Room: salon, Removed: &chat.Removed{Name: "Le <salon>", Exit: chat.ExitKicked}}, direct, []string{"On m’a retiré du salon", "Le &lt;salon&gt;", "inviter de nouveau"}, false},
		"banned":            {chat.Event{Room: salon, Removed: &chat.Removed{Name: "Le salon", Exit: chat.ExitBanned}}, direct, []string{"m’a été interdit", "lever l’interdiction"}, false},
		"removed elsewhere": {chat.Event{Room: english, Removed: &chat.Removed{Exit: chat.ExitKicked}}, "", nil, false},
		"notice":            {chat.Event{Room: salon, Notice: &chat.Notice{Body: "!aide\n<b>Maintenance</b>\n@room"}}, direct, []string{"!aide<br>&lt;b&gt;Maintenance&lt;/b&gt;"}, false},
		"long notice":       {chat.Event{Room: salon, Notice: &chat.Notice{Body: many}}, direct, []string{"ligne<br>…"}, false},
		"a file's caption":  {chat.Event{Room: salon, Direct: true, Message: &chat.Message{Body: "!aide", File: &chat.File{Name: "a"}}}, "", nil, false},
		"too late":          {chat.Event{Room: salon, Late: true, Direct: true, Message: &chat.Message{Body: "!aide"}}, "", nil, false},
		"somebody leaves":   {chat.Event{Room: salon, Left: &chat.Left{User: camille}}, "", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.event.ID, test.event.At = "$event", time.Now()
			result, err := handler.Handle(t.Context(), test.event)
			if err != nil {
				t.Fatal(err)
			}
			posts := result.Posts
			if test.leaves {
				if len(posts) != 2 || !posts[1].Leaves || posts[1].Room != test.room || posts[1].Priority != posts[0].Priority {
					t.Fatalf("it does not leave after what it says: %+v", posts)
				}
				posts = posts[:1]
			}
			if test.room == "" {
				if len(posts) != 0 {
					t.Errorf("it says %+v", posts)
				}
				return
			}
			if len(posts) != 1 || posts[0].Room != test.room || posts[0].Rings != (test.room == direct) {
				t.Fatalf("got %+v", posts)
			}
			for _, text := range test.says {
				if !strings.Contains(posts[0].HTML, text) {
					t.Errorf("%s lacks %q", posts[0].HTML, text)
				}
			}
			if err := localetest.Check(posts[0].HTML); err != nil {
				t.Errorf("%s: %v", posts[0].HTML, err)
			}
		})
	}
}
