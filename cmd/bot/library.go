package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/fetch"
	"heraut/search"
	"heraut/wait"
)

// library holds all configured catalogues of software, and refreshes those besides the
// SILL, which is the main one. A nil library stands for the SILL alone: catalogueOf,
// known, run, Describe and Collect accept it.
type library struct {
	*commons.Library
	shared
	others []*otherCatalogue
	// prepared counts the indexes built, for giveBackMemory.
	prepared atomic.Int64
}

// otherCatalogue is a configured catalogue besides the SILL. It has no entries until
// its stored copy, or without one its source, is read, some time after the start.
type otherCatalogue struct {
	config    OtherCatalogue
	refresher atomic.Pointer[catalogue.Refresher] // nil until the copy is read
}

// current returns the catalogue's present entries and the state of its source. The
// state has no catalogue until a stored copy or the source is read.
func (o *otherCatalogue) current() catalogue.State {
	if r := o.refresher.Load(); r != nil {
		return r.Current()
	}
	return catalogue.State{Every: o.config.Every}
}

// accept makes the bot use a version that it held back for its suspicious size, and
// returns a description of it. The error is catalogue.ErrNothingHeld if there is none,
// or comes from storing it.
func (o *otherCatalogue) accept(ctx context.Context) (catalogue.Held, error) {
	if r := o.refresher.Load(); r != nil {
		return r.Accept(ctx)
	}
	return catalogue.Held{}, catalogue.ErrNothingHeld
}

// catalogueKeys returns the names under which the database keeps copies of the
// configured catalogues besides the SILL.
func catalogueKeys(config *Config) []string {
	var keys []string
	for _, c := range config.Catalogues {
		keys = append(keys, c.key())
	}
	return keys
}

// storedCatalogues returns the names under which the database keeps copies of all
// configured catalogues, the SILL and its earlier format included.
func storedCatalogues(config *Config) []string {
	sill := config.Catalogue.SILL.URL
	return append(catalogueKeys(config), sill, catalogue.V1Address(sill))
}

// newLibrary returns the library of the configured catalogues, the others still without
// entries until its run reads them; nil if the SILL is the only one. sill returns the
// state of the SILL.
func newLibrary(s shared, sill func() catalogue.State) *library {
	if len(s.config.Catalogues) == 0 {
		return nil
	}
	l := &library{shared: s}
	shelves := []commons.Shelf{{Name: commons.SILL, Current: sill}}
	for _, c := range s.config.Catalogues {
		o := &otherCatalogue{config: c}
		l.others = append(l.others, o)
		shelves = append(shelves, commons.Shelf{
			Name: c.Name, Label: c.Label, Credit: c.Credit, Commons: commons.Kind(c.Kind).IsCommons(), Current: o.current, Accept: o.accept,
		})
	}
	l.Library = commons.NewLibrary(shelves...)
	return l
}

// catalogueOf returns a function from a catalogue's name to another function, which
// returns the present state of that catalogue. For an unknown name, or if the library
// is nil, that other function is sill.
func (l *library) catalogueOf(sill func() catalogue.State) func(name string) func() catalogue.State {
	return func(name string) func() catalogue.State {
		if l != nil {
			if shelf, ok := l.Shelf(name); ok {
				return shelf.Current
			}
		}
		return sill
	}
}

// known returns the catalogues that commands search; nil if the SILL is the only one.
func (l *library) known() *commons.Library {
	if l == nil {
		return nil
	}
	return l.Library
}

// libraryAfter is how long the start waits before it reads the other catalogues: the
// first answers about the SILL come first.
const libraryAfter = 3 * time.Second

// run loads the stored copies of the catalogues besides the SILL, one after another to
// spare memory, some seconds after the start; then it refreshes each catalogue at its
// interval until ctx ends. A nil library returns at once. The error is that of open; an
// error of a refresh is only logged.
func (l *library) run(ctx context.Context) error {
	if l == nil || !wait.For(ctx, libraryAfter) {
		return nil
	}
	done := make(chan error, len(l.others))
	for _, o := range l.others {
		r, closeGetter, err := l.open(ctx, o.config)
		if err != nil {
			return err
		}
		defer closeGetter()
		o.refresher.Store(r)
	}
	go l.prepare(ctx)
	for _, o := range l.others {
		go func() {
			done <- o.refresher.Load().Run(l.log.With().Str("catalogue", o.config.Name).Logger().WithContext(ctx), tellHeld(l.shared, o.config.Name))
		}()
	}
	for range l.others {
		if err := <-done; err != nil {
			return err
		}
	}
	return nil
}

// prepareEvery is the interval between two looks for a changed catalogue to index for
// «!commun».
const prepareEvery = time.Minute

// prepare builds the search index of the software that administrations made, at the
// start and after each change of a catalogue, so that nobody waits for it. It counts
// each build in l.prepared and gives unused memory back. It returns when ctx ends.
func (l *library) prepare(ctx context.Context) {
	var indexed *catalogue.Catalogue
	for {
		if c := l.Commons().Catalogue; c != nil && (indexed == nil || !c.SameEntries(indexed)) {
			search.Prepare(c)
			indexed = c
			l.prepared.Add(1)
			if err := giveBack(); err != nil { // what reading left
				l.log.Warn().Err(err).Msg("Memory could not be given back")
			}
		}
		if !wait.For(ctx, prepareEvery) {
			return
		}
	}
}

// open returns the Refresher of one catalogue, with the stored copy of the catalogue
// loaded, and a function that closes its connections. A stored copy that cannot be used
// is only logged. The error means that fetch.allow_private is wrong or that the
// database fails; the Refresher and the function are then nil.
func (l *library) open(ctx context.Context, c OtherCatalogue) (*catalogue.Refresher, func(), error) {
	getter, err := getterOf(l.config, c.URL, fetch.Options{})
	if err != nil {
		return nil, nil, err
	}
	log := l.log.With().Str("catalogue", c.Name).Logger()
	r, err := catalogue.NewRefresher(log.WithContext(ctx), catalogue.Settings{
		Location: c.key(), Every: c.Every, MaxLoss: int(c.MaxLoss), Reader: commons.NewReader(c.settings(), getter), Cache: l.cache.withoutIndex(),
		Others: storedCatalogues(l.config),
	}, getter, l.db)
	if err != nil {
		getter.Close()
		return nil, nil, fmt.Errorf("catalogue %s: %w", c.Name, err)
	}
	return r, getter.Close, nil
}
