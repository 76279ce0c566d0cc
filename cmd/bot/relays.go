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
	"heraut/relay"
	"heraut/rooms"
	"heraut/schedule"
)

// newRoutes returns the relays of the configuration and of the chat: which room's
// questions go to which experts.
func newRoutes(s shared) *relay.Routes {
	var declared []relay.Declaration
	for _, r := range s.config.Relays {
		declared = append(declared, relay.Declaration{Name: r.Name, From: r.From, To: r.To, Themes: r.Themes, MayWiden: r.MayWiden})
	}
	return relay.NewRoutes(s.db, s.room, declared)
}

// room returns the stored data of a room; for a room that was never stored, a value
// with its id alone and no error. The error comes from the database.
func (s shared) room(ctx context.Context, id chat.RoomID) (chat.Room, error) {
	r, err := s.db.Room(ctx, id)
	if errors.Is(err, chat.ErrNotFound) {
		return chat.Room{ID: id}, nil
	}
	return r, err
}

// newRelay returns the Carrier, which carries questions and answers between the rooms
// that routes pairs, and the Knowledge, which searches answered questions and the FAQ.
// client gives people's names and reads messages from the homeserver; current returns
// the present state of the SILL, from which the Carrier suggests software to askers.
func newRelay(s shared, client *matrix.Client, routes *relay.Routes, current func() catalogue.State) (*relay.Carrier, *relay.Knowledge) {
	ours := func(server string) bool { return isOurs(s.config, client.UserID(), server) }
	faq := &relay.Knowledge{Store: s.db, Readers: relay.ReadersOf(s.room, ours)}
	var pings *relay.Pings
	if s.config.Limits.Person.Count > 0 {
		pings = relay.NewPings()
	}
	return relay.NewCarrier(relay.Options{
		Store: s.db, Queue: s.outbox, Book: s.book, Links: rooms.Links(s.config.Links), Log: s.component("relay"),
		Room: s.room, Routes: routes, Ours: ours, Name: client.DisplayName, Message: client.MessageAt,
		Self: client.UserID(), Members: client.Members, HasLeft: client.HasLeft, Resolve: client.Resolve,
		Suggest: relay.Suggestions(faq, current),
		Quiet:   func(room chat.RoomID) relay.Quiet { return quietIn(s, room) },
		Subject: func(text string) string { return relay.Subject(current().Catalogue, text) },
		Pings:   pings,
		Files:   carriedFiles(s.config.Questions.Files),
		Ring:    s.config.Questions.Ring, Marks: s.config.Reactions.Carried,
	}), faq
}

// carriedFiles returns which files go along with messages that the bot carries: up to a
// size and of the types of f, or none if f.Carry is false.
func carriedFiles(f Files) relay.Files {
	if !f.Carry {
		return relay.Files{}
	}
	types := f.Types.lower() // media types ignore case (RFC 6838, section 4.2)
	return relay.Files{MaxBytes: int64(f.MaxMiB) << 20, Takes: func(mediaType string) bool { return types.Match(strings.ToLower(mediaType)) }}
}

// newReminders returns the Reminders: they remind experts of open questions, ask askers
// whether answered questions are solved, post lists of open questions, and delete
// questions that were closed long ago and old vain searches.
func newReminders(s shared, carrier *relay.Carrier) *relay.Reminders {
	questions := s.config.Questions
	o := relay.RemindOptions{
		Store: s.db, Queue: s.outbox, Book: s.book, Zone: s.config.Timezone, Reaches: carrier.Reaches,
		Quiet:      func(room chat.RoomID) relay.Quiet { return quietIn(s, room) },
		Unanswered: questions.RemindAfter, FollowUp: questions.SolvedAfter, PurgeAfter: questions.PurgeAfter,
		Log: s.component("relay"),
	}
	if rhythm, err := schedule.ParseRhythm(questions.List); err == nil { // the configuration is checked
		o.List = rhythm
	}
	return relay.NewReminders(o)
}

// newUpkeep returns the Upkeep, which asks experts to check the entries of the FAQ that
// were neither written, shown nor confirmed for a year.
func newUpkeep(s shared, faq *relay.Knowledge, routes *relay.Routes) *relay.Upkeep {
	return relay.NewUpkeep(relay.UpkeepOptions{
		Store: s.db, Queue: s.outbox, Book: s.book, Zone: s.config.Timezone, Readers: faq.Readers, Relays: routes.Relays,
		Quiet: func(room chat.RoomID) relay.Quiet { return quietIn(s, room) },
		Log:   s.component("relay"),
	})
}

// isOurs reports whether a server belongs to the organisation: it is the server of bot,
// the bot's account, or one of the servers whose people may invite the bot according to
// the configuration.
func isOurs(config *Config, bot chat.UserID, server string) bool {
	if len(config.Invitations.Servers) > 0 && config.Invitations.Servers.Match(server) {
		return true
	}
	_, own, _ := strings.Cut(string(bot), ":")
	return server == own
}

// relayRooms returns the ids and aliases of the rooms that the configuration's relays
// name, each once; direct messages are none.
func relayRooms(config *Config) (names []string) {
	for _, r := range config.Relays {
		for _, name := range append(slices.Clone(r.From), r.To) {
			if name != string(relay.Direct) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// keeps returns a function that reports whether the bot must handle even old messages
// of a room, since the room takes part in a relay of routes or in a question that is
// not closed. If that cannot be read, the function logs the error and returns true.
func keeps(routes *relay.Routes, log zerolog.Logger) func(ctx context.Context, room chat.RoomID) bool {
	return func(ctx context.Context, room chat.RoomID) bool {
		serves, err := routes.Serves(ctx, room)
		if err != nil && ctx.Err() == nil {
			log.Error().Err(err).Msg("It is not known whether a room is in a relay")
		}
		return serves || err != nil
	}
}
