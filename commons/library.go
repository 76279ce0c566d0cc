package commons

import (
	"context"
	"slices"
	"sync"
	"time"

	"heraut/catalogue"
)

// Shelf is one catalogue in a Library, with its names, its licence line, and functions
// that return its present contents and accept a version that is held back.
type Shelf struct {
	// Name is the short name by which rooms choose the catalogue.
	Name string
	// Label is its name for people; empty for the SILL.
	Label string
	// Credit is the line that its licence asks for; may be empty.
	Credit string
	// Commons is true where all of it was made by, or for, administrations.
	Commons bool
	Current func() catalogue.State
	// Accept puts a held-back version in force, or returns catalogue.ErrNothingHeld;
	// nil for the SILL, which has a command of its own.
	Accept func(ctx context.Context) (catalogue.Held, error)
}

// SILL is the name of the SILL's shelf.
const SILL = "sill"

// Library gives access to all catalogues together: each one alone, several as one, and
// which entries are the same software. It is safe for concurrent use.
type Library struct {
	shelves []Shelf

	mu     sync.Mutex
	join   *joined
	merged map[string]*merged // by the names of the shelves
}

// joined is a cache of the entries of all catalogues that are the same software, valid
// as long as the catalogues stay the same.
type joined struct {
	of []*catalogue.Catalogue
	// groups are the entries of one software, in the order of the catalogues, by the id
	// of each.
	groups map[string][]*catalogue.Software
}

// merged is a cached catalogue that was made of several others, valid as long as these
// stay the same.
type merged struct {
	of    []*catalogue.Catalogue
	value *catalogue.Catalogue
}

// NewLibrary returns a Library of the given catalogues. Their order matters: where
// several have the same software, the first one's entry is shown.
func NewLibrary(shelves ...Shelf) *Library {
	return &Library{shelves: shelves, merged: map[string]*merged{}}
}

// Shelves returns all catalogues of the library, in the order given to NewLibrary. The
// caller must not change the slice.
func (l *Library) Shelves() []Shelf { return l.shelves }

// Shelf returns the catalogue with that short name, in which case matters; ok is false
// if there is none.
func (l *Library) Shelf(name string) (s Shelf, ok bool) {
	i := slices.IndexFunc(l.shelves, func(s Shelf) bool { return s.Name == name })
	if i < 0 {
		return s, false
	}
	return l.shelves[i], true
}

// Has reports whether the library has a catalogue with that short name; case matters.
func (l *Library) Has(name string) bool {
	_, ok := l.Shelf(name)
	return ok
}

// Labels returns the names for people of the catalogues with the given short names, in
// the library's order, without duplicates; nil if that is the SILL alone. Unknown names
// are left out.
func (l *Library) Labels(names []string) []string {
	var out []string
	for _, s := range l.shelves {
		if slices.Contains(names, s.Name) {
			out = append(out, s.Label)
		}
	}
	return catalogue.Labels(out)
}

// Credits returns, for the catalogues whose labels (Shelf.Label) are in the list labels,
// the lines that their licences ask to show. Catalogues without such a line are left
// out.
func (l *Library) Credits(labels []string) []string {
	var out []string
	for _, s := range l.shelves {
		if s.Credit != "" && slices.Contains(labels, s.Label) {
			out = append(out, s.Credit)
		}
	}
	return out
}

