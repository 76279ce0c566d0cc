package catalogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"heraut/fetch"
)

// The defaults of Settings.
const (
	DefaultEvery   = 2 * time.Hour
	DefaultMaxLoss = 20
)

// ErrShrunk tells that a new version lacks too many of the entries.
var ErrShrunk = errors.New("too many entries are gone")

// ErrNeverFetched tells that nothing is stored for a location.
var ErrNeverFetched = errors.New("never fetched")

// Settings say where the catalogue comes from.
type Settings struct {
	// Location is an http, https or file URL, or a file's path. It is the
	// operator's own choice, so it may be private.
	Location string
	// Every is how often the source is asked; 0 for the default.
	Every time.Duration
	// MaxLoss is the share of the entries, in percent of those in force, that
	// a new version may lack without being refused.
	MaxLoss int
	// Prepare, if set, is called with each new catalogue before it is in force.
	Prepare func(*Catalogue)
}

// Fetched is what a source gave last, as it is kept across restarts.
type Fetched struct {
	Validators  fetch.Validators
	ConfirmedAt time.Time // when the source last gave it or said that it is current
	Body        []byte    // as it came, packed with gzip
}

// FetchedStore keeps the last accepted answer of each location.
type FetchedStore interface {
	// Fetched returns ErrNeverFetched if nothing is stored.
	Fetched(ctx context.Context, location string) (Fetched, error)
	SaveFetched(ctx context.Context, location string, f Fetched) error
	// ConfirmFetched sets when the stored answer was last known to be current.
	ConfirmFetched(ctx context.Context, location string, at time.Time) error
}

// State is the catalogue in force and how its source does.
type State struct {
	// Catalogue is nil until there is one. Its AsOf is when the source last
	// gave it or said that it is current, be it before a restart.
	Catalogue *Catalogue
	Every     time.Duration
	// Err is why the last try failed; nil if it did not. Failures counts the
	// failed tries since the last good one.
	Err      error
	Failures int
	NextTry  time.Time

	validators fetch.Validators
	sum        [sha256.Size]byte // of Fetched.Body
}

// Stale tells that there is no catalogue, or that its source has not confirmed
// it for more than twice the interval.
func (s State) Stale(now time.Time) bool {
	return s.Catalogue == nil || now.Sub(s.Catalogue.AsOf()) > 2*s.Every
}

// Keeper keeps the catalogue current: in memory, swapped whole, and stored, so
// that a restart needs no network. A copy stored for another location is never
// used: a new address may stand for another catalogue.
type Keeper struct {
	settings Settings
	getter   *fetch.Getter
	store    FetchedStore
	pace     *fetch.Pace
	state    atomic.Pointer[State]
}

// NewKeeper returns a Keeper that has the stored catalogue in force, if there
// is one. The error is the store's: a copy that cannot be read any more is
// logged, and fetched anew.
func NewKeeper(ctx context.Context, s Settings, getter *fetch.Getter, store FetchedStore) (*Keeper, error) {
	s.Every = cmp.Or(s.Every, DefaultEvery)
	k := &Keeper{settings: s, getter: getter, store: store, pace: fetch.NewPace(s.Every)}
	state := State{Every: s.Every}
	stored, err := store.Fetched(ctx, s.Location)
	switch {
	case errors.Is(err, ErrNeverFetched):
	case err != nil:
		return nil, fmt.Errorf("load the stored catalogue: %w", err)
	default:
		file, err := unpack(stored.Body)
		if err != nil {
			zerolog.Ctx(ctx).Warn().Err(err).Msg("Stored catalogue not usable, waiting for a new one")
			break
		}
		state.Catalogue = k.prepared(New(file.Entries, stored.ConfirmedAt))
		state.validators, state.sum = stored.Validators, sha256.Sum256(stored.Body)
		zerolog.Ctx(ctx).Info().Int("entries", len(file.Entries)).Time("as_of", stored.ConfirmedAt).
			Msg("Stored catalogue loaded")
	}
	k.state.Store(&state)
	return k, nil
}

