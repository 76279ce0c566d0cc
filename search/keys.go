package search

// The worth of the whole query as a name. A single word of a name is worth at most
// 1, so an exact name ranks above it, and an exact keyword or product below.
const (
	exactName      = 3
	exactOtherName = 2.5
	exactKeyword   = 0.84
	exactAcronym   = 0.82
	exactProduct   = 0.8
	typoName       = 0.95
	typoProduct    = 0.7
)

// keys adds to the results the entries that have the whole query as a name or a
// keyword, and marks the entries whose name is a part of the query. If no entry has
// exactly the query, keys also adds the entries whose name the query may be with a
// typing error. It does not do so if the search excludes typing errors, if the query is
// a single word that occurs in the catalogue, or if all its words are common in French
// or English.
func (s *scratch) keys(q query) {
	exact := false
	for _, text := range q.whole {
		for _, k := range s.ix.keysWith(text) {
			if s.how.worth.has(k.place) && (k.place != inKeyword || len(q.words) > 0) {
				exact = true
				s.key(k, k.exact())
			}
		}
	}
	for _, k := range s.ix.keysWith(q.stemmed) {
		if k.place == inKeyword && s.how.worth.has(inKeyword) {
			exact = true
			s.key(k, exactKeyword)
		}
	}
	if len(q.words) > 1 {
		s.namedWords(q)
	}
	if exact || s.how.exact || s.known && len(q.words) < 2 || allProper(q.words) {
		return
	}
	for _, text := range q.whole {
		s.typos(text)
	}
}

// exact returns the score of an entry one of whose names, k, is the whole query, letter
// by letter. It depends on the kind of name and the worth of this spelling.
func (k *key) exact() float32 {
	switch {
	case k.place == inKeyword:
		return exactKeyword
	case k.place == inProduct:
		return exactProduct * k.worth
	case k.isAcronym():
		return exactAcronym
	case k.place == inOtherName:
		return exactOtherName * k.worth
	}
	return exactName * k.worth
}

// key records that the whole query matches the name k, with this score, unless the
// result of the entry has a better match already.
func (s *scratch) key(k key, score float32) {
	if h := s.hit(k.doc); score > h.key {
		h.key = score
		h.keyPlace, h.keyProduct = k.place, k.product
	}
}

// namedWords looks for entries whose name is one word of the query, or up to three
// neighbouring words, as in «libre office calc». In the result of such an entry, it
// marks whether these words are the whole name, and whether they are more than one
// ordinary word.
func (s *scratch) namedWords(q query) {
	for i := range q.words {
		text := ""
		for j := i; j < len(q.words) && j < i+3; j++ {
			text += q.words[j]
			for _, k := range s.ix.keysWith(text) {
				if k.place.field() == ByName && k.worth >= partWorth && len(text) >= minNamedWord {
					h := s.hit(k.doc)
					h.named, h.exactly = true, h.exactly || k.worth == 1
					h.proper = h.proper || j > i || frequency(stem(text)) < properWord
				}
			}
		}
	}
}

// minNamedWord is the least length of a name that namedWords recognises.
const minNamedWord = 4

// typos adds to the results the entries of which text may be the name with a typing
// error. If all words of the query occur in the catalogue, only the smallest errors
// count.
func (s *scratch) typos(text string) {
	for _, slip := range s.ix.keySlips.find(text, wholeName, s.ix.keyText, nil) {
		if s.known && slip.cost > 1 {
			continue
		}
		name := s.ix.keyText(slip.id)
		length := min(len(text), len(name))
		for _, k := range s.ix.keysWith(name) {
			if !k.mistakable() || !s.how.worth.has(k.place) {
				continue
			}
			most := float32(typoName)
			if k.place == inProduct {
				most = typoProduct
			}
			s.key(k, most*k.worth*(1-slip.cost/float32(length+1)))
		}
	}
}
