package relay_test

import (
	"context"

	"heraut/chat"
	"heraut/relay"
)

// room sets the data of a room, private and clear unless change says otherwise.
func (w *world) room(id chat.RoomID, name string, change func(r *chat.Room)) {
	w.Helper()
	r := chat.Room{ID: id, Joined: true, Members: 5, RoomFacts: chat.RoomFacts{
		Name: name, Server: "example.org", Version: "11", JoinRule: "invite", History: "shared",
	}}
	if change != nil {
		change(&r)
	}
	if err := w.db.SaveRoom(context.Background(), r); err != nil { // the commands read rooms from there
		w.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rooms[id] = r
}

func public(r *chat.Room) { r.JoinRule = "public" }

// withTheme returns another relay between the two rooms, with a theme.
func withTheme(name, theme string) relay.Declaration {
	return relay.Declaration{Name: name, From: []string{string(salon)}, To: string(experts), Themes: []string{theme}}
}

// withRooms returns a relay between two other rooms.
func withRooms(name string, from, to chat.RoomID) relay.Declaration {
	return relay.Declaration{Name: name, From: []string{string(from)}, To: string(to)}
}
