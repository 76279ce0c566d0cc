package catalogue

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
)

// Reasons to hold back a version.
var (
	// ErrShrunk means that a new version lacks too many entries of the catalogue in
	// force.
	ErrShrunk = errors.New("too many entries are gone")
	// ErrSwollen means that a new version has too many more entries.
	ErrSwollen = errors.New("too many entries are new")
)

// ErrNothingHeld means that no version waits for an operator.
var ErrNothingHeld = errors.New("no version of the catalogue is held back")

const (
	// maxGrowth is the largest growth of the catalogue within growthOf, in percent. The
	// SILL once doubled within a day, by a fault (codegouvfr/catalogi#487).
	maxGrowth = 50
	// growthOf is the period over which maxGrowth applies.
	growthOf = 24 * time.Hour
	// minGrowth is the number of entries that any catalogue may gain, however small.
	minGrowth = 5
)

// Held is a new version of the catalogue that the bot does not use until an operator
// accepts it, because it has suspiciously few or many entries.
type Held struct {
	Before int // entries of the catalogue in force
	After  int // entries of the held version

	version version
}

// At returns the time at which the bot got the held version.
func (h Held) At() time.Time { return h.version.at }

// ID returns a text that identifies the contents of the held version; the same
// contents have the same ID after a restart.
func (h Held) ID() string { return hex.EncodeToString(h.version.sum[:8]) }

// Accept stores the version that is held back, makes it the catalogue in use, and
// returns it. Later growth is measured from its size. The error is ErrNothingHeld if
// none is held, or the store's: the version then stays held.
func (r *Refresher) Accept(ctx context.Context) (Held, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	state := r.Current()
	if state.Held == nil {
		return Held{}, ErrNothingHeld
	}
	held := *state.Held
	r.growth = nil // the accepted size is the new measure
	if err := r.enforce(ctx, held.version, &state); err != nil {
		return Held{}, err
	}
	state.Err, state.Failures = nil, 0
	r.state.Store(&state)
	return held, nil
}

// check returns an error that says why to hold the version v back, or nil. It compares
// numbers of entries: v has too few against the old catalogue (ErrShrunk), or too many
// against the smallest catalogue of the day before now (ErrSwollen). A nil old accepts
// every version.
func (r *Refresher) check(old *Catalogue, v version, now time.Time) error {
	if old == nil {
		return nil
	}
	before, after := old.Len(), len(v.file.Entries)
	if (before-after)*100 > r.settings.MaxLoss*before {
		return fmt.Errorf("%w: it has %d, the catalogue in force %d, and at most %d %% may go at once (max_loss)",
			ErrShrunk, after, before, r.settings.MaxLoss)
	}
	least := r.growth.least(now, before)
	if (after-least)*100 > maxGrowth*least && after-least > minGrowth {
		return fmt.Errorf("%w: it has %d, the catalogue %d within the last day, and at most %d %% may come in a day",
			ErrSwollen, after, least, maxGrowth)
	}
	return nil
}

// growth holds how many entries the catalogues in use had and since when, oldest
// first, to notice one that grows too fast.
type growth []size

type size struct {
	since   time.Time // when it came into force
	entries int
}

// add records that a catalogue with so many entries comes into use at that time, and
// drops the sizes that others replaced a day before or earlier.
func (g *growth) add(at time.Time, entries int) {
	for len(*g) > 1 && at.Sub((*g)[1].since) >= growthOf {
		*g = (*g)[1:]
	}
	*g = append(*g, size{at, entries})
}

// least returns the smallest number of entries that the catalogue in use had within the
// last day, counting inForce, its number now.
func (g growth) least(now time.Time, inForce int) int {
	least := inForce
	for i, s := range g {
		replaced := i+1 < len(g) && now.Sub(g[i+1].since) >= growthOf
		if !replaced {
			least = min(least, s.entries)
		}
	}
	return least
}

// tellHeld calls onHeld with the version that is held back, but only once for each
// version. If onHeld fails, tellHeld logs the error, and the next call of tellHeld
// tries again. It does nothing if no version is held back.
func (r *Refresher) tellHeld(ctx context.Context, onHeld func(ctx context.Context, h Held) error) {
	h := r.Current().Held
	if h == nil || h.version.sum == r.reportedSum {
		return
	}
	if err := onHeld(ctx, *h); err != nil {
		zerolog.Ctx(ctx).Error().Err(err).Msg("Operators not told of a catalogue that is held back")
		return
	}
	r.reportedSum = h.version.sum
}
