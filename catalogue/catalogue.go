package catalogue

import (
	"cmp"
	"hash/crc32"
	"iter"
	"slices"
	"sync"
	"time"

	"heraut/flat"
)

// Catalogue is an immutable set of entries. Its methods are safe for concurrent use. It
// holds the entries packed: each Software that it returns is a copy of its own.
type Catalogue struct {
	entries    records
	places     []idPlace // by hash
	asOf       time.Time
	dated      time.Time
	labels     []string
	tellsUsers bool
	file       *flat.File // that holds entries and places; nil if the heap does
	derived    *derived
}

// idPlace maps the hash of an id to the index of an entry that may have the id, to
// look up entries in little memory.
type idPlace struct{ hash, entry uint32 }

// derived holds the value that Catalogue.Derived builds once from the entries.
type derived struct {
	once  sync.Once
	value any
}

// New returns the catalogue of entries, whose ids must be distinct. asOf is the time at
// which they were current; later dates of entries do not count as Dated. It copies the
// entries.
func New(entries []Software, asOf time.Time) *Catalogue {
	c := &Catalogue{asOf: asOf, derived: &derived{}}
	var p packer
	for i := range entries {
		s := &entries[i]
		p.add(s)
		for _, id := range append([]string{s.ID}, s.OtherIDs...) {
			c.places = append(c.places, idPlace{hashOf(id), uint32(i)})
		}
		if !slices.Contains(c.labels, s.Catalogue) {
			c.labels = append(c.labels, s.Catalogue)
		}
		for _, t := range []time.Time{s.Updated, s.Referenced} {
			if t.After(c.dated) && !t.After(asOf) {
				c.dated = t
			}
		}
		c.tellsUsers = c.tellsUsers || len(s.Organizations) > 0 || s.OtherUsers+s.OtherReferents > 0
	}
	c.entries = p.records()
	c.labels = Labels(c.labels)
	slices.SortStableFunc(c.places, func(a, b idPlace) int { return cmp.Compare(a.hash, b.hash) })
	c.places = slices.Clip(c.places)
	return c
}

func hashOf(id string) uint32 { return crc32.ChecksumIEEE([]byte(id)) }

// At returns a Catalogue with the same entries, and the same value of Derived, but with
// asOf as its date. c stays as it is.
func (c *Catalogue) At(asOf time.Time) *Catalogue {
	again := *c
	again.asOf = asOf
	return &again
}

// SameEntries reports whether c and other are one catalogue or copies made by At,
// without comparing the entries.
func (c *Catalogue) SameEntries(other *Catalogue) bool { return c.derived == other.derived }

// Len returns the number of entries, withdrawn ones included.
func (c *Catalogue) Len() int { return c.entries.len() }

// Entry returns a copy of the i-th entry in the order of the file, from 0. It panics
// unless i is less than Len.
func (c *Catalogue) Entry(i int) *Software { return c.entries.at(i) }

// AsOf returns the time at which the entries were current.
func (c *Catalogue) AsOf() time.Time { return c.asOf }

// Labels returns the names of the catalogues from which the entries come, as messages
// show them; none if all come from the SILL.
func (c *Catalogue) Labels() []string { return c.labels }

// Dated returns the newest date at which an entry came or changed; zero if no entry has
// a date. Dates after asOf, the time given to New, do not count.
func (c *Catalogue) Dated() time.Time { return c.dated }

// TellsUsers reports whether any entry lists its users. Some formats leave users out,
// so that an empty list means nothing there.
func (c *Catalogue) TellsUsers() bool { return c.tellsUsers }

// Derived returns the result of build on the entries, such as a search index. The first
// call builds it; later calls return the same value, whatever function they pass, also
// on copies of c with another AsOf. So only one package may use it.
func (c *Catalogue) Derived(build func(*Catalogue) any) any {
	c.derived.once.Do(func() { c.derived.value = build(c) })
	return c.derived.value
}

// All yields every entry, withdrawn ones included, in the order of the file. To keep
// all of them at once takes much memory.
func (c *Catalogue) All() iter.Seq[*Software] {
	return func(yield func(*Software) bool) {
		for i := range c.Len() {
			if !yield(c.Entry(i)) {
				return
			}
		}
	}
}

// ByID returns a copy of the software whose ID is id; if there is none, of one that has
// id among its OtherIDs. ok is false if no software has the id.
func (c *Catalogue) ByID(id string) (s *Software, ok bool) {
	hash := hashOf(id)
	first, _ := slices.BinarySearchFunc(c.places, hash, func(p idPlace, h uint32) int { return cmp.Compare(p.hash, h) })
	for _, p := range c.places[first:] {
		if p.hash != hash {
			break
		}
		switch found := c.Entry(int(p.entry)); {
		case found.ID == id: // wins over an entry that had it once
			return found, true
		case slices.Contains(found.OtherIDs, id):
			s, ok = found, true
		}
	}
	return s, ok
}

// Newest returns at most n of the listed entries, the most recently referenced first.
// Entries without that date are left out.
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
	for s := range c.All() {
		if when(s).IsZero() {
			continue
		}
		at, _ := slices.BinarySearchFunc(found, s, func(a, b *Software) int { return cmp.Or(when(b).Compare(when(a)), -1) })
		if at < n {
			found = slices.Insert(found[:min(len(found), n-1)], at, s)
		}
	}
	return found
}
