package search

import (
	"slices"

	"heraut/catalogue"
)

// Field is the part of an entry in which a query was found, such as its name. The
// values are in the order of their rank.
type Field int

// The fields.
const (
	ByName Field = iota
	ByKeyword
	ByAlternative // a product that it replaces or resembles
	ByDescription
)

// Match is a software that a search found, with the part of it that matched.
type Match struct {
	Software *catalogue.Software
	By       Field
	// Product is the name of the replaced product, if By is ByAlternative.
	Product string
}

// Result is the answer to a search: the software found, and the form in which to show
// it.
type Result struct {
	Shape Shape
	// Matches holds the matches, best first, at most MaxMatches; at most 3 if Shape
	// is Maybe. It is empty if Shape is Suggestions or None.
	Matches []Match
	// Product is the name of the product for which the matches are substitutes, if
	// Shape is Instead.
	Product string
	// Libre reports that Product is free too, so that the matches are comparable
	// software.
	Libre bool
	// Listed reports that Product is an entry of the catalogue.
	Listed bool
	// Said reports that the substitutes come from the catalogue itself, not from
	// wellKnown.
	Said bool
	// Nearest holds at most 3 entries to offer if Shape is Suggestions.
	Nearest []*catalogue.Software
}

// Shape is the form in which to show an answer.
type Shape string

// The shapes.
const (
	Card        Shape = "card"        // the one entry that the query means; other matches may follow
	List        Shape = "list"        // entries to choose from
	Maybe       Shape = "maybe"       // guesses; show them as such
	Instead     Shape = "instead"     // substitutes for a product
	Suggestions Shape = "suggestions" // no match, but similar names
	None        Shape = "none"
)

// MaxMatches bounds the matches in a Result.
const MaxMatches = 20

// likeShare is the share of a short query that the best match must answer. Below it,
// Search takes the query for a slip of a product's name, if it resembles one.
const likeShare = 0.8

// maxMaybe bounds the guesses in a Result.
const maxMaybe = 3

// How the search works. An index holds the words of all entries by their place (a
// name, a keyword, a product, a description), and all whole names in squashed form.
// A search looks the query up in both: as one name, and word by word. Each word
// stands for itself, for its other forms, for the words that begin with it, for
// words of near meaning, and failing these for the words of which it may be a slip.
// The place and the rarity of a word weigh its matches. A match is sure if it
// answers a fair part of the query, and a larger part if the catalogue does not know
// some of its words. If no match is sure, the best ones are guesses.

// Search answers a text: the name of a software, a need in plain words, a question to
// colleagues, or a request for a substitute. For small talk it finds nothing.
func (e *Engine) Search(query string) Result {
	q := parseQuery(query)
	if e.isSmallTalk(query, q) {
		return Result{Shape: None}
	}
	if r, ok := e.instead(&q); ok {
		return r
	}
	hits := e.find(q, search{worth: searchWorth})
	_, absent := e.meansProduct(q) // a product without an entry or a substitute
	if absent || q.talk || q.stated && !e.namesEntry(q) {
		for i := range hits {
			hits[i].sure = hits[i].sure && hits[i].key > 0 && !absent
		}
	}
	if q.talk {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return !h.sure })
	}
	if len(hits) == 0 || hits[0].key == 0 && len(q.words) < 4 && (hits[0].share < likeShare || len(q.words) == 1 && !hits[0].sure) {
		if r, ok := e.likeProduct(q); ok {
			return r
		}
	}
	sure := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return !h.sure })
	switch {
	case len(sure) > 0 && isClear(sure):
		return Result{Shape: Card, Matches: e.matches(sure)}
	case len(sure) > 1:
		return Result{Shape: List, Matches: e.matches(listed(downToSure(hits), len(q.words)))}
	case len(hits) > 0:
		return Result{Shape: Maybe, Matches: e.matches(hits[:min(len(hits), maxMaybe)])}
	}
	if near := e.nearest(q); len(near) > 0 {
		return Result{Shape: Suggestions, Nearest: near}
	}
	return Result{Shape: None}
}

