package catalogue

import (
	"iter"
	"slices"
	"sync"
	"time"
)

// Catalogue is a set of entries that never changes. Its methods may be called
// by several goroutines; the Software they return are shared and must not be
// changed.
type Catalogue struct {
	entries []Software
	places  map[string]int // by id
	asOf    time.Time
	dated   time.Time
	derived *derived
}

// derived holds what another package made of the entries.
type derived struct {
	once  sync.Once
	value any
}

// New returns the catalogue of entries, whose ids are distinct, as they were
// known at asOf. It keeps entries.
func New(entries []Software, asOf time.Time) *Catalogue {
	c := &Catalogue{entries: entries, places: make(map[string]int, len(entries)), asOf: asOf, derived: &derived{}}
	for i := range entries {
		for _, id := range entries[i].OtherIDs {
			c.places[id] = i
		}
	}
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

// Len is the number of entries, withdrawn ones included.
func (c *Catalogue) Len() int { return len(c.entries) }

// AsOf is when the entries were known to be so.
func (c *Catalogue) AsOf() time.Time { return c.asOf }

// Dated is the newest change that the entries tell, not after AsOf; zero if they
// hold no date.
func (c *Catalogue) Dated() time.Time { return c.dated }

// TellsUsers reports whether the entries say who uses them: some formats leave
// it out, so that no organization is no information.
func (c *Catalogue) TellsUsers() bool {
	return slices.ContainsFunc(c.entries, func(s Software) bool { return len(s.Organizations) > 0 || s.OtherUsers+s.OtherReferents > 0 })
}

// Entries returns every entry, withdrawn ones included, in the order of the file.
func (c *Catalogue) Entries() []Software { return c.entries }

// Derived returns what build makes of the entries: a search index, for example.
// The first call builds it and the later ones return the same value, whatever
// they pass, also on copies of c with another AsOf. So one package may use it.
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

// ByID returns the software with that id, be it one of its OtherIDs.
func (c *Catalogue) ByID(id string) (*Software, bool) {
	i, ok := c.places[id]
	if !ok {
		return nil, false
	}
	return &c.entries[i], true
}

// Newest returns at most n of the listed entries, the last referenced first.
func (c *Catalogue) Newest(n int) []*Software {
	return c.last(n, func(s *Software) time.Time {
		if s.Withdrawn != nil {
			return time.Time{}
		}
		return s.Referenced
	})
}

// LastWithdrawn returns at most n of the withdrawn entries whose date of
// withdrawal is known, the last withdrawn first.
func (c *Catalogue) LastWithdrawn(n int) []*Software {
	return c.last(n, func(s *Software) time.Time {
		if s.Withdrawn == nil {
			return time.Time{}
		}
		return s.Withdrawn.Time
	})
}

// last returns the n entries with the latest time; those without a time are left out.
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
