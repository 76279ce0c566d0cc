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
	minScore = 0.12
	minCover = 0.55 // of what the query's words tell
	minShare = 0.45 // of the best match's score
)

// Search finds what a query asks for: a name, a need in plain words, or a
// product to replace. It finds nothing rather than something unfit.
func (c *Catalogue) Search(query string) Result {
	q := parseQuery(query)
	if q.replaces {
		if found := c.replacing(q); len(found) > 0 {
			return Result{Matches: found, Clear: len(found) == 1}
		}
	}
	hits := c.find(q, &searchWorth)
	if len(hits) == 0 {
		return Result{Nearest: c.nearest(q)}
	}
	return Result{Matches: c.matches(hits), Clear: isClear(hits)}
}

// find returns the hits in rank order.
func (c *Catalogue) find(q query, worth *[places]float32) []hit {
	s := c.index.scratch(worth)
	defer s.release()
	s.words(q)
	s.keys(q)
	return s.best(c, q)
}

func (c *Catalogue) matches(hits []hit) []Match {
	out := make([]Match, len(hits))
	for i, h := range hits {
		m := Match{Software: &c.entries[h.doc], By: h.place.field()}
		if p := products(m.Software); m.By == ByAlternative && int(h.product) < len(p) {
			m.Product = p[h.product].Name
		}
		out[i] = m
	}
	return out
}

// isClear reports whether the first hit stands out: it alone bears the name,
// or is alone, or is far better than the second.
func isClear(hits []hit) bool {
	switch {
	case len(hits) == 0:
		return false
	case len(hits) == 1:
		return true
	}
	return hits[0].score >= 1.5*hits[1].score && hits[0].place.field() == ByName
}

// Replacing finds free software that replaces a product, best first: where the
// catalogue says so, or else where it names the product at all.
func (c *Catalogue) Replacing(product string) []Match { return c.replacing(parseQuery(product)) }

func (c *Catalogue) replacing(q query) []Match {
	for _, worth := range []*[places]float32{&productWorth, &mentionWorth} {
		if hits := c.find(q, worth); len(hits) > 0 {
			return c.matches(hits)
		}
	}
	return nil
}

// Resolve returns the one software that a name means, if it is clear.
func (c *Catalogue) Resolve(name string) (*Software, bool) {
	r := c.Search(name)
	if !r.Clear {
		return nil, false
	}
	return r.Matches[0].Software, true
}

// best returns the hits that are good enough, in rank order.
func (s *scratch) best(c *Catalogue, q query) []hit {
	var hits []hit
	stems := c.index.stemIDs(q.words)
	top := float32(minScore)
	for _, d := range s.touched {
		h := &s.hits[d]
		h.score = s.wordScore(h)
		if h.score >= minScore && len(stems) > 1 {
			h.score *= 1 + phraseBonus*c.index.docs[d].run(stems)
		}
		if h.key >= h.score {
			h.score, h.place, h.product = h.key, h.keyPlace, h.keyProduct
		}
		top = max(top, h.score)
	}
	for _, d := range s.touched {
		if h := s.hits[d]; h.score >= minScore && h.score >= top*minShare {
			hits = append(hits, h)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return c.compare(&a, &b) })
	return slices.Clone(hits[:min(len(hits), MaxMatches)])
}

// compare orders hits: withdrawn software last unless it was named, then by
// score, then the recommended, then the most used.
func (c *Catalogue) compare(a, b *hit) int {
	x, y := &c.entries[a.doc], &c.entries[b.doc]
	return cmp.Or(
		last(x.Withdrawn != nil && !a.named(), y.Withdrawn != nil && !b.named()),
		cmp.Compare(int(b.score*scoreSteps), int(a.score*scoreSteps)),
		last(!x.Recommended, !y.Recommended),
		cmp.Compare(c.index.docs[b.doc].people, c.index.docs[a.doc].people),
		cmp.Compare(b.score, a.score),
		cmp.Compare(a.doc, b.doc),
	)
}

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

func (s *scratch) wordScore(h *hit) float32 {
	if s.weight == 0 {
		return 0
	}
	cover := h.cover / s.weight
	if cover < minCover {
		return 0
	}
	return h.words / s.weight * cover
}
