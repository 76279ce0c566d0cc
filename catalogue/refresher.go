package catalogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"heraut/fetch"
)

// ErrNeverFetched means that nothing is stored for a location.
var ErrNeverFetched = errors.New("never fetched")

// Fetched is the stored copy of a catalogue, in compressed form, with the validators of
// the source's answer and the time when the source last confirmed it.
type Fetched struct {
	Validators  fetch.Validators
	ConfirmedAt time.Time // when the source last sent it or confirmed it
	Body        []byte    // as received, compressed with gzip
}

// FetchedStore stores the last accepted version of each catalogue, by its address.
type FetchedStore interface {
	// Fetched returns ErrNeverFetched if nothing is stored.
	Fetched(ctx context.Context, location string) (Fetched, error)
	SaveFetched(ctx context.Context, location string, f Fetched) error
	// ConfirmFetched sets the time at which the source last confirmed the stored
	// answer.
	ConfirmFetched(ctx context.Context, location string, at time.Time) error
	// DeleteFetched deletes the stored answers of all locations except these.
	DeleteFetched(ctx context.Context, except ...string) error
}

// State is the catalogue in use with the state of its source: the last error, the
// number of failures, the time of the next request, and a version that is held back.
type State struct {
	// Catalogue is nil until there is one. Its AsOf is the time at which the source
	// last sent or confirmed it, possibly before a restart.
	Catalogue *Catalogue
	Every     time.Duration
	// Err is the error of the last round, nil if it succeeded. Failures counts the
	// failures since the last success.
	Err      error
	Failures int
	NextTry  time.Time
	// Held is the version that waits for an operator; nil if there is none.
	Held *Held

	location   string // of the catalogue in force: Settings.Location or its V1Address
	validators fetch.Validators
	sum        [sha256.Size]byte // of Fetched.Body
}

// Stale reports whether there is no catalogue, or its source has not confirmed it for
// more than twice the interval.
func (s State) Stale(now time.Time) bool {
	return s.Catalogue == nil || now.Sub(s.Catalogue.AsOf()) > 2*s.Every
}

// Refresher keeps one catalogue current: it asks the source at an interval, checks a
// new version, stores it, and then replaces the one in memory as a whole. After a
// restart it uses the stored copy at once. It never uses the copy of another address,
// which may be another catalogue.
type Refresher struct {
	settings Settings
	getter   *fetch.Getter
	store    FetchedStore
	pace     *fetch.Pace

	mu          sync.Mutex // held while the state changes
	state       atomic.Pointer[State]
	growth      growth
	reportedSum [sha256.Size]byte // of the version of the last successful onHeld
}

// NewRefresher returns a Refresher with the newest stored catalogue of the settings'
// locations in force, if there is one. It deletes the stored answers of all other
// locations from store, except those in s.Others. The error is the store's; an
// unreadable copy is only logged, and fetched again.
func NewRefresher(ctx context.Context, s Settings, getter *fetch.Getter, store FetchedStore) (*Refresher, error) {
	s.Every = cmp.Or(s.Every, DefaultEvery)
	r := &Refresher{settings: s, getter: getter, store: store, pace: fetch.NewPace(s.Every)}
	state := State{Every: s.Every}
	for _, location := range s.locations() {
		if err := r.load(ctx, location, &state); err != nil {
			return nil, err
		}
	}
	if err := store.DeleteFetched(ctx, slices.Concat(s.locations(), s.Others)...); err != nil {
		return nil, fmt.Errorf("delete the catalogues of other locations: %w", err)
	}
	if c := state.Catalogue; c != nil {
		r.growth.add(c.AsOf(), c.Len())
		zerolog.Ctx(ctx).Info().Int("entries", c.Len()).Time("as_of", c.AsOf()).Msg("Stored catalogue loaded")
	}
	r.state.Store(&state)
	return r, nil
}

