package search

import (
	"heraut/catalogue"
)

// Field is what of a software a query matched, in the order of ranks.
type Field int

// The fields.
const (
	ByName Field = iota
	ByKeyword
	ByAlternative // a product that it replaces or resembles
	ByDescription
)

// Match is a software that was found.
type Match struct {
	Software *catalogue.Software
	By       Field
	// Product is the name of the product that was meant, if By is ByAlternative.
	Product string
}

// Result is the answer to a query.
type Result struct {
	// Matches are what was found, best first, at most MaxMatches.
	Matches []Match
	// Clear tells that the first match is the one that was meant.
	Clear bool
	// Nearest are at most 3 entries to offer when nothing was found.
	Nearest []*catalogue.Software
}

// MaxMatches is the largest number of matches in a Result.
const MaxMatches = 20

// How the search works. An index holds the words of all entries by the place
// they stand in (a name, a keyword, a product, a description), and all names
// whole, written together. A query is looked up in both: as one name, and word by
// word, each word standing for itself, for other forms of it, for the words that
// it begins, and failing these for those of which it may be a slip. What a word
// finds is weighed by the place and by the rarity of the word; an entry must
// answer a fair part of the query, more of it where some words are unknown to
// the whole catalogue, which is what tells nonsense from a need.

// Search finds what a query asks for: a name, a need in plain words, or a
// product to replace. It finds nothing rather than something unfit.
func (e *Engine) Search(query string) Result {
	q := parseQuery(query)
	product, isProduct := e.meansProduct(q)
	var found []Match
	switch {
	case q.replaces:
		found = e.replacing(q)
	case isProduct:
		found = e.replaced(q)
	}
	if len(found) > 0 {
		return Result{Matches: found, Clear: len(found) == 1}
	}
	hits := e.find(q, search{worth: &searchWorth, cover: minCover, exact: isProduct})
	if len(hits) == 0 || hits[0].score < namesIt || isProduct && !product.mentionable(q) {
		if !isProduct {
			product, isProduct = known().like(q)
		}
		if isProduct {
			if found := e.forKnownProduct(product); len(found) > 0 {
				return Result{Matches: found, Clear: len(found) == 1}
			}
		}
	}
	if len(hits) == 0 {
		return Result{Nearest: e.nearest(q)}
	}
	return Result{Matches: e.matches(hits), Clear: isClear(hits)}
}

// search is how to search: what a word is worth by its place, and how much of a
// query with unknown words a match must answer.
type search struct {
	worth *[places]float32
	cover float32
	exact bool // without looking for slips
}

// find returns the hits in rank order.
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
		m := Match{Software: &e.entries[h.doc], By: h.place.field()}
		if p := products(m.Software); m.By == ByAlternative && int(h.product) < len(p) {
			m.Product = p[h.product].Name
		}
		out = append(out, m)
	}
	return out
}

// isClear reports whether the first hit stands out: it is alone, or it alone
// bears the name, or is far better by name than the second.
func isClear(hits []hit) bool {
	switch {
	case len(hits) == 0:
		return false
	case len(hits) == 1:
		return true
	}
	first, second := &hits[0], &hits[1]
	if first.key >= exactName*partWorth {
		return second.key < first.key
	}
	return first.place.field() == ByName && first.score >= 1.5*second.score
}

// Resolve returns the one software that a name means, if it is clear.
func (e *Engine) Resolve(name string) (*catalogue.Software, bool) {
	r := e.Search(name)
	if !r.Clear || r.Matches[0].By != ByName {
		return nil, false
	}
	return r.Matches[0].Software, true
}
