package catalogue

import (
	"fmt"
	"strings"

	"heraut/text"
)

// builder gathers the entries of a file, then joins them to one another.
type builder struct {
	index   int
	entries []Software
	similar [][]reference  // of each entry
	places  map[string]int // in the list, by id
	dropped []Dropped

	namesakes map[string]int // how many entries without an id have a name
}

func (b *builder) add(element any) {
	i := b.index
	b.index++
	o := asObject(element)
	s := software(o)
	switch {
	case o == nil:
		b.drop(i, "is not an object")
		return
	case isRepository(o):
		b.drop(i, "is a repository, not a software")
		return
	case s.Name == "":
		b.drop(i, "has no name")
		return
	}
	if s.ID == "" {
		s.ID = b.idFor(s.Name)
	}
	if b.places == nil {
		b.places = map[string]int{}
	}
	if first, ok := b.places[s.ID]; ok {
		b.drop(i, fmt.Sprintf("has the id %s of element %d", s.ID, first))
		return
	}
	b.places[s.ID] = i
	b.entries = append(b.entries, s)
	b.similar = append(b.similar, references(o))
}

func (b *builder) drop(index int, reason string) {
	b.dropped = append(b.dropped, Dropped{Index: index, Reason: reason})
}

// idFor makes an id from a name, for formats that have none.
func (b *builder) idFor(name string) string {
	base := "name-" + strings.Join(text.Words(name), "-")
	if b.namesakes == nil {
		b.namesakes = map[string]int{}
	}
	b.namesakes[base]++
	if n := b.namesakes[base]; n > 1 {
		return fmt.Sprintf("%s-%d", base, n)
	}
	return base
}

// file returns what was gathered.
func (b *builder) file() File {
	f := File{Entries: b.entries, Dropped: b.dropped}
	join(b.entries, b.similar)
	counts := map[Generation]int{}
	for i := range f.Entries {
		g := f.Entries[i].Generation
		counts[g]++
		if counts[g] > counts[f.Generation] {
			f.Generation = g
		}
	}
	return f
}
