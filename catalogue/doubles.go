package catalogue

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"heraut/text"
)

// mergeDoubles merges elements with different ids that describe the same software. One
// of them stays in b.elements: the first that is not withdrawn or, if all are
// withdrawn, the first. It takes over data of the others (take), which mergeDoubles
// removes and reports as dropped. The SILL of 2025 listed most of its entries twice for
// some days (codegouvfr/catalogi#487).
func (b *builder) mergeDoubles() {
	groups := map[string][]int{} // positions in elements, by doubleKey
	for i := range b.elements {
		if key := b.elements[i].doubleKey(); key != "" {
			groups[key] = append(groups[key], i)
		}
	}
	gone := map[int]bool{}
	for i := range b.elements {
		group := groups[b.elements[i].doubleKey()]
		if len(group) < 2 || group[0] != i {
			continue
		}
		first := b.firstListed(group)
		for _, other := range group {
			if other == first {
				continue
			}
			gone[other] = true
			kept, double := &b.elements[first], &b.elements[other]
			kept.take(double)
			b.drop(double.index, fmt.Sprintf("is the same software as element %d, under the id %s", kept.index, double.software.ID))
		}
	}
	kept := b.elements[:0]
	for i := range b.elements {
		if !gone[i] {
			kept = append(kept, b.elements[i])
		}
	}
	b.elements = kept
}

// doubleKey returns the key by which elements of the same software are found: it is
// made of the name and the Wikidata item or, without an item, of the name and the
// description. It is empty for an element that must not be merged with any other: one
// without an id in the file, or with neither a Wikidata item nor a description.
func (e *element) doubleKey() string {
	s := e.software
	if !e.numbered {
		return ""
	}
	name := squash(s.Name)
	switch {
	case s.Wikidata != "":
		return name + "\n" + s.Wikidata
	case s.Description.In("fr") != "":
		return name + "\n\n" + text.Fold(s.Description.In("fr"))
	}
	return ""
}

// squash returns a name without spaces, hyphens, other marks, case and accents. The
// signs of C++ and C# stay.
func squash(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_.,:;'\"()[]/&!?", r) {
			return -1
		}
		return r
	}, text.Fold(name))
}

// firstListed returns the first element of the group that is not withdrawn, or else the
// first. The group and the result are positions in b.elements.
func (b *builder) firstListed(group []int) int {
	for _, i := range group {
		if b.elements[i].software.Withdrawn == nil {
			return i
		}
	}
	return group[0]
}

// take fills the empty fields of e from d, another element about the same software, but
// not its status (Withdrawn, Status and History). Names, organizations and comparable
// programs of both are joined, and the id of d becomes one of the OtherIDs of e.
func (e *element) take(d *element) {
	s, other := e.software, d.software
	s.OtherIDs = append(s.OtherIDs, other.ID)
	names := []any{}
	for _, n := range slices.Concat(s.OtherNames, []string{other.Name}, other.OtherNames) {
		names = append(names, n)
	}
	s.OtherNames = otherNames(s.Name, names...)
	s.Organizations = mergeOrganizations(s.Organizations, other.Organizations)
	e.similar = append(e.similar, d.similar...)
	e.similar = e.similar[:min(len(e.similar), maxReferences)]

	withdrawn, status, history := s.Withdrawn, s.Status, s.History
	to, from := reflect.ValueOf(s).Elem(), reflect.ValueOf(other).Elem()
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	s.Withdrawn, s.Status, s.History = withdrawn, status, history
}

// mergeOrganizations returns the organizations of both lists, those with the most
// people first, and changes neither list. An organization in both keeps the larger
// counts.
func mergeOrganizations(a, b []Organization) []Organization {
	out := slices.Clone(a)
	for _, o := range b {
		same := func(x Organization) bool { return x.Name == o.Name }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Users, out[i].Referents = max(out[i].Users, o.Users), max(out[i].Referents, o.Referents)
		} else {
			out = append(out, o)
		}
	}
	sortOrganizations(out)
	return out
}