// instead returns a Result with the software that replaces a product, and true, if the
// query is just the name of a known product that is not in the catalogue, or if it asks
// for a substitute ("replaces", "alternative to"). It returns false if there is no
// substitute, and for any other query, also if that mentions a product among other
// words. If a query that asks for a substitute names a product that has none, instead
// also removes the product's name from q.words, as long as other words remain.
func (e *Engine) instead(q *query) (Result, bool) {
	if p, ok := e.meansProduct(*q); ok {
		if found := e.replaced(*q); len(found) > 0 {
			return Result{Shape: Instead, Matches: found, Product: p.name, Libre: p.libre, Said: true}, true
		}
		return e.forProduct(p)
	}
	if !q.replaces {
		return Result{}, false
	}
	p, ok := known().inSentence(*q)
	if ok {
		if r, ok := e.forProduct(p); ok {
			return r, true
		}
	}
	if found, said := e.replacing(*q); len(found) > 0 && (!ok || !q.sentence) {
		r := Result{Shape: Instead, Matches: found, Product: found[0].Product, Said: said}
		if s, listed := e.named(q.whole...); listed {
			r.Product, r.Libre, r.Listed = s.Name, true, true
		}
		return r, true
	}
	if !ok {
		return Result{}, false
	}
	words := p.query().words
	rest := slices.DeleteFunc(slices.Clone(q.words), func(w string) bool { return slices.Contains(words, w) })
	if len(rest) > 0 {
		q.words = rest
	}
	return Result{}, false
}

// likeProduct answers a query that is the name of a known product with a typing error:
// with the entries that replace the product, and true. It returns false if the query is
// no such name, if the name of an entry holds the product's name, or if no entry
// replaces the product.
func (e *Engine) likeProduct(q query) (Result, bool) {
	p, ok := known().like(q)
	if !ok || e.index.inNames(p.key) || e.index.beginsName([]string{p.key}) {
		return Result{}, false
	}
	return e.forProduct(p)
}

// forProduct answers with the entries that replace a known product, by the catalogue
// or else by the list of known products; false if there are none.
func (e *Engine) forProduct(p *knownProduct) (Result, bool) {
	r := Result{Shape: Instead, Product: p.name, Libre: p.libre, Said: true}
	if r.Matches = e.replaced(p.query()); len(r.Matches) == 0 {
		r.Said = false
		r.Matches = e.forKnownProduct(p)
	}
	return r, len(r.Matches) > 0
}

// search holds the settings of one search: how much a word counts in each kind of text,
// and cover, the share of the query that an entry must answer. If cover is 0, weaker
// matches count as guesses.
type search struct {
	worth *worths
	cover float32
	exact bool // without slips
}

// find returns the entries found for the query, the best first, at most MaxMatches; nil
// if there are none.
func (e *Engine) find(q query, how search) []hit {
	s := e.index.scratch(how)
	defer s.release()
	s.words(q)
	s.keys(q)
	return s.best(e, q)
}

func (e *Engine) matches(hits []hit) []Match {
	var out []Match
	for _, h := range hits {
		m := Match{Software: e.Entry(int(h.doc)), By: h.place.field()}
		if p := products(m.Software); m.By == ByAlternative && int(h.product) < len(p) {
			m.Product = p[h.product].Name
		}
		out = append(out, m)
	}
	return out
}

// The least share of the best score that the entries of a list must reach. It is
// smaller for a query of one word, whose scores only differ by the place of the word.
const (
	minShareListed       = 0.7
	minShareListedOfWord = 0.5
)

// downToSure returns the found entries from the first one to the last one that is sure,
// that is, no guess. Guesses between sure entries stay, since often only the form of a
// word makes them guesses, as with «sauvegarde» and «sauvegarder».
func downToSure(hits []hit) []hit {
	n := len(hits)
	for n > 0 && !hits[n-1].sure {
		n--
	}
	return hits[:n]
}

// listed returns the first of hits, those that are worth showing in a list: at least
// two, and further ones whose score is a certain share of the best score. hits must
// hold at least two. words is the number of words in the query; a query of one word
// demands another share.
func listed(hits []hit, words int) []hit {
	least := float32(minShareListed)
	if words < 2 {
		least = minShareListedOfWord
	}
	least *= min(hits[0].score, 2)
	n := 2
	for n < len(hits) && hits[n].score >= least {
		n++
	}
	return hits[:n]
}

// isClear reports whether the query clearly means the first of the sure hits, of which
// there is at least one: it alone bears the name, its name matches far better than the
// second hit, or it is the only hit and answers nearly the whole query.
func isClear(hits []hit) bool {
	first := &hits[0]
	if len(hits) == 1 {
		named := first.key > 0 && (!first.common || first.key >= exactName*partWorth)
		return named || first.isNamed() || first.answers()
	}
	second := &hits[1]
	switch {
	case first.key >= exactName*partWorth:
		return second.key < first.key && !first.common
	case first.common:
		return false
	}
	return first.isNamed() && first.score >= 1.5*second.score
}

// clearShare is the share of a query that the only hit must answer to be clear.
const clearShare = 0.75

// Resolve returns the one software that a name means. It returns false if there is
// none, if the name is ambiguous, or if the text finds software by something other than
// its name.
func (e *Engine) Resolve(name string) (*catalogue.Software, bool) {
	r := e.Search(name)
	if r.Shape != Card || r.Matches[0].By != ByName {
		return nil, false
	}
	return r.Matches[0].Software, true
}
