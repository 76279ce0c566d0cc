package search

import (
	"slices"

	"heraut/catalogue"
	"heraut/text"
)

// Replacing returns the free software that replaces a product, or that is comparable
// to an entry of that name. The Shape of the result is Instead, or None if there is
// nothing.
func (e *Engine) Replacing(product string) Result {
	q := parseQuery(product)
	q.replaces = true
	s, listed := e.named(q.whole...)
	if listed {
		r := Result{Shape: Instead, Matches: e.similarTo(s), Product: s.Name, Libre: true, Listed: true, Said: true}
		if len(r.Matches) > 0 {
			return r
		}
	}
	r, ok := e.instead(&q)
	r.Matches = slices.DeleteFunc(r.Matches, func(m Match) bool { return listed && m.Software.ID == s.ID })
	if !ok || len(r.Matches) == 0 {
		return Result{Shape: None}
	}
	r.Listed = r.Listed || listed
	return r
}

func (e *Engine) replacing(q query) (found []Match, said bool) {
	if found := e.replaced(q); len(found) > 0 {
		return found, true
	}
	if s, ok := e.named(q.whole...); ok {
		return e.similarTo(s), true
	}
	p, ok := known().named(q)
	mentions := e.find(q, search{worth: mentionWorth, cover: minCover, exact: ok})
	if len(mentions) == 0 || mentions[0].score < namesIt || ok && !p.mentionable(q) {
		if !ok {
			p, ok = known().like(q)
		}
		if ok {
			if found := e.forKnownProduct(p); len(found) > 0 {
				return found, false
			}
		}
	}
	return e.matches(mentions), true
}

// replaced returns the entries that, as the catalogue says, replace or resemble the
// product that q names, the best first; none if there is no such product. A product
// whose name has more than twice as many words as q does not count.
func (e *Engine) replaced(q query) []Match {
	q.words = withoutEdition(q.words)
	hits := e.find(q, search{worth: productWorth, cover: minCover})
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.concepts == 0 && h.key == 0 }) // hits by the vendor's name alone
	return slices.DeleteFunc(e.matches(hits), func(m Match) bool {
		return len(text.Words(m.Product)) > 2*max(len(q.words), 1)
	})
}

// named returns the entry that has one of these names, given without spaces, case and
// accents; the first of the names that has one decides. Aliases of entries do not
// count. It returns false if there is none.
func (e *Engine) named(names ...string) (*catalogue.Software, bool) {
	doc, ok := e.index.named(names...)
	if !ok {
		return nil, false
	}
	return e.Entry(int(doc)), true
}

// named returns the number of the entry that has one of these names, given without
// spaces, case and accents; the first of the names that has one decides. Aliases of
// entries do not count. It returns 0 and false if there is none.
func (ix *index) named(names ...string) (doc int32, ok bool) {
	for _, text := range names {
		for _, k := range ix.keysWith(text) {
			if k.place == inName && k.worth >= partWorth {
				return k.doc, true
			}
		}
	}
	return 0, false
}

// similarTo returns the entries that the catalogue lists as similar to s, at most
// MaxMatches.
func (e *Engine) similarTo(s *catalogue.Software) []Match {
	var out []Match
	for _, p := range s.Similar {
		if other, ok := e.ByID(p.ID); ok && len(out) < MaxMatches {
			out = append(out, Match{Software: other, By: ByAlternative, Product: s.Name})
		}
	}
	return out
}

// meansProduct returns the known product that the whole query names, apart from an
// edition or a vendor, and true. It returns false if the query names none, or if an
// entry of the catalogue has that name. For a product that is free itself, it also
// returns false if the name is a part of the name of an entry or of another product.
func (e *Engine) meansProduct(q query) (*knownProduct, bool) {
	p, ok := known().named(q)
	if ok {
		_, entry := e.index.named(q.whole...)
		ok = !entry && (!p.libre || !e.index.inNames(p.key) && !e.index.beginsName(q.whole))
	}
	return p, ok
}

// beginsName reports whether one of the texts, given without spaces, case and accents,
// is the name of an entry or a part of one, such as its first words.
func (ix *index) beginsName(texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return slices.ContainsFunc(ix.keysWith(text), func(k key) bool { return k.place.field() == ByName && k.worth >= insideWorth })
	})
}

// inNames reports whether word is one of the words of the name of an entry or of a
// product (products), or a part of one of an entry's, as Libre in LibreOffice.
func (ix *index) inNames(word string) bool {
	i, ok := ix.findTerm(word)
	return ok && ix.terms[i].named()
}
