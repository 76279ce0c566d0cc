package search

import (
	"cmp"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// facet is a property of software by which people filter a search, as in
// «licence:gpl»: its names, and a function that returns an entry's values.
type facet struct {
	names []string // answers show the first one
	// values returns an entry's folded values. A value in a query matches every
	// value that begins with it.
	values func(s *catalogue.Software) []string
}

// flag returns a facet with those names that says yes or no about an entry: its values
// are "oui" and "yes" if the function has returns true for the entry, and "non" and
// "no" if not.
func flag(has func(s *catalogue.Software) bool, names ...string) facet {
	return facet{names, func(s *catalogue.Software) []string {
		if has(s) {
			return []string{"oui", "yes"}
		}
		return []string{"non", "no"}
	}}
}

var facets = []facet{
	{[]string{"licence", "license"}, func(s *catalogue.Software) []string { return []string{text.Fold(s.License)} }},
	{[]string{"systeme", "plateforme", "system", "platform", "os"}, systems},
	{[]string{"langage", "language"}, func(s *catalogue.Software) []string {
		return foldAll(s.ProgrammingLanguages)
	}},
	flag(func(s *catalogue.Software) bool { return s.InSupport }, "support"),
	flag(func(s *catalogue.Software) bool { return s.FromState }, "public"),
	flag(func(s *catalogue.Software) bool { return s.Referents() > 0 }, "referent", "contact"),
	flag(func(s *catalogue.Software) bool { return s.RGAA == catalogue.Yes }, "rgaa"),
}

// systems returns the operating systems of an entry, under the names that people use
// in a filter.
func systems(s *catalogue.Software) (out []string) {
	for _, p := range s.Platforms {
		out = append(out, string(p))
		if p == catalogue.Mac {
			out = append(out, "macos", "osx")
		}
	}
	return out
}

func foldAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = text.Fold(s)
	}
	return out
}

// FacetNames returns one name of each property by which people can filter a search,
// such as "licence", for messages. It leaves out the other names that a property also
// has.
func FacetNames() []string {
	var out []string
	for _, f := range facets {
		out = append(out, f.names[0])
	}
	return out
}

// condition is one filter in a query, such as «-licence:gpl»: an entry must have a
// value of the facet that begins with one of values, as gpl-3.0 does with gpl, or, if
// not is set, no such value.
type condition struct {
	facet  *facet
	values []string
	not    bool
}

func (c *condition) holds(s *catalogue.Software) bool {
	has := c.facet.values(s)
	met := slices.ContainsFunc(c.values, func(want string) bool {
		return slices.ContainsFunc(has, func(v string) bool { return strings.HasPrefix(v, want) })
	})
	return met != c.not
}

// tells reports whether at least one entry has a value of the facet f other than "non"
// and an empty one, so that filtering by it makes sense.
func (e *Engine) tells(f *facet) bool {
	for s := range e.All() {
		if values := f.values(s); len(values) > 0 && values[0] != "" && values[0] != "non" {
			return true
		}
	}
	return false
}

// Faceted is the answer to a query with filters such as «licence:gpl»: the software
// found, or the name of a filter that is unknown or that no entry has a value for.
type Faceted struct {
	Result
	// Unknown is the name of an unknown facet in the query; Faceted then searches
	// nothing.
	Unknown string
	// Unrecorded is the name of a facet in the query of which no entry says anything.
	Unrecorded string
	// Total counts all matching entries if the query has no words besides the facets,
	// else those among the MaxMatches entries that Search finds for the words. Matches
	// holds at most MaxMatches.
	Total int
}

// commonLicences are the folded names of common licences, without their versions.
var commonLicences = []string{"agpl", "apache", "bsd", "cc", "cecill", "eupl", "gpl", "lgpl", "mit", "mpl"}

// isLicence reports whether a folded word names a common licence, with or without a
// version, such as «eupl-1.2» or «gplv3».
func isLicence(word string) bool {
	name := word
	if end := strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }); end >= 0 {
		name = strings.TrimSuffix(word[:end], "v")
	}
	return slices.Contains(commonLicences, name)
}

