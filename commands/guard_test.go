package commands_test

import (
	"strings"
	"testing"

	"heraut/chat"
	"heraut/commands"
	"heraut/queue"
)

// A confidential answer is not sent once its room has opened up.
func TestAnswersAreCheckedWhenTheyAreSent(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		guard := commands.Guard{Handler: k.handler}
		direct := chat.Room{ID: "!dm:example.org", Direct: true, Members: 2, RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite"}}
		closed := chat.Room{ID: "!closed:example.org", Members: 9, RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite"}}
		for name, test := range map[string]struct {
			room   chat.Room
			about  string
			change func(r *chat.Room)
			want   string // empty: the post goes
		}{
			"a direct message":         {direct, "direct mes-donnees", func(*chat.Room) {}, ""},
			"a third person came":      {direct, "direct mes-donnees", func(r *chat.Room) { r.Members = 3 }, "message direct"},
			"anybody may read it":      {direct, "direct mes-donnees", func(r *chat.Room) { r.History = "world_readable" }, "message direct"},
			"a closed room":            {closed, "closed bot etat", func(*chat.Room) {}, ""},
			"a direct message will do": {direct, "closed bot etat", func(*chat.Room) {}, ""},
			"a closed room was opened": {closed, "closed bot etat", func(r *chat.Room) { r.JoinRule = "public" }, "trop de monde"},
		} {
			room := test.room
			test.change(&room)
			k.in(room)
			verdict, err := guard.Check(t.Context(), queue.Row{Post: chat.Post{
				Room: test.room.ID, Lang: "fr", HTML: "<p>secret</p>", Guard: chat.Guard{By: commands.GuardName, About: test.about},
			}})
			switch {
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case test.want == "" && verdict.Instead != nil:
				t.Errorf("%s: it is replaced by %q", name, verdict.Instead.HTML)
			case test.want != "" && (verdict.Instead == nil || !strings.Contains(verdict.Instead.HTML, test.want)):
				t.Errorf("%s: %+v", name, verdict)
			}
		}
	})
}