// Current returns the state of the moment. It never waits.
func (k *Keeper) Current() State { return *k.state.Load() }

// Run asks the source at once, then at every interval, and after failures at
// the pace of fetch.Pace, until ctx ends, which is no error.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		// What went wrong is logged, and shown by Current.
		_ = k.Round(ctx, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(k.Current().NextTry)):
		}
	}
}

// Round asks the source once. A new version takes the place of the one in force
// only if it can be read, keeps enough entries, and could be stored; otherwise
// all stays as it is, and the error says why. Rounds must not overlap.
func (k *Keeper) Round(ctx context.Context, now time.Time) error {
	state := k.Current()
	log := zerolog.Ctx(ctx)
	err := k.refresh(ctx, now, &state)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	state.Err = err
	state.NextTry = now.Add(k.pace.Next(err))
	switch {
	case err == nil:
		state.Failures = 0
	case state.Catalogue == nil:
		state.Failures++
		log.Warn().Err(err).Time("next_try", state.NextTry).Msg("Still no catalogue")
	default:
		state.Failures++
		log.Warn().Err(err).Time("next_try", state.NextTry).Time("as_of", state.Catalogue.AsOf()).
			Msg("Catalogue not refreshed, the one in force stays")
	}
	k.state.Store(&state)
	return err
}

// refresh changes state only if it returns no error.
func (k *Keeper) refresh(ctx context.Context, now time.Time, state *State) error {
	location := k.settings.Location
	resp, err := k.getter.Get(ctx, location, state.validators)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.NotModified {
		if err := k.store.ConfirmFetched(ctx, location, now); err != nil {
			return fmt.Errorf("store the catalogue: %w", err)
		}
		state.Catalogue = state.Catalogue.confirmed(now)
		return nil
	}
	file, packed, err := readAndPack(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", fetch.Redacted(location), err)
	}
	if err := k.checkLoss(state.Catalogue, file); err != nil {
		return fmt.Errorf("%s: %w", fetch.Redacted(location), err)
	}
	stored := Fetched{Validators: resp.Validators, ConfirmedAt: now, Body: packed}
	if err := k.store.SaveFetched(ctx, location, stored); err != nil {
		return fmt.Errorf("store the catalogue: %w", err)
	}
	state.validators = resp.Validators
	if sum := sha256.Sum256(packed); sum != state.sum {
		state.Catalogue, state.sum = k.prepared(New(file.Entries, now)), sum
		logNew(ctx, file)
		return nil
	}
	// The source has no validators, or new ones for what it gave before.
	state.Catalogue = state.Catalogue.confirmed(now)
	return nil
}

// prepared returns c after Settings.Prepare.
func (k *Keeper) prepared(c *Catalogue) *Catalogue {
	if k.settings.Prepare != nil {
		k.settings.Prepare(c)
	}
	return c
}

// confirmed returns the same catalogue with a new AsOf.
func (c *Catalogue) confirmed(at time.Time) *Catalogue {
	again := *c
	again.asOf = at
	return &again
}

func (k *Keeper) checkLoss(old *Catalogue, file File) error {
	if old == nil {
		return nil
	}
	before, after := old.Len(), len(file.Entries)
	if (before-after)*100 > k.settings.MaxLoss*before {
		return fmt.Errorf("%w: it has %d, the catalogue in force %d, and at most %d %% may go at once (max_loss)",
			ErrShrunk, after, before, k.settings.MaxLoss)
	}
	return nil
}

func logNew(ctx context.Context, file File) {
	log := zerolog.Ctx(ctx)
	log.Info().Int("entries", len(file.Entries)).Str("generation", string(file.Generation)).
		Msg("New catalogue in force")
	for _, d := range file.Dropped {
		log.Warn().Int("index", d.Index).Str("reason", d.Reason).Msg("Catalogue entry dropped")
	}
}