// load puts the copy that is stored for a location into state, if it is newer than the
// catalogue in state. A missing copy changes nothing; neither does one that cannot be
// read, which load logs. The error is the store's.
func (r *Refresher) load(ctx context.Context, location string, state *State) error {
	stored, err := r.store.Fetched(ctx, location)
	switch {
	case errors.Is(err, ErrNeverFetched):
		return nil
	case err != nil:
		return fmt.Errorf("load the stored catalogue: %w", err)
	case state.Catalogue != nil && !stored.ConfirmedAt.After(state.Catalogue.AsOf()):
		return nil
	}
	sum := sha256.Sum256(stored.Body)
	var c *Catalogue
	if r.settings.Cache != nil {
		c = r.settings.Cache.Load(location, versionOf(sum), stored.ConfirmedAt)
	}
	if c == nil {
		file, err := r.settings.unpack(stored.Body)
		if err != nil {
			zerolog.Ctx(ctx).Warn().Err(err).Msg("Stored catalogue not readable, waiting for a new one")
			return nil
		}
		c = r.prepared(New(file.Entries, stored.ConfirmedAt), location, sum)
	}
	state.Catalogue = c
	state.location, state.validators, state.sum = location, stored.Validators, sum
	return nil
}

// Current returns the catalogue in use and the state of its source. The Catalogue is
// nil until one is loaded. It never blocks.
func (r *Refresher) Current() State { return *r.state.Load() }

// Run asks the source at once, then at every interval, and after failures at the pace
// of fetch.Pace, until ctx ends, and then returns nil. It calls onHeld once for each
// held version, and again in the next round if onHeld failed.
func (r *Refresher) Run(ctx context.Context, onHeld func(ctx context.Context, h Held) error) error {
	for {
		// Round logs its error, and Current shows it.
		_ = r.Round(ctx, time.Now())
		r.tellHeld(ctx, onHeld)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(r.Current().NextTry)):
		}
	}
}

