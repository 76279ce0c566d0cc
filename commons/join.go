package commons

import (
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// join finds the same software in several catalogues: entries that share a Wikidata
// item, the SILL's id, or a repository. The Comptoir's ids join nothing, since programs
// guess them from names. A key that two entries of one
// catalogue bear says nothing, and entries with two different Wikidata items are never
// joined; so no group has two entries of one catalogue.
type join struct {
	entries []*catalogue.Software
	shelf   []int // of each entry
	parent  []int // a forest of groups, by entry
}

// newJoin groups the entries of the catalogues.
func newJoin(all []*catalogue.Catalogue) *join {
	j := &join{}
	places := map[string][]int{} // the entries that bear a key
	for shelf, c := range all {
		for s := range c.All() {
			i := len(j.entries)
			j.entries, j.shelf, j.parent = append(j.entries, s), append(j.shelf, shelf), append(j.parent, i)
			for _, key := range keysOf(s) {
				places[key] = append(places[key], i)
			}
		}
	}
	for _, sure := range []bool{true, false} { // ids first, then repositories
		for i := range j.entries {
			for _, key := range keysOf(j.entries[i]) {
				if strings.HasPrefix(key, "code ") != sure && places[key][0] == i && j.isOnce(places[key]) {
					for _, other := range places[key][1:] {
						if sure || shareWord(j.entries[i].Name, j.entries[other].Name) {
							j.unite(i, other)
						}
					}
				}
			}
		}
	}
	return j
}

// keysOf returns what identifies a software across catalogues.
func keysOf(s *catalogue.Software) []string {
	var keys []string
	if s.Wikidata != "" {
		keys = append(keys, "wikidata "+s.Wikidata)
	}
	if s.Catalogue == "" && isNumber(s.ID) {
		keys = append(keys, "sill "+s.ID)
	}
	for _, id := range s.Identifiers {
		if id.Source == catalogue.SourceSILL && isNumber(id.Value) {
			keys = append(keys, "sill "+id.Value)
		}
	}
	// An address with one part is an organisation, not a repository.
	if key := catalogue.RepositoryKey(s.Code); strings.Count(key, "/") >= 2 {
		keys = append(keys, "code "+key)
	}
	return keys
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isOnce reports whether the entries are of different catalogues.
func (j *join) isOnce(entries []int) bool {
	seen := map[int]bool{}
	for _, i := range entries {
		if seen[j.shelf[i]] {
			return false
		}
		seen[j.shelf[i]] = true
	}
	return len(entries) > 1
}

func (j *join) root(i int) int {
	for j.parent[i] != i {
		i = j.parent[i]
	}
	return i
}

// unite joins the groups of two entries, unless they contradict each other.
func (j *join) unite(a, b int) {
	a, b = j.root(a), j.root(b)
	if a == b {
		return
	}
	wikidata := ""
	shelves := map[int]bool{}
	for i := range j.entries {
		if root := j.root(i); root != a && root != b {
			continue
		}
		item := j.entries[i].Wikidata
		if shelves[j.shelf[i]] || item != "" && wikidata != "" && item != wikidata {
			return
		}
		shelves[j.shelf[i]] = true
		if item != "" {
			wikidata = item
		}
	}
	j.parent[max(a, b)] = min(a, b)
}

// shareWord reports whether two names have a word in common. Entries take addresses of
// repositories from other catalogues, by names that only resemble theirs.
func shareWord(a, b string) bool {
	words := text.Words(b)
	return slices.ContainsFunc(text.Words(a), func(w string) bool { return slices.Contains(words, w) })
}

// groups returns the groups by their first entry, in the order of the entries.
func (j *join) groups() map[int][]int {
	out := map[int][]int{}
	for i := range j.entries {
		out[j.root(i)] = append(out[j.root(i)], i)
	}
	return out
}

// licenseKey returns the same text for the spellings of one licence.
func licenseKey(s string) string {
	s = strings.ToLower(strings.Join(text.Words(s), ""))
	for _, part := range []string{"gnu", "licence", "license", "orlater", "only", "version", "public", "general", "plus"} {
		s = strings.ReplaceAll(s, part, "")
	}
	s = strings.NewReplacer("affero", "agpl", "lesser", "lgpl", "v", "").Replace(s)
	return strings.TrimSuffix(strings.TrimSuffix(s, "0"), "+")
}
