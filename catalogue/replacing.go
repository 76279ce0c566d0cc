package catalogue

import "slices"

// Replacing finds free software that replaces a product, best first: where the
// catalogue says so, or else where it speaks of the product.
func (c *Catalogue) Replacing(product string) []Match {
	q := parseQuery(product)
	q.replaces = true
	return c.replacing(q)
}

func (c *Catalogue) replacing(q query) []Match {
	if found := c.replaced(q); len(found) > 0 {
		return found
	}
	if s, ok := c.named(q.whole...); ok {
		return c.similarTo(s)
	}
	p, ok := known().named(q)
	mentions := c.find(q, search{worth: &mentionWorth, cover: minCover, exact: ok})
	if len(mentions) == 0 || mentions[0].score < namesIt || ok && !p.mentionable(q) {
		if !ok {
			p, ok = known().like(q)
		}
		if ok {
			if found := c.forKnownProduct(p); len(found) > 0 {
				return found
			}
		}
	}
	return c.matches(mentions)
}

// replaced finds what the catalogue says to replace or resemble a product of
// which q is the name, or at least half of it.
func (c *Catalogue) replaced(q query) []Match {
	q.words = withoutEdition(q.words)
	hits := c.find(q, search{worth: &productWorth, cover: minCover})
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.concepts == 0 && h.key == 0 }) // the vendor alone
	return slices.DeleteFunc(c.matches(hits), func(m Match) bool {
		return len(foldWords(m.Product)) > 2*max(len(q.words), 1)
	})
}

// named returns the entry that bears one of the names, squashed.
func (c *Catalogue) named(names ...string) (*Software, bool) {
	for _, text := range names {
		for _, k := range keysWith(c.index.keys, text) {
			if k.place == inName && k.worth >= partWorth {
				return &c.entries[k.doc], true
			}
		}
	}
	return nil, false
}

// similarTo returns what the catalogue holds of the programs that resemble s.
func (c *Catalogue) similarTo(s *Software) []Match {
	var out []Match
	for _, p := range s.Similar {
		if other, ok := c.ByID(p.ID); ok && len(out) < MaxMatches {
			out = append(out, Match{Software: other, By: ByAlternative, Product: s.Name})
		}
	}
	return out
}

// meansProduct returns the well-known product that q names, unless an entry
// bears that name.
func (c *Catalogue) meansProduct(q query) (*knownProduct, bool) {
	p, ok := known().named(q)
	if ok {
		_, entry := c.named(q.whole...)
		ok = !entry
	}
	return p, ok
}
