package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heraut/chat"
)

// missing returns the rooms in which the bot should answer but which it is not in:
// rooms that the configuration or a relay names, and rooms that an operator set up and
// that it was kicked or banned from. Instead of a room that was upgraded, the result
// holds its successor, if the bot is not in that. For an alias of the configuration
// whose room id is not known, it holds a room with the alias as its ID. The error comes
// from the database.
func (r *round) missing(ctx context.Context) ([]chat.Room, error) {
	stored, err := r.db.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for missing rooms: %w", err)
	}
	known := make(map[chat.RoomID]chat.Room, len(stored))
	for _, room := range stored {
		known[room.ID] = room
	}
	aliases, err := r.db.Aliases(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for missing rooms: %w", err)
	}
	relays, err := r.carrier.Relays(ctx)
	if err != nil {
		return nil, err
	}

	var missing []chat.Room
	want := func(id chat.RoomID) {
		for known[id].MovedTo != "" {
			id = known[id].MovedTo
		}
		room := known[id]
		room.ID = id
		if !room.Joined && !slices.ContainsFunc(missing, func(m chat.Room) bool { return m.ID == id }) {
			missing = append(missing, room)
		}
	}
	for _, name := range configuredRooms(r.config) {
		switch id, found := aliases[name]; {
		case strings.HasPrefix(name, "!"):
			want(chat.RoomID(name))
		case found:
			want(id)
		default:
			missing = append(missing, chat.Room{ID: chat.RoomID(name)})
		}
	}
	for _, relay := range relays {
		for _, id := range relay.Rooms() {
			want(id)
		}
	}
	for _, room := range stored {
		if taken := room.Exit == chat.ExitKicked || room.Exit == chat.ExitBanned; taken && r.book.SetUp(room.ID) {
			want(room.ID)
		}
	}
	return missing, nil
}

// configuredRooms returns the ids and aliases of the rooms that the configuration names
// under rooms and relays, each once; not those of webhooks alone.
func configuredRooms(config *Config) (names []string) {
	for _, r := range config.Rooms {
		names = append(names, r.Room)
	}
	for _, room := range relayRooms(config) {
		if !slices.Contains(names, room) {
			names = append(names, room)
		}
	}
	return names
}
