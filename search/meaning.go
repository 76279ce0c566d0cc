package search

// leastCosine is the cosine above which two words count as near in meaning.
const leastCosine = 0.45

// holders looks for the entries that hold word, a word of the query, or another word
// with its stem. It adds them to s.nearby, with the nearness 1.
func (s *scratch) holders(word string) {
	at, ok := s.ix.stem(stem(word))
	if !ok {
		return
	}
	for _, i := range s.ix.termsOf(at) {
		t := &s.ix.terms[i]
		counts := s.nearPlaces(t, word)
		for _, p := range s.ix.postings[t.first:t.last] {
			if counts.has(p.place) {
				s.holds(p.doc)
			}
		}
	}
}

// nearPlaces returns the kinds of text in which the word t of the index counts as near
// in meaning to word, a word of the query.
func (s *scratch) nearPlaces(t *term, word string) placeSet {
	counts := placeSet(1<<places-1) &^ (1 << inProduct)
	if s.meant != "" && s.ix.text(t.text) != word {
		counts &^= namePlaces
	}
	return counts
}

func (s *scratch) holds(doc int32) {
	if s.nearness[doc] == 0 {
		s.nearness[doc] = 1
		s.nearby = append(s.nearby, doc)
	}
}

// nears looks for the entries that hold a word of near meaning to word, a word of the
// query, and adds them to s.nearby, with a nearness below 1. The entries that hold word
// itself, or one of its forms, must be there already, or have a mark in s.concepts that
// says so. nears adds the weight of word in nearness to s.nearWeight, and returns it:
// higher for a rare word, but lower for one to which no entry has a near word. n, the
// number of concepts in the query, says how much lower.
func (s *scratch) nears(word string, n int) float32 {
	s.forgetMarked()
	holding := s.holding + len(s.nearby)
	if id, ok := vocabulary.find(stem(word)); ok {
		vocabulary.eachNear(id, func(stem string, cosine float32) {
			near := (cosine - leastCosine) / (1 - leastCosine)
			if at, ok := s.ix.stem(stem); ok && near > 0 {
				for _, t := range s.ix.termsOf(at) {
					s.near(word, reading{t, near})
				}
			}
		})
	}
	weight := baseWeight + idf(len(s.ix.docs), holding)
	switch {
	case weakWords[word], circumstances[word], editions[word]:
		weight *= weakShare
	case elsewhereWords[word]:
		weight *= s.everyday
	case holding > 0, len(s.nearby) > 0:
	case n >= manyConcepts:
		weight *= unknownOfMany
	default:
		weight *= unknownShare
	}
	s.nearWeight += weight
	return weight
}

// forgetMarked removes from s.nearby the entries whose mark in s.concepts says the same.
func (s *scratch) forgetMarked() {
	kept := s.nearby[:0]
	for _, d := range s.nearby {
		if s.concepts[d].same != 0 {
			s.nearness[d] = 0
			continue
		}
		kept = append(kept, d)
	}
	s.nearby = kept
}

// near adds to s.nearby the entries that hold r, a word of near meaning to word, with its
// quality as their nearness, unless they have a higher one.
func (s *scratch) near(word string, r reading) {
	t := &s.ix.terms[r.term]
	counts := s.nearPlaces(t, word)
	for _, p := range s.ix.postings[t.first:t.last] {
		near := &s.nearness[p.doc]
		if *near >= r.quality || !counts.has(p.place) || s.concepts[p.doc].same != 0 {
			continue
		}
		if *near == 0 {
			s.nearby = append(s.nearby, p.doc)
		}
		*near = r.quality
	}
}

// addNearby adds to the results of the entries in s.nearby their nearness, times weight,
// and forgets them.
func (s *scratch) addNearby(weight float32) {
	for _, d := range s.nearby {
		s.hit(d).near += weight * s.nearness[d]
		s.nearness[d] = 0
	}
	s.nearby = s.nearby[:0]
}
