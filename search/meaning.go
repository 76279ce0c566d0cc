package search

// leastCosine is the cosine above which two words count as near in meaning.
const leastCosine = 0.45

// nears adds to the result of each entry the nearness to word, a word of the query, of
// the entry's nearest word, times the weight of word. The nearness is 1 for word
// itself and its forms, less for words of near meaning. The weight is higher for a
// rare word, but lower for one to which no entry has a near word; n, the number of
// concepts in the query, says how much lower. nears adds the weight to s.nearWeight
// once, even if no entry is near.
func (s *scratch) nears(word string, n int) {
	own := stem(word)
	s.readings = s.readings[:0]
	if at, ok := s.ix.stem(own); ok {
		for _, t := range s.ix.termsOf(at) {
			s.readings = append(s.readings, reading{t, 1})
		}
	}
	exact := len(s.readings)
	if id, ok := vocabulary.find(own); ok {
		vocabulary.eachNear(id, func(stem string, cosine float32) {
			near := (cosine - leastCosine) / (1 - leastCosine)
			if at, ok := s.ix.stem(stem); ok && near > 0 {
				for _, t := range s.ix.termsOf(at) {
					s.readings = append(s.readings, reading{t, near})
				}
			}
		})
	}
	holds := 0
	for i, r := range s.readings {
		t := &s.ix.terms[r.term]
		skipped := placeSet(1 << inProduct)
		if s.meant != "" && s.ix.text(t.text) != word {
			skipped |= namePlaces
		}
		for _, p := range s.ix.postings[t.first:t.last] {
			near := &s.nearness[p.doc]
			if *near >= r.quality || skipped.has(p.place) {
				continue
			}
			if *near == 0 {
				s.found = append(s.found, p.doc)
				if i < exact {
					holds++
				}
			}
			*near = r.quality
		}
	}
	weight := baseWeight + idf(len(s.ix.docs), holds)
	switch {
	case weakWords[word], circumstances[word], editions[word]:
		weight *= weakShare
	case elsewhereWords[word]:
		weight *= s.everyday
	case len(s.found) > 0:
	case n >= manyConcepts:
		weight *= unknownOfMany
	default:
		weight *= unknownShare
	}
	s.nearWeight += weight
	for _, d := range s.found {
		s.hit(d).near += weight * s.nearness[d]
		s.nearness[d] = 0
	}
	s.found = s.found[:0]
}
