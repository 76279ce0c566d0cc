// Package search finds software in the catalogue by its name, by a need, or by the
// product that it replaces.
package search

import (
	"heraut/catalogue"
)

// Engine searches one catalogue. It is safe for concurrent use. Each Software that it
// returns is a copy of the catalogue's entry.
type Engine struct {
	*catalogue.Catalogue
	index *index
}

// For returns the engine that searches c. The first call for a catalogue builds the
// index, which takes seconds for 30,000 entries; later calls return the same engine.
func For(c *catalogue.Catalogue) *Engine {
	return c.Derived(func(c *catalogue.Catalogue) any {
		return &Engine{c, newIndex(c)}
	}).(*Engine)
}

// Prepare builds the search index of the catalogue c now, so that the first search
// does not wait for it.
func Prepare(c *catalogue.Catalogue) { For(c) }
