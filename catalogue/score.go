package catalogue

import "sync"

// hit is what a query found in one document.
type hit struct {
	doc     int32
	score   float32
	words   float32 // what its words are worth together
	cover   float32 // how much of the query they answer
	top     float32 // the best single one
	place   place   // where that stands
	product uint8   // which product, if it is inProduct
	key     float32 // what the whole query is worth as a name

	keyPlace   place
	keyProduct uint8
}

// named reports whether the query is the document's own name.
func (h *hit) named() bool { return h.key >= exactName*acronymWorth }

// scratch holds the intermediate results of one search; searches share them
// through a pool.
type scratch struct {
	ix       *index
	worth    *[places]float32
	hits     []hit // by document
	touched  []int32
	weight   float32 // of all concepts together
	known    bool    // every word of the query is a word of the catalogue
	readings []reading
	marks    []mark // by document
	marked   []int32
	concepts []mark
	inAll    []int32
}

// mark is what a phrase, so far, found in a document.
type mark struct {
	value, quality float32 // summed over its words
	place          place   // of its best word
	product        uint8
	stage          uint8                            // how many of its words were found
	base           struct{ value, quality float32 } // without the last of them
}

var scratches sync.Pool

func (ix *index) scratch(worth *[places]float32) *scratch {
	s, _ := scratches.Get().(*scratch)
	if s == nil {
		s = &scratch{}
	}
	if n := len(ix.docs); len(s.hits) < n {
		s.hits, s.marks, s.concepts = make([]hit, n), make([]mark, n), make([]mark, n)
	}
	s.ix, s.worth = ix, worth
	return s
}

func (s *scratch) release() {
	for _, d := range s.touched {
		s.hits[d] = hit{}
	}
	*s = scratch{hits: s.hits, marks: s.marks, concepts: s.concepts, touched: s.touched[:0], readings: s.readings[:0],
		marked: s.marked[:0], inAll: s.inAll[:0]}
	scratches.Put(s)
}

func (s *scratch) hit(doc int32) *hit {
	h := &s.hits[doc]
	if h.words == 0 && h.key == 0 {
		h.doc = doc
		s.touched = append(s.touched, doc)
	}
	return h
}

const (
	synonymQuality = 0.6
	weakShare      = 0.25
	lateness       = 0.25 // what a word loses that stands late in a description
)

// words adds what the words of the query find.
func (s *scratch) words(q query) {
	s.known = true
	for _, c := range s.ix.concepts(q.words) {
		s.concept(c)
		weight := idf(len(s.ix.docs), len(s.inAll))
		if c.weak {
			weight *= weakShare
		}
		s.weight += weight
		for _, d := range s.inAll {
			m := &s.concepts[d]
			h := s.hit(d)
			value := weight * m.value
			h.words += value
			h.cover += weight * m.quality
			if value > h.top {
				h.top, h.place, h.product = value, m.place, m.product
			}
			*m = mark{}
		}
		s.inAll = s.inAll[:0]
	}
}

// concept fills s.concepts for the documents in s.inAll.
func (s *scratch) concept(c concept) {
	for i, alternative := range c.alternatives {
		share := float32(1)
		if i > 0 {
			share = synonymQuality
		}
		s.alternative(alternative, i == 0)
		for _, d := range s.marked {
			m := &s.marks[d]
			if int(m.stage) == len(alternative) {
				m.value *= share / float32(len(alternative))
				m.quality *= share / float32(len(alternative))
				best := &s.concepts[d]
				if best.value == 0 {
					s.inAll = append(s.inAll, d)
				}
				if m.value > best.value {
					*best = *m
				}
			}
			*m = mark{}
		}
		s.marked = s.marked[:0]
	}
}

// alternative sums up the words of a phrase in s.marks; those documents whose
// stage is the number of words have them all.
func (s *scratch) alternative(phrase []string, typed bool) {
	for i, word := range phrase {
		if typed {
			s.readings = s.ix.read(word, s.readings[:0])
			s.known = s.known && len(s.readings) > 0 && s.readings[0].quality >= stemQuality
		} else {
			s.readings = s.ix.readStem(word, s.readings[:0])
		}
		s.word(uint8(i), typed)
	}
}

// word marks, in the documents that have the words before it, the best place
// of the word that s.readings are of. Names count only for what was typed.
func (s *scratch) word(before uint8, typed bool) {
	for _, r := range s.readings {
		t := &s.ix.terms[r.term]
		for _, p := range s.ix.postings[t.first:t.last] {
			value := s.worth[p.place]
			if value == 0 || !typed && p.place.field() == ByName {
				continue
			}
			m := &s.marks[p.doc]
			switch m.stage {
			case before: // the first time this word is met here
				if before == 0 {
					s.marked = append(s.marked, p.doc)
				}
				m.stage++
				m.base.value, m.base.quality = m.value, m.quality
				m.place, m.product = places, 0
			case before + 1:
			default:
				continue
			}
			if p.place.early() {
				value *= 1 - lateness*float32(min(p.at, 8))/8
			}
			if total := m.base.value + value*r.quality; total > m.value || m.place == places {
				m.value, m.quality = total, m.base.quality+r.quality
				m.place, m.product = p.place, p.at
			}
		}
	}
}
