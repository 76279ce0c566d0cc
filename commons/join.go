package commons

import (
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// join holds the entries of several catalogues in groups of one software each. Entries
// belong together if they share a Wikidata item, an id of the SILL, or a repository and
// a word of their names. A key that occurs twice in one catalogue proves nothing, and
// entries with different Wikidata items stay apart. So a group has at most one entry of
// each catalogue. The Comptoir's ids are not used, since programs guess them from
// names.
type join struct {
	entries []*catalogue.Software
	shelf   []int // of each entry
	parent  []int // a forest of groups, by entry
}

// newJoin groups the entries of the catalogues all by software, and returns the
// groups as a join. It compares ids first, then repositories.
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

// keysOf returns the identifiers that a software has in all catalogues alike: its
// Wikidata item, its id in the SILL, its repository. Each key begins with its kind.
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

// isOnce reports whether there are at least two entries, and no two of them are of one
// catalogue. The entries are given by their indexes.
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

// unite merges the groups of the entries a and b, which are given by their indexes. It
// does nothing if the two are in one group already, or if the merged group would have
// two entries of one catalogue or two different Wikidata items.
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

// shareWord reports whether two names of software have a word in common. It guards
// against entries that name the repository of another software by mistake.
func shareWord(a, b string) bool {
	words := text.Words(b)
	return slices.ContainsFunc(text.Words(a), func(w string) bool { return slices.Contains(words, w) })
}

// groups returns the groups of entries that are the same software: each key is the
// index of a group's first entry, and its value the indexes of all entries of the
// group. An entry that no other catalogue has is a group of its own.
func (j *join) groups() map[int][]int {
	out := map[int][]int{}
	for i := range j.entries {
		out[j.root(i)] = append(out[j.root(i)], i)
	}
	return out
}

// licenseKey returns the same text for the different spellings of one licence, such as
// «GPL-3.0» and «GPLv3».
func licenseKey(s string) string {
	s = strings.ToLower(strings.Join(text.Words(s), ""))
	for _, part := range []string{"gnu", "licence", "license", "orlater", "only", "version", "public", "general", "plus"} {
		s = strings.ReplaceAll(s, part, "")
	}
	s = strings.NewReplacer("affero", "agpl", "lesser", "lgpl", "v", "").Replace(s)
	return strings.TrimSuffix(strings.TrimSuffix(s, "0"), "+")
}
