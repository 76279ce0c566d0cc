package catalogue

import (
	"iter"
	"slices"
	"sync"
	"time"
)

// Catalogue is an immutable set of entries. Its methods are safe for concurrent use;
// callers share the Software that they return, and must not change them.
type Catalogue struct {
	entries []Software
	places  map[string]int // by id
	asOf    time.Time
	dated   time.Time
	labels  []string
	derived *derived
}

// derived holds the value that Catalogue.Derived builds once from the entries.
type derived struct {
	once  sync.Once
	value any
}

// New returns the catalogue of entries, whose ids must be distinct, as of asOf. It
// keeps the slice.
func New(entries []Software, asOf time.Time) *Catalogue {
	c := &Catalogue{entries: entries, places: make(map[string]int, len(entries)), asOf: asOf, derived: &derived{}}
	for i := range entries {
		for _, id := range entries[i].OtherIDs {
			c.places[id] = i
		}
	}
	var labels []string
	for i := range entries {
		labels = append(labels, entries[i].Catalogue)
	}
	c.labels = Labels(labels)
	for i := range entries {
		for _, t := range []time.Time{entries[i].Updated, entries[i].Referenced} {
			if t.After(c.dated) && !t.After(asOf) {
				c.dated = t
			}
		}
	}
	for i := range entries { // last, so that an entry's own id wins
		c.places[entries[i].ID] = i
	}
	return c
}

// At returns a Catalogue with the same entries and asOf as its date.
func (c *Catalogue) At(asOf time.Time) *Catalogue {
	again := *c
	again.asOf = asOf
	return &again
}

// SameEntries reports whether c and other are one catalogue or copies made by At,
// without comparing the entries.
func (c *Catalogue) SameEntries(other *Catalogue) bool { return c.derived == other.derived }

// Len returns the number of entries, withdrawn ones included.
func (c *Catalogue) Len() int { return len(c.entries) }

// AsOf returns the time at which the entries were current.
func (c *Catalogue) AsOf() time.Time { return c.asOf }

// Labels returns the names of the catalogues from which the entries come, as messages
// show them; none if all come from the SILL.
func (c *Catalogue) Labels() []string { return c.labels }

// Dated returns the newest date of an entry, at most AsOf; zero if no entry has a date.
func (c *Catalogue) Dated() time.Time { return c.dated }

// TellsUsers reports whether any entry lists its users. Some formats leave users out,
// so that an empty list means nothing there.
func (c *Catalogue) TellsUsers() bool {
	return slices.ContainsFunc(c.entries, func(s Software) bool { return len(s.Organizations) > 0 || s.OtherUsers+s.OtherReferents > 0 })
}

// Entries returns every entry, withdrawn ones included, in the order of the file.
func (c *Catalogue) Entries() []Software { return c.entries }

// Derived returns the result of build on the entries, such as a search index. The first
// call builds it; later calls return the same value, whatever function they pass, also
// on copies of c with another AsOf. So only one package may use it.
func (c *Catalogue) Derived(build func(*Catalogue) any) any {
	c.derived.once.Do(func() { c.derived.value = build(c) })
	return c.derived.value
}

// All yields every entry, withdrawn ones included.
func (c *Catalogue) All() iter.Seq[*Software] {
	return func(yield func(*Software) bool) {
		for i := range c.entries {
			if !yield(&c.entries[i]) {
				return
			}
		}
	}
}

// ByID returns the software with that id, which may be one of its OtherIDs.
func (c *Catalogue) ByID(id string) (*Software, bool) {
	i, ok := c.places[id]
	if !ok {
		return nil, false
	}
	return &c.entries[i], true
}

// Newest returns at most n of the listed entries, the most recently referenced first.
func (c *Catalogue) Newest(n int) []*Software {
	return c.last(n, func(s *Software) time.Time {
		if s.Withdrawn != nil {
			return time.Time{}
		}
		return s.Referenced
	})
}

// LastWithdrawn returns at most n of the withdrawn entries with a known date of
// withdrawal, the most recent first.
func (c *Catalogue) LastWithdrawn(n int) []*Software {
	return c.last(n, func(s *Software) time.Time {
		if s.Withdrawn == nil {
			return time.Time{}
		}
		return s.Withdrawn.Time
	})
}

// last returns at most n entries, the one with the latest time first; when returns an
// entry's time. Entries with a zero time are left out.
func (c *Catalogue) last(n int, when func(*Software) time.Time) []*Software {
	var found []*Software
	for i := range c.entries {
		if s := &c.entries[i]; !when(s).IsZero() {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b *Software) int { return when(b).Compare(when(a)) })
	return found[:min(max(n, 0), len(found))]
}