// State returns the catalogues with the given short names merged into one: one entry
// for each software, from the first catalogue that has it. The result has the date of
// the oldest of them and, if some could not be refreshed, the error of the last of
// these. Unknown names and catalogues that were never read are left out; its Catalogue
// is nil if none remains. A single known name gives that catalogue's own state.
func (l *Library) State(names []string) catalogue.State {
	var chosen []Shelf
	for _, s := range l.shelves {
		if slices.Contains(names, s.Name) {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 1 {
		return chosen[0].Current()
	}
	key := "of"
	for _, s := range chosen {
		key += " " + s.Name
	}
	return l.mergedOf(key, chosen, func(Shelf, *catalogue.Software) bool { return true })
}

// Commons returns a catalogue of the software that administrations built: all entries
// of catalogues that hold only such software, and the entries of the others that are
// marked as such. Its Catalogue is nil if none was ever read.
func (l *Library) Commons() catalogue.State {
	return l.mergedOf("commons", l.shelves, func(shelf Shelf, s *catalogue.Software) bool { return shelf.Commons || s.FromState })
}

// mergedOf returns a catalogue with one entry for each software of the shelves of which
// pass accepts an entry, in one catalogue at least. It caches the result under key, and
// builds it again only after one of the catalogues changed. The state has the oldest
// date, the longest interval and the last error of the shelves; its Catalogue is nil if
// none was read.
func (l *Library) mergedOf(key string, shelves []Shelf, pass func(Shelf, *catalogue.Software) bool) catalogue.State {
	var out catalogue.State
	var parts []*catalogue.Catalogue
	var present []Shelf
	var asOf time.Time
	for _, shelf := range shelves {
		state := shelf.Current()
		if state.Err != nil {
			out.Err = state.Err
		}
		out.Every = max(out.Every, state.Every)
		if c := state.Catalogue; c != nil {
			parts, present = append(parts, c), append(present, shelf)
			if asOf.IsZero() || c.AsOf().Before(asOf) {
				asOf = c.AsOf()
			}
		}
	}
	if len(parts) == 0 {
		return out
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.merged[key]
	if m == nil || !sameAll(m.of, parts) {
		m = &merged{of: parts, value: catalogue.New(merge(present, parts, pass), asOf)}
		l.merged[key] = m
		l.forget(key)
	}
	m.of = parts
	out.Catalogue = m.value.At(asOf)
	return out
}

// maxMerged bounds the sets of catalogues that are held together. Rooms may choose any
// set, and each needs an index.
const maxMerged = 6

// forget drops merged catalogues from the cache until it holds at most maxMerged, but
// neither the one under the key keep nor that of Commons. The caller holds l.mu.
func (l *Library) forget(keep string) {
	for key := range l.merged {
		if len(l.merged) <= maxMerged {
			return
		}
		if key != keep && key != "commons" {
			delete(l.merged, key)
		}
	}
}

// sameAll reports whether a and b are equally long, and each catalogue in a holds the
// same entries as the one at the same place in b.
func sameAll(a, b []*catalogue.Catalogue) bool {
	return slices.EqualFunc(a, b, func(x, y *catalogue.Catalogue) bool { return x.SameEntries(y) })
}

// merge returns one entry for each software that pass accepts in at least one of parts,
// the catalogues of the shelves. It is a copy of the entry in the first of these
// catalogues that has the software. The ids of the software's other entries become its
// OtherIDs, and where it lacks a description, a contact, a phase or a repository, it
// takes that of another entry.
func merge(shelves []Shelf, parts []*catalogue.Catalogue, pass func(Shelf, *catalogue.Software) bool) []catalogue.Software {
	j := newJoin(parts)
	groups := j.groups()
	var out []catalogue.Software
	for i := range j.entries {
		group := groups[i]
		if len(group) == 0 || !slices.ContainsFunc(group, func(k int) bool { return pass(shelves[j.shelf[k]], j.entries[k]) }) {
			continue
		}
		s := *j.entries[i]
		for _, k := range group[1:] {
			other := j.entries[k]
			s.OtherIDs = append(slices.Clone(s.OtherIDs), other.ID)
			s.Description = fill(s.Description, other.Description)
			if s.Contact == "" {
				s.Contact = other.Contact
			}
			if s.Phase == "" {
				s.Phase = other.Phase
			}
			if s.Code == "" {
				s.Code = other.Code
			}
		}
		out = append(out, s)
	}
	return out
}

func fill(l, other catalogue.Localized) catalogue.Localized {
	if l.FR == "" && l.EN == "" {
		return other
	}
	return l
}

// Listing says that another catalogue also lists a software, and how that entry
// differs.
type Listing struct {
	Label string    // empty for the SILL
	Page  string    // may be empty
	Date  time.Time // when the entry last changed there, or else came into it; may be zero
	// What differs from the entry that the answer is about; empty where nothing does.
	License string
	// Status is "withdrawn", "abandoned" or "listed".
	Status string
}

// Also returns one Listing for each other catalogue that has the software s, in the
// library's order; nil if no other catalogue has it. In a Listing, License and Status
// are set only if they differ from those of s.
func (l *Library) Also(s *catalogue.Software) []Listing {
	var out []Listing
	for _, other := range l.others(s) {
		listing := Listing{Label: other.Catalogue, Page: other.Page(), Date: other.Updated}
		if listing.Date.IsZero() {
			listing.Date = other.Referenced
		}
		if other.License != "" && s.License != "" && licenseKey(other.License) != licenseKey(s.License) {
			listing.License = other.License
		}
		if status := statusOf(other); status != statusOf(s) {
			listing.Status = status
		}
		out = append(out, listing)
	}
	return out
}

// statusOf returns the status that the catalogue gives a software: "listed",
// "withdrawn" or "abandoned". A software that is no longer recommended, but whose
// project goes on, counts as listed.
func statusOf(s *catalogue.Software) string {
	switch {
	case s.Withdrawn == nil || s.Withdrawn.Ending:
		return "listed"
	case s.Withdrawn.Abandoned:
		return "abandoned"
	}
	return "withdrawn"
}

// others returns the entries in other catalogues for the same software as s, in the
// library's order; empty if there are none. If a catalogue has changed since the last
// call, it compares all catalogues anew and caches the result.
func (l *Library) others(s *catalogue.Software) []*catalogue.Software {
	var parts []*catalogue.Catalogue
	for _, shelf := range l.shelves {
		if c := shelf.Current().Catalogue; c != nil {
			parts = append(parts, c)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.join == nil || !sameAll(l.join.of, parts) {
		l.join = newJoined(parts)
	}
	return slices.DeleteFunc(slices.Clone(l.join.groups[s.ID]), func(other *catalogue.Software) bool { return other.ID == s.ID })
}

// newJoined compares the entries of the catalogues parts and returns a cache of those
// that are the same software.
func newJoined(parts []*catalogue.Catalogue) *joined {
	out := &joined{of: parts, groups: map[string][]*catalogue.Software{}}
	j := newJoin(parts)
	for _, group := range j.groups() {
		if len(group) < 2 {
			continue
		}
		all := make([]*catalogue.Software, len(group))
		for i, k := range group {
			all[i] = j.entries[k]
		}
		for _, s := range all {
			out.groups[s.ID] = all
		}
	}
	return out
}
