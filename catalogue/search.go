package catalogue

import (
	"cmp"
	"slices"
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
	Software *Software
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
	Nearest []*Software
}

// MaxMatches is the largest number of matches in a Result.
const MaxMatches = 20

// The least that a match must reach.
const (
	minScore        = 0.08
	minShare        = 0.3  // of the best match's score
	minCover        = 0.55 // of what the query's words tell
	minCoverNamed   = 0.45 // where one of them is the name
	minCoverSeveral = 0.4  // where more than one is found
	minCoverKnown   = 0.4  // where all of them are words of the catalogue

	// Before a withdrawn match that is the best one only what comes near it may
	// stand.
	minShareWithdrawn = 0.6

	minCoverProduct = 0.75 // of a need that a well-known product serves
)

// Search finds what a query asks for: a name, a need in plain words, or a
// product to replace. It finds nothing rather than something unfit.
func (c *Catalogue) Search(query string) Result {
	q := parseQuery(query)
	var found []Match
	switch {
	case q.replaces:
		found = c.replacing(q)
	case c.meansProduct(q):
		found = c.matches(c.find(q, search{worth: &productWorth, cover: minCover}))
	}
	if len(found) > 0 {
		return Result{Matches: found, Clear: len(found) == 1}
	}
	hits := c.find(q, search{worth: &searchWorth, cover: minCover})
	if len(hits) == 0 || hits[0].score < namesIt {
		if found := c.forKnownProduct(q); len(found) > 0 {
			return Result{Matches: found, Clear: len(found) == 1}
		}
	}
	if len(hits) == 0 {
		return Result{Nearest: c.nearest(q)}
	}
	return Result{Matches: c.matches(hits), Clear: isClear(hits)}
}

// Replacing finds free software that replaces a product, best first: where the
// catalogue says so, or else where it speaks of the product.
func (c *Catalogue) Replacing(product string) []Match { return c.replacing(parseQuery(product)) }

func (c *Catalogue) replacing(q query) []Match {
	if hits := c.find(q, search{worth: &productWorth, cover: minCover}); len(hits) > 0 {
		return c.matches(hits)
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

// search is how to search: what a word is worth by its place, and how much of a
// query with unknown words a match must answer.
type search struct {
	worth *[places]float32
	cover float32
}

// find returns the hits in rank order.
func (c *Catalogue) find(q query, how search) []hit {
	s := c.index.scratch(how)
	defer s.release()
	s.words(q)
	s.keys(q)
	return s.best(c, q)
}

func (c *Catalogue) matches(hits []hit) []Match {
	var out []Match
	for _, h := range hits {
		m := Match{Software: &c.entries[h.doc], By: h.place.field()}
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
func (c *Catalogue) Resolve(name string) (*Software, bool) {
	r := c.Search(name)
	if !r.Clear || r.Matches[0].By != ByName {
		return nil, false
	}
	return r.Matches[0].Software, true
}

// best returns the hits that are good enough, in rank order.
func (s *scratch) best(c *Catalogue, q query) []hit {
	stems := c.index.stemIDs(q.words)
	out := make([]hit, 0, MaxMatches)
	var top *hit
	for _, d := range s.touched {
		h := &s.hits[d]
		h.score = s.wordScore(h)
		full := len(out) == MaxMatches
		if full && max(h.key, h.score)*(1+wholePhraseBonus) < out[MaxMatches-1].score && !c.ranksLast(&out[MaxMatches-1]) {
			continue
		}
		if h.score >= minScore && len(stems) > 1 {
			h.score *= 1 + c.index.docs[d].phraseBonus(stems)
		}
		if h.key >= h.score {
			h.score, h.place, h.product = h.key+wordsShare*h.score, h.keyPlace, h.keyProduct
		}
		if top == nil || h.score > top.score {
			top = h
		}
		if h.score < minScore || full && c.compare(h, &out[MaxMatches-1]) > 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(out, h, func(a hit, b *hit) int { return c.compare(&a, b) })
		out = slices.Insert(out[:min(len(out), MaxMatches-1)], i, *h)
	}
	if len(out) == 0 {
		return nil
	}
	least := minShare * min(top.score, 1)
	if c.ranksLast(top) {
		least = minShareWithdrawn * top.score
	}
	return slices.DeleteFunc(out, func(h hit) bool { return h.score < least })
}

// ranksLast reports whether h is withdrawn, unless it was named.
func (c *Catalogue) ranksLast(h *hit) bool {
	return c.entries[h.doc].Withdrawn != nil && !h.isName()
}

// compare orders hits: withdrawn software last unless it was named, then by
// score, then the recommended, then the most used.
func (c *Catalogue) compare(a, b *hit) int {
	x, y := &c.entries[a.doc], &c.entries[b.doc]
	return cmp.Or(
		last(c.ranksLast(a), c.ranksLast(b)),
		cmp.Compare(int(b.score*scoreSteps), int(a.score*scoreSteps)),
		last(!x.Recommended, !y.Recommended),
		cmp.Compare(c.index.docs[b.doc].people, c.index.docs[a.doc].people),
		cmp.Compare(b.score, a.score),
		cmp.Compare(a.doc, b.doc),
	)
}

// wordsShare is what the words of a query add to a match of it as a whole:
// enough to break a tie.
const wordsShare = 0.01

// namesIt is the score from which the catalogue itself names what was asked for.
const namesIt = 0.7

// scoreSteps is how finely scores are compared; below it, they tie.
const scoreSteps = 50

// last orders what is true after what is not.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// wordScore is what the words of the query are worth in h's document: nothing
// if they answer too little of it.
func (s *scratch) wordScore(h *hit) float32 {
	if s.weight == 0 {
		return 0
	}
	cover := h.cover / s.weight
	least := s.how.cover
	switch {
	case least > minCover:
	case !s.unknown:
		least = minCoverKnown
	case h.named:
		least = minCoverNamed
	case h.concepts > 1:
		least = minCoverSeveral
	}
	if cover < least {
		return 0
	}
	return h.words / s.weight * cover
}
