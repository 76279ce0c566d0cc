package commands_test

import (
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/rooms"
)

// Only a person who waits for an answer receives an apology.
func TestApologise(t *testing.T) {
	answerer := commands.NewAnswerer(commands.Parts{About: commands.About{RunBy: "DINUM", Contact: "floss@example.org"}, Zone: time.UTC, Catalogue: func() catalogue.State { return catalogue.State{} }})
	handler := commands.NewHandler(answerer, commands.HandlerOptions{Rooms: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})})
	tests := map[string]struct {
		event chat.Event
		want  bool
	}{
		"a command":                 {chat.Event{Message: &chat.Message{Body: "!sill gimp"}}, true},
		"in a direct message":       {chat.Event{Direct: true, Message: &chat.Message{Body: "gimp"}}, true},
		"to the bot":                {chat.Event{Message: &chat.Message{Body: "gimp", Mentioned: true}}, true},
		"something said":            {chat.Event{Message: &chat.Message{Body: "sill gimp"}}, false},
		"another bot's command":     {chat.Event{Message: &chat.Message{Body: "!sondage"}}, false},
		"an edit, answered already": {chat.Event{Message: &chat.Message{Body: "!sill gimp", Edits: "$1"}}, false},
		"a reaction":                {chat.Event{Reaction: &chat.Reaction{Target: "$1", Key: "👍"}}, false},
		"the bot's own joining":     {chat.Event{Joined: &chat.Joined{}}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.event.ID, test.event.Room = "$event", salon
			if posts := handler.Apologise(test.event); (len(posts) == 1) != test.want {
				t.Errorf("got %d posts", len(posts))
			}
		})
	}
}
