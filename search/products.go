package search

import (
	"slices"
	"strings"
	"sync"

	"heraut/catalogue"
)

// knownProduct is a product that the search knows without the catalogue, such as
// Photoshop, with the free software or the needs that stand for it.
type knownProduct struct {
	*knownLine
	name string // as the list spells it
	key  string // the squashed name
	// platform reports that entries name the product because they run on it.
	platform bool
	libre    bool // the product itself is free
}

// knownLine is what several names of products have in common: the free software that
// replaces them, and the needs that they serve.
type knownLine struct {
	free  []string // squashed names of free software
	needs []string // in plain French
}

// query returns the product's name as a query.
func (p *knownProduct) query() query { return parseQuery(p.name) }

// knownProducts holds all products that the search knows without the catalogue, and
// finds them by name.
type knownProducts struct {
	all   []knownProduct
	byKey map[string]int
	slips slipIndex
}

var known = sync.OnceValue(func() *knownProducts {
	k := &knownProducts{byKey: map[string]int{}}
	var slips slipBuilder
	var libre []knownProduct
	addLibre := func(l *knownLine, names []string) {
		for i, name := range names {
			if key := l.free[i]; len(key) >= minLibreName {
				libre = append(libre, knownProduct{knownLine: l, name: name, key: key, libre: true})
			}
		}
	}
	for line := range strings.Lines(strings.TrimSpace(wellKnown)) {
		names, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
		free, needs, _ := strings.Cut(rest, "; ")
		programs := strings.Split(free, ", ")
		l := &knownLine{free: squashed(programs), needs: strings.Split(needs, ", ")}
		for name := range strings.SplitSeq(names, ", ") {
			key := squash(name)
			k.byKey[key] = len(k.all)
			slips.add(key, int32(len(k.all)), nameWord)
			k.all = append(k.all, knownProduct{knownLine: l, name: name, key: key, platform: platformNames[key]})
		}
		addLibre(l, programs)
	}
	for _, line := range parseUses().lines {
		names := strings.Split(line.names, ", ")
		addLibre(&knownLine{free: squashed(names)}, names)
	}
	for _, p := range libre {
		if _, ok := k.byKey[p.key]; !ok {
			k.byKey[p.key] = len(k.all)
			if len(p.key) >= minLibreSlip {
				slips.add(p.key, int32(len(k.all)), nameWord)
			}
			k.all = append(k.all, p)
		}
	}
	k.all, k.slips = slices.Clip(k.all), slips.index()
	return k
})

func squashed(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = squash(name)
	}
	return out
}

// minLibreName is the least length of a free program's name that known indexes.
const minLibreName = 3

// minLibreSlip is the least length of a free program's name of which a word may be a
// slip.
const minLibreSlip = 7

// inSentence returns the known product whose name stands anywhere in the words of the
// query q, as at most three neighbouring words; the longest name if there are several,
// false if there is none.
func (k *knownProducts) inSentence(q query) (*knownProduct, bool) {
	for n := min(3, len(q.words)); n > 0; n-- {
		for i := 0; i+n <= len(q.words); i++ {
			if at, ok := k.byKey[strings.Join(q.words[i:i+n], "")]; ok {
				return &k.all[at], true
			}
		}
	}
	return nil, false
}

// productKeys returns the names of products that the query may mean, in lower case
// without spaces and accents: the query itself, the query without an edition at its end
// («photoshop cs6») or without the vendor and, in a request for a substitute, the query
// with «microsoft» before it.
func (q query) productKeys() []string {
	words := withoutEdition(q.words)
	keys := slices.Clip(q.whole)
	if len(words) < len(q.words) {
		keys = append(keys, strings.Join(words, ""))
	}
	if len(words) > 1 && vendors[words[0]] {
		keys = append(keys, strings.Join(words[1:], ""))
	}
	if q.replaces {
		keys = append(keys, "microsoft"+strings.Join(words, ""))
	}
	return keys
}

// withoutEdition returns the words of a product's name without the edition, year or
// version at its end; the first word always stays.
func withoutEdition(words []string) []string {
	for len(words) > 1 && isEdition(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return words
}

// isEdition reports whether a word of a product's name only specifies its edition,
// year or version.
func isEdition(word string) bool {
	return editions[word] || isNumber(strings.TrimPrefix(word, "cs"))
}

// isNumber reports whether a word consists of digits; true for an empty word.
func isNumber(word string) bool { return strings.Trim(word, "0123456789") == "" }

// named returns the known product whose name is the whole query q, apart from an
// edition or a vendor; false if there is none.
func (k *knownProducts) named(q query) (*knownProduct, bool) {
	for _, key := range q.productKeys() {
		if i, ok := k.byKey[key]; ok {
			return &k.all[i], true
		}
	}
	return nil, false
}

// mentionable reports whether an entry that mentions the words of q may count as a
// substitute for the product p. It may not if p is a platform, or if q is only a part
// of the name of p.
func (p *knownProduct) mentionable(q query) bool {
	return !p.platform && slices.Contains(q.whole, p.key)
}

// like returns the known product whose name the query most likely is with a typing
// error; false, with a meaningless product, if it is like none.
func (k *knownProducts) like(q query) (*knownProduct, bool) {
	best := slip{cost: maxTypoLetters}
	var found []slip
	for _, key := range q.productKeys() {
		found = k.slips.find(key, nameWord, func(id int32) string { return k.all[id].key }, found[:0])
		for _, s := range found {
			if s.cost < best.cost {
				best = s
			}
		}
	}
	return &k.all[best.id], best.cost < maxTypoLetters
}

// forKnownProduct returns the entries to suggest in place of a known product, at most
// MaxMatches. These are the entries that replace the product according to the
// catalogue. If there are none, they are the free software that the list of known
// products names. If the catalogue has none of it, or only withdrawn entries, they are
// entries that serve one of the product's needs. Withdrawn entries come last. The
// result may be empty.
func (e *Engine) forKnownProduct(p *knownProduct) []Match {
	if found := e.replaced(p.query()); len(found) > 0 {
		return found
	}
	var out []Match
	var withdrawn []*catalogue.Software
	add := func(s *catalogue.Software) {
		same := func(m Match) bool { return m.Software.ID == s.ID }
		if len(out) < MaxMatches && !slices.ContainsFunc(out, same) {
			out = append(out, Match{Software: s, By: ByAlternative, Product: p.name})
		}
	}
	for _, name := range p.free {
		if s, ok := e.named(name); ok {
			if s.Withdrawn == nil {
				add(s)
			} else {
				withdrawn = append(withdrawn, s)
			}
		}
	}
	for _, need := range p.needs {
		if len(out) > 0 {
			break // software of the list makes the needs unnecessary
		}
		hits := e.find(parseQuery(need), search{worth: searchWorth, cover: minCoverProduct})
		for _, h := range hits {
			add(e.Entry(int(h.doc)))
		}
		if len(hits) > 0 {
			break
		}
	}
	for _, s := range withdrawn {
		add(s)
	}
	return out
}
