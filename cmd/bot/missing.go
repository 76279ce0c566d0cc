package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heraut/chat"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

// missingRooms returns the rooms that the bot should serve but is not in. These are
// the rooms that the configuration or a relay names, and the rooms that an operator
// set up and that a member removed the bot from. The id of a room with an unresolved
// alias is that alias.
func missingRooms(ctx context.Context, config *Config, db *storage.DB, book *rooms.Book, carrier *relay.Carrier) ([]chat.Room, error) {
	stored, err := db.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for missing rooms: %w", err)
	}
	known := make(map[chat.RoomID]chat.Room, len(stored))
	for _, r := range stored {
		known[r.ID] = r
	}
	aliases, err := db.Aliases(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for missing rooms: %w", err)
	}
	relays, err := carrier.Relays(ctx)
	if err != nil {
		return nil, err
	}

	var missing []chat.Room
	want := func(id chat.RoomID) {
		for known[id].MovedTo != "" {
			id = known[id].MovedTo
		}
		r := known[id]
		r.ID = id
		if !r.Joined && !slices.ContainsFunc(missing, func(m chat.Room) bool { return m.ID == id }) {
			missing = append(missing, r)
		}
	}
	for _, name := range configuredRooms(config) {
		switch id, found := aliases[name]; {
		case strings.HasPrefix(name, "!"):
			want(chat.RoomID(name))
		case found:
			want(id)
		default:
			missing = append(missing, chat.Room{ID: chat.RoomID(name)})
		}
	}
	for _, r := range relays {
		for _, id := range append(slices.Clone(r.From), r.To) {
			want(id)
		}
	}
	for _, r := range stored {
		if taken := r.Exit == chat.ExitKicked || r.Exit == chat.ExitBanned; taken && book.SetUp(r.ID) {
			want(r.ID)
		}
	}
	return missing, nil
}

// configuredRooms returns the ids and aliases of the rooms that the configuration
// names, each once.
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
