package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
)

// newRelays returns the relay that carries questions and answers between rooms, and
// the FAQ.
func newRelays(
	config *Config, db *storage.DB, box *queue.Queue, book *rooms.Book, client *matrix.Client, current func() catalogue.State, log zerolog.Logger,
) (*relay.Carrier, *relay.Knowledge) {
	knowledge := &relay.Knowledge{Store: db}
	carrier := relay.NewCarrier(relay.Options{
		Store: db, Queue: box, Book: book, Links: config.Links, Log: log.With().Str("component", "relay").Logger(),
		Room: func(ctx context.Context, room chat.RoomID) (chat.Room, error) {
			r, err := db.Room(ctx, room)
			if errors.Is(err, storage.ErrNotFound) {
				return chat.Room{ID: room}, nil
			}
			return r, err
		},
		Name:    client.DisplayName,
		Ours:    func(server string) bool { return isOurs(config, client.UserID(), server) },
		Resolve: client.Resolve,
		Suggest: relay.Suggestions(knowledge, current),
	})
	knowledge.Readers = carrier.Readers
	var declared []relay.Declaration
	for _, r := range config.Relays {
		declared = append(declared, relay.Declaration{Name: r.Name, From: r.From, To: r.To, Themes: r.Themes, MayWiden: r.MayWiden})
	}
	carrier.Declare(declared)
	return carrier, knowledge
}

// newReminders returns the reminders of open questions.
func newReminders(config *Config, db *storage.DB, box *queue.Queue, book *rooms.Book, carrier *relay.Carrier, log zerolog.Logger) *relay.Reminders {
	o := relay.RemindOptions{
		Store: db, Queue: box, Book: book, Zone: config.Timezone, Reaches: carrier.Reaches,
		Quiet:      func(room chat.RoomID) relay.Quiet { return quietIn(config, book, room) },
		Unanswered: config.Questions.RemindAfter, FollowUp: config.Questions.SolvedAfter, Keep: config.Questions.Keep,
		Log: log.With().Str("component", "relay").Logger(),
	}
	if rhythm, err := schedule.ParseRhythm(config.Questions.List); err == nil { // the configuration is checked
		o.List = rhythm
	}
	return relay.NewReminders(o)
}

// isOurs reports whether people of the server may invite the bot. A room on any
// other server counts as elsewhere (chat.Audience).
func isOurs(config *Config, bot chat.UserID, server string) bool {
	if len(config.Invitations.Servers) > 0 && config.Invitations.Servers.Match(server) {
		return true
	}
	_, own, _ := strings.Cut(string(bot), ":")
	return server == own
}

// relayRooms returns the rooms that the configuration's relays name.
func relayRooms(config *Config) (names []string) {
	for _, r := range config.Relays {
		for _, name := range append(slices.Clone(r.From), r.To) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// keeps reports whether the bot must not lose any message of the room because of its
// age. It returns true on an error.
func keeps(ctx context.Context, carrier *relay.Carrier, room chat.RoomID, log zerolog.Logger) bool {
	serves, err := carrier.Serves(ctx, room)
	if err != nil && ctx.Err() == nil {
		log.Error().Err(err).Msg("It is not known whether a room is in a relay")
	}
	return serves || err != nil
}
