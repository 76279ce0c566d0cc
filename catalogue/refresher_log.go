package catalogue

import (
	"context"

	"github.com/rs/zerolog"
)

func logFailure(ctx context.Context, state State) {
	log := zerolog.Ctx(ctx).Warn().Err(state.Err).Time("next_try", state.NextTry)
	if state.Catalogue == nil {
		log.Msg("No catalogue yet")
		return
	}
	log.Time("as_of", state.Catalogue.AsOf()).Msg("Catalogue not refreshed, the one in force stays")
}

// loggedDropped is how many dropped elements of a new catalogue are logged.
const loggedDropped = 20

func logNew(ctx context.Context, entries int, file File) {
	log := zerolog.Ctx(ctx)
	log.Info().Int("entries", entries).Int("dropped", len(file.Dropped)).Str("generation", string(file.Generation)).
		Msg("New catalogue in force")
	for _, d := range file.Dropped[:min(len(file.Dropped), loggedDropped)] {
		log.Warn().Int("index", d.Index).Str("reason", d.Reason).Msg("Catalogue element dropped")
	}
}
