package main

import (
	"context"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
	"heraut/rooms"
)

// tellHeld returns a function that informs the operators of a held-back version of
// the catalogue: once for each version, even across restarts.
func tellHeld(config *Config, box *queue.Queue, operators *rooms.Operators, log zerolog.Logger) func(context.Context, catalogue.Held) error {
	return func(ctx context.Context, h catalogue.Held) error {
		log.Error().Int("entries", h.After).Int("in_force", h.Before).Msg("A version of the catalogue is held back: «!bot catalogue accepter» puts it in force")
		return box.Do(ctx, func(ctx context.Context) error {
			_, err := operators.Tell(ctx, box, chat.EventID("catalogue held "+h.ID()), func(lang string) (string, error) {
				return locale.Render(lang, "catalogue-notice", struct {
					Prefix string
					Held   catalogue.Held
				}{config.Prefix, h})
			})
			return err
		})
	}
}
