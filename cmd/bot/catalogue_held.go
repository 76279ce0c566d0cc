package main

import (
	"context"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commons"
	"heraut/locale"
)

// tellHeld returns a function that logs and tells the operators, by posts in the
// outbox, that the bot does not use a new version of the named catalogue, because it
// differs too much from the last one. The operators hear of each such version once,
// even across restarts. The function's error means that the posts could not be stored.
func tellHeld(s shared, name string) func(context.Context, catalogue.Held) error {
	other := name
	if name == commons.SILL {
		other = ""
	}
	return func(ctx context.Context, h catalogue.Held) error {
		s.log.Error().Int("entries", h.After).Int("in_force", h.Before).Str("catalogue", name).Msg("A version of the catalogue is held back: «!bot catalogue accepter» puts it in force")
		return s.outbox.Do(ctx, func(ctx context.Context) error {
			_, err := s.operators.Tell(ctx, s.outbox, chat.Cause("catalogue held "+h.ID()), func(lang string) (string, error) {
				return locale.Render(lang, "catalogue-notice", struct {
					Prefix string
					Name   string // empty for the SILL
					Held   catalogue.Held
				}{s.config.Prefix, other, h})
			})
			return err
		})
	}
}
