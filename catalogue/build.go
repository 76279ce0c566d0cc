package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"heraut/text"
)

// builder collects the entries of a catalogue file one by one, and then makes the
// links between them, such as which entry replaces which product.
type builder struct {
	index    int            // position of the next element
	elements []element      // the usable ones, in the file's order
	places   map[string]int // index of the element with an id
	dropped  []Dropped
	// foreign counts the elements that are no software, and foreignFields are the
	// fields of the first of them.
	foreign       int
	foreignFields []string

	namesakes map[string]int // number of elements without an id, by name
}

// element is an element of a catalogue's list that describes a software, with its
// index and the programs that it names as comparable.
type element struct {
	index    int // in the list, from 0
	software *Software
	numbered bool        // the file has its id; else the id comes from the name
	similar  []reference // the comparable programs that the element names
}

// candidate is what an element of the list holds by itself, before it is compared with
// the others.
type candidate struct {
	// unusable is the reason why the element describes no software; empty if it
	// describes one.
	unusable string
	// foreign are the fields of an element with those of another kind of list.
	foreign  []string
	software *Software
	similar  []reference
}

// candidateFrom returns what the element holds. It is safe for concurrent use.
func candidateFrom(element any) candidate {
	o := asObject(element)
	switch {
	case o == nil:
		return candidate{unusable: "is not an object"}
	case isRepository(o):
		return candidate{unusable: "is a repository, not a software"}
	}
	if fields := foreignFields(o); len(fields) > 0 {
		return candidate{unusable: "is no software of the SILL: it has the fields " + strings.Join(fields, ", "), foreign: fieldNames(o)}
	}
	s := software(o)
	if s.Name == "" {
		return candidate{unusable: "has no name"}
	}
	return candidate{software: &s, similar: references(o)}
}

// add adds the next element of the list.
func (b *builder) add(c candidate) {
	i := b.index
	b.index++
	if len(c.foreign) > 0 {
		if b.foreign++; b.foreignFields == nil {
			b.foreignFields = c.foreign
		}
	}
	if c.unusable != "" {
		b.drop(i, c.unusable)
		return
	}
	s := c.software
	numbered := s.ID != ""
	if !numbered {
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
	b.elements = append(b.elements, element{i, s, numbered, c.similar})
}

func (b *builder) drop(index int, reason string) {
	b.dropped = append(b.dropped, Dropped{Index: index, Reason: reason})
}

// idFor returns an id made from a software's name, for formats without ids. It counts
// the ids made from each name, and adds a number for the second and later software of
// that name.
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

// file returns the content of the whole file: it merges elements about the same
// software, and finds the entries that the others name as comparable. The dropped
// elements are in the order of the list.
func (b *builder) file() File {
	b.mergeDoubles()
	f := File{Entries: make([]Software, len(b.elements)), Dropped: b.dropped}
	slices.SortStableFunc(f.Dropped, func(a, b Dropped) int { return a.Index - b.Index })
	similar := make([][]reference, len(b.elements))
	counts := map[Generation]int{}
	for i := range b.elements {
		f.Entries[i], similar[i] = *b.elements[i].software, b.elements[i].similar
		g := f.Entries[i].Generation
		counts[g]++
		if counts[g] > counts[f.Generation] {
			f.Generation = g
		}
	}
	join(f.Entries, similar)
	return f
}
