package catalogue

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
)

// Why a version is held back.
var (
	// ErrShrunk tells that a new version lacks too many of the entries.
	ErrShrunk = errors.New("too many entries are gone")
	// ErrSwollen tells that a new version has too many entries more.
	ErrSwollen = errors.New("too many entries are new")
)

// ErrNothingHeld tells that no version waits to be accepted.
var ErrNothingHeld = errors.New("no version of the catalogue is held back")

const (
	// maxGrowth is how much larger than the catalogue of the day before a new
	// version may be, in percent of that. The SILL once doubled within a day, by a
	// fault (codegouvfr/catalogi#487).
	maxGrowth = 50
	// growthOf is how long the catalogue of the day before counts.
	growthOf = 24 * time.Hour
	// minGrowth is how many entries a small catalogue may always gain.
	minGrowth = 5
)

// Held is a version of the catalogue that waits for an operator to accept it: it
// lost or gained too many entries.
type Held struct {
	Before int // how many entries the catalogue in force has
	After  int // how many entries the version has

	version version
}

// At is when the source gave the version.
func (h Held) At() time.Time { return h.version.at }

// ID is the same for the same version, over restarts too.
func (h Held) ID() string { return hex.EncodeToString(h.version.sum[:8]) }

// Accept puts the version that is held back in force, and returns it.
// ErrNothingHeld tells that there is none.
func (r *Refresher) Accept(ctx context.Context) (Held, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	state := r.Current()
	if state.Held == nil {
		return Held{}, ErrNothingHeld
	}
	held := *state.Held
	r.growth = nil // what is accepted is the measure from now on
	if err := r.enforce(ctx, held.version, &state); err != nil {
		return Held{}, err
	}
	state.Err, state.Failures = nil, 0
	r.state.Store(&state)
	return held, nil
}

// check says why a version is held back: it lacks too many of the entries in
// force, or has too many more than there were within a day.
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

// growth is how many entries the catalogues in force had, oldest first.
type growth []size

type size struct {
	since   time.Time // when it came into force
	entries int
}

// add notes a catalogue that comes into force, and forgets those that no longer
// count.
func (g *growth) add(at time.Time, entries int) {
	for len(*g) > 1 && at.Sub((*g)[1].since) >= growthOf {
		*g = (*g)[1:]
	}
	*g = append(*g, size{at, entries})
}

// least returns the smallest number of entries that a catalogue had within the
// last day, at most that of the one in force.
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

// tellHeld calls onHeld with the version that is held back, once for each.
func (r *Refresher) tellHeld(ctx context.Context, onHeld func(ctx context.Context, h Held) error) {
	h := r.Current().Held
	if h == nil || h.version.sum == r.toldSum {
		return
	}
	if err := onHeld(ctx, *h); err != nil {
		zerolog.Ctx(ctx).Error().Err(err).Msg("Operators not told of a catalogue that is held back")
		return
	}
	r.toldSum = h.version.sum
}