// withLicence turns a query that only names a licence, such as «logiciels sous licence
// gpl», into the filter «licence:gpl», if a listed entry has this licence or it is a
// common one (isLicence). fields are the words of the query; the words of any other
// query come back unchanged. Without the filter, the search would find nothing or what
// resembles the name, since the texts of entries do not name the licence.
func (e *Engine) withLicence(fields []string) []string {
	licence := &facets[0]
	at := slices.IndexFunc(fields, func(f string) bool { return slices.Contains(licence.names, text.Fold(f)) })
	if at < 0 || at != len(fields)-2 {
		return fields
	}
	for _, f := range fields[:at] {
		if f = text.Fold(f); f != "sous" && f != "logiciel" && f != "logiciels" {
			return fields
		}
	}
	name := text.Fold(fields[at+1])
	c := condition{facet: licence, values: []string{name}}
	known := isLicence(name)
	for s := range e.All() {
		known = known || s.Withdrawn == nil && c.holds(s)
	}
	if !known {
		return fields
	}
	return []string{licence.names[0] + ":" + fields[at+1]}
}

// Faceted answers a query with facets, such as «systeme:linux,mac -licence:gpl dessin»,
// and returns true; it returns false for a query without facets. Commas separate
// values; a minus excludes. If a facet is unknown, or no entry has a value for it, the
// result only holds the name of the facet. If the query has no words besides the
// facets, it finds all entries that meet the conditions, first the recommended ones,
// then the most used ones. Otherwise it finds those matches of Search for the words, at
// most MaxMatches, that meet the conditions. It leaves out withdrawn entries. The query
// «licence gpl» means «licence:gpl».
func (e *Engine) Faceted(query string) (Faceted, bool) {
	var conditions []condition
	var words []string
	for _, field := range e.withLicence(strings.Fields(query)) {
		name, value, colon := strings.Cut(field, ":")
		name, not := strings.CutPrefix(text.Fold(name), "-")
		if !colon || value == "" || strings.HasPrefix(value, "//") || strings.HasPrefix(value, ":") {
			words = append(words, field)
			continue
		}
		i := slices.IndexFunc(facets, func(f facet) bool { return slices.Contains(f.names, name) })
		if i < 0 {
			return Faceted{Unknown: name}, true
		}
		values := slices.DeleteFunc(strings.Split(text.Fold(value), ","), func(v string) bool { return v == "" })
		conditions = append(conditions, condition{&facets[i], values, not})
	}
	if len(conditions) == 0 {
		return Faceted{}, false
	}
	for _, c := range conditions {
		if !e.tells(c.facet) {
			return Faceted{Unrecorded: c.facet.names[0]}, true
		}
	}
	holds := func(s *catalogue.Software) bool {
		return s.Withdrawn == nil && !slices.ContainsFunc(conditions, func(c condition) bool { return !c.holds(s) })
	}
	var r Faceted
	if len(words) > 0 {
		r.Result = e.Search(strings.Join(words, " "))
		r.Matches = slices.DeleteFunc(r.Matches, func(m Match) bool { return !holds(m.Software) })
	} else {
		for s := range e.All() {
			if holds(s) {
				r.Matches = append(r.Matches, Match{Software: s, By: ByKeyword})
			}
		}
		slices.SortStableFunc(r.Matches, func(a, b Match) int {
			return cmp.Or(last(!a.Software.Recommended, !b.Software.Recommended), cmp.Compare(b.Software.Users()+b.Software.Referents(), a.Software.Users()+a.Software.Referents()))
		})
	}
	r.Total = len(r.Matches)
	r.Matches = r.Matches[:min(len(r.Matches), MaxMatches)]
	switch {
	case r.Total == 0:
		r.Result = Result{Shape: None}
	case r.Shape != Maybe && r.Shape != Instead:
		r.Shape = List
		if r.Total == 1 {
			r.Shape = Card
		}
	}
	return r, true
}
