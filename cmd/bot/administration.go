package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"heraut/chat"
	"heraut/commands"
	"heraut/health"
	"heraut/matrix"
	"heraut/rooms"
)

// administration returns the functions and stores with which the chat commands about
// rooms, webhooks, personal data and the bot itself work. Its functions read the state
// of the database, the client and the monitor when a command calls them.
func (r *round) administration() commands.Administration {
	started, config, db, client := time.Now(), r.config, r.db, r.client
	return commands.Administration{
		Book: r.book, Journal: db, Rooms: db, Declined: db.Declined, Confirmations: db,
		Joined: client.JoinedRooms, Personal: []commands.Personal{db, r.carrier}, Operators: config.Operators, Links: rooms.Links(config.Links),
		Missing: r.missing, Webhooks: r.hooks.commands(), Catalogue: r.refresher,
		Resolve: func(ctx context.Context, alias string) (chat.RoomID, error) {
			room, err := client.Resolve(ctx, alias)
			if errors.Is(err, matrix.ErrNoAlias) {
				return "", fmt.Errorf("%w: %w", commands.ErrNoRoom, err)
			}
			return room, err
		},
		Name:     client.DisplayName,
		Troubles: func(lang string) []string { return statusLines(r.monitor, lang) },
		Status: func(ctx context.Context) (commands.Status, error) {
			s, err := db.QueueStatus(ctx)
			if err != nil {
				return s, err
			}
			if _, s.Device, _, err = db.Credentials(ctx); err != nil {
				return s, fmt.Errorf("read the session: %w", err)
			}
			_, missing := os.Stat(config.Matrix.RecoveryKeyFile)
			s.Version, s.Started, s.Synced = release(), started, client.LastSync()
			s.Verified, s.RecoveryKey = client.Verified(), missing == nil || config.Matrix.RecoveryKey != ""
			s.UnsentSince = since(r.monitor, health.QueueStuck)
			s.Failed, s.Lost = int(r.counts.Failed.Load()), int(r.counts.Refused.Load())
			return s, nil
		},
	}
}

// ownLines are the states of troubles for which the status command has lines of its
// own.
var ownLines = []health.State{
	health.KeysReplaced, health.RoomsMissing, health.RoomsClosed, health.CatalogueOld, health.SourceFailing, health.QueueStuck,
}

// since returns the time at which the present trouble of a state began; if there are
// several of that state, the first in the monitor's order counts. The result is zero if
// there is none.
func since(monitor *health.Monitor, state health.State) time.Time {
	for _, t := range monitor.Troubles() {
		if t.State == state {
			return t.Since
		}
	}
	return time.Time{}
}

// statusLines returns a sentence, in the language lang, for each present trouble that
// the status message does not show in a line of its own: a trouble whose state is not
// in ownLines, or an old catalogue other than the SILL. The result is nil if there is
// none.
func statusLines(monitor *health.Monitor, lang string) (sentences []string) {
	for _, t := range monitor.Troubles() {
		if t.Subject != "" && t.State == health.CatalogueOld || !slices.Contains(ownLines, t.State) {
			sentences = append(sentences, t.Sentence(lang, monitor.Zone()))
		}
	}
	return sentences
}
