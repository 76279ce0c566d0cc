package catalogue

import "slices"

// Replacing finds free software that replaces a product, best first: where the
// catalogue says so, or else where it speaks of the product.
func (c *Catalogue) Replacing(product string) []Match { return c.replacing(parseQuery(product)) }

func (c *Catalogue) replacing(q query) []Match {
	if found := c.replaced(q); len(found) > 0 {
		return found
	}
	if s, ok := c.named(q); ok {
		return c.similarTo(s)
	}
	mentions := c.find(q, search{worth: &mentionWorth, cover: minCover})
	if len(mentions) == 0 || mentions[0].score < namesIt {
		if found := c.forKnownProduct(q); len(found) > 0 {
			return found
		}
	}
	return c.matches(mentions)
}

// replaced finds what the catalogue says to replace or resemble a product of
// which q is the name, or at least half of it.
func (c *Catalogue) replaced(q query) []Match {
	hits := c.find(q, search{worth: &productWorth, cover: minCover})
	return slices.DeleteFunc(c.matches(hits), func(m Match) bool {
		return len(foldWords(m.Product)) > 2*max(len(q.words), 1)
	})
}

// meansProduct reports whether q is the name of a well-known product, and of no
// entry.
func (c *Catalogue) meansProduct(q query) bool {
	if _, ok := knownProductNamed(q); !ok {
		return false
	}
	_, ok := c.named(q)
	return !ok
}

// named returns the entry of which q is the name.
func (c *Catalogue) named(q query) (*Software, bool) {
	for _, text := range q.whole {
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
