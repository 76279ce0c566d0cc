package storage

import (
	"errors"
	"testing"

	"heraut/chat"
)

func TestRoom(t *testing.T) {
	db := open(t)
	if _, err := db.Room(t.Context(), salon); !errors.Is(err, ErrNotFound) {
		t.Fatalf("a room that was never seen: %v", err)
	}
	want := chat.Room{
		ID: salon, Encrypted: true, InvitedBy: "@a:example.org", Joined: true, Members: 3, MovedTo: "!next",
		RoomFacts: chat.RoomFacts{Name: "Salon", Server: "example.org", Version: "12", Guests: true, Successor: "!next"},
	}
	must(t, db.SaveRoom(t.Context(), want))
	if got, err := db.Room(t.Context(), salon); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	want.Encrypted, want.RoomFacts = false, chat.RoomFacts{}
	must(t, db.SaveRoom(t.Context(), want))
	want.Encrypted = true // that never ends
	if all, err := db.Rooms(t.Context()); err != nil || len(all) != 1 || all[0] != want {
		t.Errorf("got %+v, %v", all, err)
	}
}

// What another version of the bot stored has no facts.
func TestRoomWithoutFacts(t *testing.T) {
	db := open(t)
	if _, err := db.db.Exec(t.Context(), "INSERT INTO room (room_id, joined) VALUES ($1, 1)", salon); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Room(t.Context(), salon); err != nil || got != (chat.Room{ID: salon, Joined: true}) {
		t.Errorf("got %+v, %v", got, err)
	}
}
