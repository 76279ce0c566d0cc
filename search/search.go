package search

import (
	"slices"

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
	Shape Shape
	// Matches are what was found, best first, at most MaxMatches; at most 3 if
	// Shape is Maybe. Empty if Shape is Suggestions or None.
	Matches []Match
	// Product is the name of the product that the matches take the place of, if
	// Shape is Instead.
	Product string
	// Libre tells that Product is free too, so that the matches are comparable.
	Libre bool
	// Listed tells that Product is an entry of the catalogue.
	Listed bool
	// Said tells that the catalogue itself says so, not a list of ours.
	Said bool
	// Nearest are at most 3 entries to offer if Shape is Suggestions.
	Nearest []*catalogue.Software
}

// Shape is how an answer is shown.
type Shape string

// The shapes.
const (
	Card        Shape = "card"        // the one entry that was meant; other matches may follow
	List        Shape = "list"        // entries to choose from
	Maybe       Shape = "maybe"       // guesses, to be shown as such
	Instead     Shape = "instead"     // what takes the place of a product that has no entry
	Suggestions Shape = "suggestions" // nothing was found, but names come near
	None        Shape = "none"
)

// MaxMatches is the largest number of matches in a Result.
const MaxMatches = 20

// likeShare is how much of a query the best match must answer for the query not
// to be taken for a slip of a product's name.
const likeShare = 0.8

// maxMaybe is the largest number of guesses.
const maxMaybe = 3

// How the search works. An index holds the words of all entries by the place
// they stand in (a name, a keyword, a product, a description), and all names
// whole, written together. A query is looked up in both: as one name, and word by
// word, each word standing for itself, for other forms of it, for the words that
// it begins, for words of near meaning, and failing these for those of which it
// may be a slip. What a word finds is weighed by the place and by the rarity of
// the word. A match is sure if it answers a fair part of the query, more of it
// where some words are unknown to the whole catalogue. Where none is sure, the
// best ones are guesses.

// Search finds what a query asks for: a name, a need in plain words, a question
// to colleagues, or a product to replace. Of small talk it finds nothing.
func (e *Engine) Search(query string) Result {
	q := parseQuery(query)
	if r, ok := e.instead(&q); ok {
		return r
	}
	hits := e.find(q, search{worth: &searchWorth})
	if len(hits) == 0 || hits[0].key == 0 && hits[0].share < likeShare && len(q.words) < 4 {
		if p, ok := known().like(q); ok {
			if r, ok := e.forProduct(p); ok {
				return r
			}
		}
	}
	sure := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return !h.sure })
	switch {
	case len(sure) > 0 && isClear(sure):
		return Result{Shape: Card, Matches: e.matches(sure)}
	case len(sure) > 1:
		return Result{Shape: List, Matches: e.matches(sure)}
	case len(hits) > 0:
		return Result{Shape: Maybe, Matches: e.matches(hits[:min(len(hits), maxMaybe)])}
	}
	if near := e.nearest(q); len(near) > 0 {
		return Result{Shape: Suggestions, Nearest: near}
	}
	return Result{Shape: None}
}

// instead answers a query that names a product without an entry, or asks for
// what takes the place of something. If it cannot, it takes the product out of
// the words of q.
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
	if found := e.replacing(*q); len(found) > 0 && (!ok || !q.sentence) {
		r := Result{Shape: Instead, Matches: found, Product: found[0].Product, Said: true}
		if s, listed := e.named(q.whole...); listed {
			r.Product, r.Libre, r.Listed = s.Name, true, true
		}
		return r, true
	}
	if !ok {
		return Result{}, false
	}
	rest := slices.DeleteFunc(slices.Clone(q.words), func(w string) bool { return slices.Contains(p.query.words, w) })
	if len(rest) > 0 {
		q.words = rest
	}
	return Result{}, false
}

// forProduct answers with what the catalogue says to replace p, or else with
// what is known to do the same.
func (e *Engine) forProduct(p *knownProduct) (Result, bool) {
	r := Result{Shape: Instead, Product: p.name, Libre: p.libre, Said: true}
	if r.Matches = e.replaced(p.query); len(r.Matches) == 0 {
		r.Said = false
		r.Matches = e.forKnownProduct(p)
	}
	return r, len(r.Matches) > 0
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

// isClear reports whether the first of the sure hits is the one that was meant:
// it alone bears the name, or is far better by name than the second, or it alone
// answers nearly all that was asked.
func isClear(hits []hit) bool {
	first := &hits[0]
	if len(hits) == 1 {
		return first.key > 0 || first.place.field() == ByName && !first.common || first.share >= clearShare
	}
	second := &hits[1]
	switch {
	case first.key >= exactName*partWorth:
		return second.key < first.key && !first.common
	case first.common:
		return false
	}
	return first.place.field() == ByName && first.score >= 1.5*second.score
}

// clearShare is how much of a query the only match must answer to be meant.
const clearShare = 0.75

// Resolve returns the one software that a name means, if it is clear.
func (e *Engine) Resolve(name string) (*catalogue.Software, bool) {
	r := e.Search(name)
	if r.Shape != Card || r.Matches[0].By != ByName {
		return nil, false
	}
	return r.Matches[0].Software, true
}
