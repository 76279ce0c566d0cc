package relay_test

import (
	"fmt"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

// way is a way for a text to leave its room.
type way struct {
	name string
	// clear: only from rooms that are not encrypted.
	clear bool
	// asks: nothing leaves before its author agrees.
	asks bool
	// goes sends a text on that way from a room, by the relay with that name, and returns
	// the room that reads why it may not go.
	goes func(w *world, from chat.RoomID, relay string) chat.RoomID
}

// bound replies to a message as a client does that encrypts relations.
func (w *world) bound(room chat.RoomID, user chat.UserID, level chat.Level, to chat.EventID, body string) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Level: level, Message: &chat.Message{Body: body, ReplyTo: to, RelationEncrypted: true}})
}

var ways = []way{
	{"`!question` en réponse à son message", false, false, func(w *world, from chat.RoomID, _ string) chat.RoomID {
		w.bound(from, camille, 0, w.say(from, camille, "Où ?"), "!question")
		return from
	}},
	{"la réaction ❓ sur son message", true, false, func(w *world, from chat.RoomID, _ string) chat.RoomID {
		w.react(from, camille, w.say(from, camille, "Où ?"), "❓")
		return from
	}},
	{"`!question` d’un modérateur, en réponse au message d’un autre", false, true, func(w *world, from chat.RoomID, _ string) chat.RoomID {
		w.bound(from, alix, chat.LevelModerator, w.say(from, camille, "Où ?"), "!question")
		return from
	}},
	{"`!transmettre`, d’experts du même public que le salon", false, false, func(w *world, from chat.RoomID, relay string) chat.RoomID {
		home := w.home(from)
		w.say(from, camille, "!question #ici Où ?")
		w.bound(home, bruno, 0, w.last(home, "Question n°"), "!transmettre "+relay)
		return home
	}},
}

// home returns a new room of experts with the audience of a room, which asks them with
// the theme «ici».
func (w *world) home(from chat.RoomID) chat.RoomID {
	w.Helper()
	kind := w.rooms[from]
	kind.ID = "!chez" + from[1:]
	w.room(kind.ID, "", func(r *chat.Room) { *r = kind })
	w.open(relay.Relay{Name: "ici" + string(from), From: []chat.RoomID{from}, To: kind.ID, Themes: []string{"ici"}, By: camille})
	return kind.ID
}

const waysText = `La question peut partir par d’autres voies. Le test ` + "`TestEveryWay`" + ` essaie chacune entre les seize sortes de salons, sans ` + "`may_widen`" + ` : ce qui part, et ce qui est refusé, est pour chaque paire ce que dit le tableau. ` + "`!confier`" + ` n’en est pas une : l’appel au collègue reste dans le salon des experts, et ne dit que le numéro de la question et le nom des deux experts.

| Voie | Paires | Part aussitôt | Attend l’accord de l’auteur | Refusé |
|---|---|---|---|---|
`

// outcomes counts what became of the texts that a way sends.
type outcomes struct{ pairs, left, waits, refused int }

// Every way compares the audiences of every pair of rooms as a question does.
func TestEveryWay(t *testing.T) {
	rooms, names := kindsOfRooms()
	var table strings.Builder
	table.WriteString(waysText)
	for _, way := range ways {
		var n outcomes
		inWorld(t, func(w *world) {
			for i := range rooms {
				for j := range rooms {
					from, to := w.pair(rooms, i, j)
					refuses := way.goes(w, from, fmt.Sprintf("r%d-%d", i, j))
					wider := rooms[j].Encrypted != rooms[i].Encrypted && rooms[i].Encrypted || j&^i&14 != 0
					if !n.note(way, rooms[i], wider, w.texts(refuses), len(w.own(to)) > 0) {
						t.Errorf("%s, %s to %s:\n%s", way.name, names[i], names[j], w.texts(refuses)+w.texts(to))
					}
				}
			}
		})
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d |\n", way.name, n.pairs, n.left, n.waits, n.refused)
	}
	goldenSection(t, "Les voies", table.String())
}

// note counts an outcome, and reports whether it is as it must be: told is what the bot
// said in the asker's room, and wider whether more people could read the other.
func (n *outcomes) note(way way, from chat.Room, wider bool, told string, reached bool) bool {
	asked := strings.Contains(told, "sans votre accord")
	n.pairs++
	switch {
	case way.clear && from.Encrypted:
		n.refused++
		return !reached && !strings.Contains(told, "Question n°")
	case wider:
		n.refused++
		return !reached && !asked && (strings.Contains(told, "n’est pas transmise : le salon des experts est plus ouvert") ||
			strings.Contains(told, "reste ici : l’autre salon est plus ouvert"))
	case way.asks:
		n.waits++
		return !reached && asked
	}
	n.left++
	return reached
}

// pair returns a new room of kind i that asks, and one of kind j that answers.
func (w *world) pair(rooms []chat.Room, i, j int) (from, to chat.RoomID) {
	w.Helper()
	from, to = chat.RoomID(fmt.Sprintf("!de%d-%d:example.org", i, j)), chat.RoomID(fmt.Sprintf("!vers%d-%d:example.org", i, j))
	for id, kind := range map[chat.RoomID]chat.Room{from: rooms[i], to: rooms[j]} {
		w.room(id, "", func(r *chat.Room) { kind.ID = id; *r = kind })
	}
	w.open(relay.Relay{Name: fmt.Sprintf("r%d-%d", i, j), From: []chat.RoomID{from}, To: to, By: camille})
	return from, to
}

// open opens a relay.
func (w *world) open(r relay.Relay) {
	w.Helper()
	if err := w.db.SaveRelay(w.Context(), r); err != nil {
		w.Fatal(err)
	}
}
