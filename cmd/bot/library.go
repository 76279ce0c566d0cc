package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/fetch"
	"heraut/search"
	"heraut/wait"
)

// library holds the catalogues, and keeps those besides the SILL current.
type library struct {
	*commons.Library
	shared
	others []*otherCatalogue
}

// otherCatalogue is a catalogue besides the SILL. Its stored copy is read after the
// start, which answers about the SILL meanwhile.
type otherCatalogue struct {
	config    OtherCatalogue
	refresher atomic.Pointer[catalogue.Refresher] // nil until the copy is read
}

// current returns the state of the catalogue.
func (o *otherCatalogue) current() catalogue.State {
	if r := o.refresher.Load(); r != nil {
		return r.Current()
	}
	return catalogue.State{Every: o.config.Every}
}

// accept puts a held-back version in force.
func (o *otherCatalogue) accept(ctx context.Context) (catalogue.Held, error) {
	if r := o.refresher.Load(); r != nil {
		return r.Accept(ctx)
	}
	return catalogue.Held{}, catalogue.ErrNothingHeld
}

// catalogueKeys returns the names of the stored copies of the catalogues besides the
// SILL.
func catalogueKeys(config *Config) []string {
	var keys []string
	for _, c := range config.Catalogues {
		keys = append(keys, c.key())
	}
	return keys
}

// storedCatalogues returns the names of the stored copies of all catalogues.
func storedCatalogues(config *Config) []string {
	sill := config.Catalogue.SILL.URL
	return append(catalogueKeys(config), sill, catalogue.V1Address(sill))
}

// newLibrary returns the library; nil if the SILL is the only catalogue.
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

// catalogueOf returns a function that returns the state of the catalogue of a source's
// name; that of the SILL for every other name.
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

// known returns the catalogues for the commands; nil if the SILL is the only one.
func (l *library) known() *commons.Library {
	if l == nil {
		return nil
	}
	return l.Library
}

// libraryAfter is how long the start waits before it reads the other catalogues: the
// first answers about the SILL come first.
const libraryAfter = 3 * time.Second

// run keeps the catalogues current until ctx ends. They are read one after another at
// first, to spare memory.
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

// prepareEvery is how soon a changed catalogue is indexed for «!commun».
const prepareEvery = time.Minute

// prepare builds the index of what administrations built whenever a catalogue changed,
// so that no person waits for it.
func (l *library) prepare(ctx context.Context) {
	var indexed *catalogue.Catalogue
	for {
		if c := l.Commons().Catalogue; c != nil && (indexed == nil || !c.SameEntries(indexed)) {
			search.Prepare(c)
			indexed = c
			debug.FreeOSMemory() // what reading left
			trimMalloc()
		}
		if !wait.For(ctx, prepareEvery) {
			return
		}
	}
}

// open returns what keeps one catalogue current, with its stored copy.
func (l *library) open(ctx context.Context, c OtherCatalogue) (*catalogue.Refresher, func(), error) {
	getter, err := getterOf(l.config, c.URL, fetch.Options{})
	if err != nil {
		return nil, nil, err
	}
	log := l.log.With().Str("catalogue", c.Name).Logger()
	r, err := catalogue.NewRefresher(log.WithContext(ctx), catalogue.Settings{
		Location: c.key(), Every: c.Every, MaxLoss: int(c.MaxLoss), Reader: commons.NewReader(c.settings(), getter),
		Others: storedCatalogues(l.config),
	}, getter, l.db)
	if err != nil {
		getter.Close()
		return nil, nil, fmt.Errorf("catalogue %s: %w", c.Name, err)
	}
	return r, getter.Close, nil
}