// Round asks the source once. A new version replaces the catalogue in use if it can be
// read, has neither lost nor gained too many entries, and can be stored. Otherwise the
// catalogue in use stays, and the error, which Round also logs, says why; a version of
// a suspicious size becomes State.Held. Current then returns the new state. If ctx has
// ended, the state stays, and the error is that of ctx. Rounds must not overlap.
func (r *Refresher) Round(ctx context.Context, now time.Time) error {
	v, err := r.fetch(ctx, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.mu.Lock()
	state := r.Current()
	if err == nil {
		err = r.take(ctx, v, now, &state)
	}
	if ctx.Err() != nil {
		r.mu.Unlock()
		return ctx.Err()
	}
	state.Err = err
	state.NextTry = now.Add(r.pace.Next(err))
	if err == nil {
		state.Failures = 0
	} else {
		state.Failures++
		logFailure(ctx, state)
	}
	r.state.Store(&state)
	r.mu.Unlock()
	return err
}

// version is an answer of the source: the content of a catalogue, or the statement
// that it has not changed.
type version struct {
	location    string
	notModified bool // the catalogue in force is current; the other fields are empty
	validators  fetch.Validators
	at          time.Time
	file        File
	packed      []byte
	sum         [sha256.Size]byte // of packed
}

// fetch asks the source for a version newer than the one in use: first at its address,
// then, if that serves nothing or there is no catalogue yet, at the fallback. The error
// is that of the first address. If the settings have a Reader, fetch asks that alone.
func (r *Refresher) fetch(ctx context.Context, now time.Time) (version, error) {
	state := r.Current()
	if r.settings.Reader != nil {
		return r.fetchWith(ctx, r.settings.Reader, now, state)
	}
	var first error
	for _, location := range locations(r.settings.Location) {
		v, err := r.fetchFrom(ctx, location, now, state)
		if err == nil {
			return v, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil || !isNotServed(err) && state.Catalogue != nil {
			break
		}
	}
	return version{}, first
}

// fetchWith asks the source through a Reader, for catalogues in formats other than the
// SILL's. If nothing has changed, the version has notModified set. The error is the
// store's or the Reader's.
func (r *Refresher) fetchWith(ctx context.Context, reader Reader, now time.Time, state State) (version, error) {
	v := version{location: r.settings.Location, at: now}
	var before []byte
	if state.Catalogue != nil { // else the copy is of no use
		copied, err := r.store.Fetched(ctx, v.location)
		if err != nil {
			return version{}, fmt.Errorf("read the stored catalogue: %w", err)
		}
		before = copied.Body
	}
	var err error
	if v.file, v.packed, err = reader.Read(ctx, before); err != nil {
		return version{}, err
	}
	v.notModified = v.packed == nil
	v.sum = sha256.Sum256(v.packed)
	return v, nil
}

func (r *Refresher) fetchFrom(ctx context.Context, location string, now time.Time, state State) (version, error) {
	var since fetch.Validators
	if location == state.location {
		since = state.validators
	}
	resp, err := r.getter.Get(ctx, location, since)
	if err != nil {
		return version{}, err
	}
	defer resp.Body.Close()
	v := version{location: location, notModified: resp.NotModified, validators: resp.Validators, at: now}
	if v.notModified {
		return v, nil
	}
	if v.file, v.packed, err = readAndPack(Text(resp.Body, resp.ContentType)); err != nil {
		return version{}, fmt.Errorf("%s: %w", fetch.Redacted(location), err)
	}
	v.sum = sha256.Sum256(v.packed)
	return v, nil
}

// take checks v, the answer of the source, stores it, and puts it into state. If v has
// a suspicious size, take holds it back in state.Held instead, and returns an error. If
// the source confirms the version in use, take renews the date of that version, and a
// version that was held back is dropped. After any error, only state.Held may have
// changed.
func (r *Refresher) take(ctx context.Context, v version, now time.Time, state *State) error {
	if v.notModified {
		if err := r.store.ConfirmFetched(ctx, v.location, now); err != nil {
			return fmt.Errorf("store the catalogue: %w", err)
		}
		state.Catalogue, state.Held = state.Catalogue.At(now), nil
		return nil
	}
	if v.sum != state.sum {
		if err := r.check(state.Catalogue, v, now); err != nil {
			state.Held = &Held{Before: state.Catalogue.Len(), After: len(v.file.Entries), version: v}
			return fmt.Errorf("%s: %w", fetch.Redacted(v.location), err)
		}
	}
	return r.enforce(ctx, v, state)
}

// enforce stores the version v, and then makes it the catalogue in state; after that,
// state holds no version back. If v has the contents of the catalogue in use, only the
// date changes. If the store fails, it returns that error, and state stays as it was.
func (r *Refresher) enforce(ctx context.Context, v version, state *State) error {
	stored := Fetched{Validators: v.validators, ConfirmedAt: v.at, Body: v.packed}
	if err := r.store.SaveFetched(ctx, v.location, stored); err != nil {
		return fmt.Errorf("store the catalogue: %w", err)
	}
	state.location, state.validators, state.Held = v.location, v.validators, nil
	if v.sum == state.sum && state.Catalogue != nil {
		// The source has no validators, or sent new ones with the same data.
		state.Catalogue = state.Catalogue.At(v.at)
		return nil
	}
	c := New(v.file.Entries, v.at)
	v.file.Entries = nil // c holds them packed: the index is built without them in memory
	state.Catalogue, state.sum = r.prepared(c, v.location, v.sum), v.sum
	r.growth.add(v.at, c.Len())
	logNew(ctx, c.Len(), v.file)
	return nil
}

// prepared passes c to Settings.Prepare, if that is set, which may build a search
// index, and returns the catalogue to use: c itself or, with a Cache, the form of c
// that the Cache stores. location and sum say which answer of the source c comes from.
func (r *Refresher) prepared(c *Catalogue, location string, sum [sha256.Size]byte) *Catalogue {
	if r.settings.Prepare != nil {
		r.settings.Prepare(c)
	}
	if r.settings.Cache != nil {
		return r.settings.Cache.Save(location, versionOf(sum), c)
	}
	return c
}
