// Package search finds software in the catalogue: by name, by need, by the
// product that it replaces.
package search

import (
	"heraut/catalogue"
)

// Engine searches one catalogue. Its methods may be called by several
// goroutines; the Software that they return are the catalogue's and must not be
// changed.
type Engine struct {
	*catalogue.Catalogue
	entries []catalogue.Software
	index   *index
}

// For returns the engine that searches c. The first call for a catalogue builds
// the index (for 30,000 entries, seconds); later calls return the same engine.
func For(c *catalogue.Catalogue) *Engine {
	return c.Derived(func(c *catalogue.Catalogue) any {
		return &Engine{c, c.Entries(), newIndex(c.Entries())}
	}).(*Engine)
}

// Prepare builds the index of c, so that the first search need not wait for it.
func Prepare(c *catalogue.Catalogue) { For(c) }
