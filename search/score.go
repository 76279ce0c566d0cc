package search

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// hit is an entry found by a search, with the parts of its score and how sure the
// match is.
type hit struct {
	doc     int32
	met     bool // it is in scratch.touched
	score   float32
	words   float32 // the combined worth of its words
	cover   float32 // the quality of the answer to the query's words, by their weights
	top     float32 // the worth of the best single word
	place   place   // the place of that word
	product uint8   // what posting.at says of that word
	key     float32 // the worth of the whole query as a name

	near     float32 // nearness in meaning of its words to the query, from 0 to 1
	evidence float32 // that it answers the query, from 0 to 1
	share    float32 // of the query that its words answer
	sure     bool    // it is no guess
	common   bool    // the query is one ordinary word
	alone    bool    // the query is one word
	together bool    // words of the query stand together in it

	exactly  bool  // words of the query are its whole name
	named    bool  // words of the query are its name
	proper   bool  // the same, and they are no words of the language
	concepts uint8 // the number of concepts that it answers, weak ones aside
	answered uint8 // the number of concepts that it answers

	keyPlace   place
	keyProduct uint8
}

// isName reports whether the whole query is, without a typing error, a name of the
// entry: its own or another one, or a spelling of one, such as its first words.
// Initials do not count.
func (h *hit) isName() bool { return h.key >= exactOtherName*insideWorth }

// isNamed reports whether the query contains the entry's name, with other words or
// without, or is a single word of the name. It is false if the query is one ordinary
// word, or has several words and the name is made of ordinary ones.
func (h *hit) isNamed() bool {
	return h.place.field() == ByName && (h.top > 0 || h.key > 0) && !h.common && (h.proper || h.alone)
}

// answers reports whether the entry is about the question, rather than sharing words
// with it by chance. It must answer at least clearShare of the query. Besides, words of
// the query must stand together in one of its texts; if the query has only one concept
// that is not weak, it is enough that its word is a whole keyword or use, or one of the
// first two words of a description, stop words aside.
func (h *hit) answers() bool {
	switch {
	case h.share < clearShare:
		return false
	case h.concepts > 1:
		return h.together
	case h.place == inKeyword, h.place == inUse:
		return h.product == 0 || h.together
	case h.place.early():
		return h.product <= 1 || h.together
	}
	return false
}

// scratch holds the intermediate results of one search. It is reused for later
// searches, through a pool.
type scratch struct {
	ix         *index
	how        search
	hits       []hit // by document
	touched    []int32
	weight     float32 // the total weight of the concepts
	nearWeight float32 // the same for nearness in meaning
	unknown    bool    // the catalogue lacks some of the concepts
	common     bool    // the query is one ordinary word
	known      bool    // the catalogue knows every word of the query
	meant      string  // the query's only word, if it is one of the language
	everyday   float32 // the factor of words of everyday life
	// apart means that each concept is one word of the query, and that an entry whose
	// keywords, uses or description hold the word answers the concept.
	apart    bool
	readings []reading
	marks    []mark // of the current phrase, by document
	marked   []int32
	concepts []mark // of the current concept, by document
	found    []int32
	holding  int       // the number of documents whose mark has places in same
	nearness []float32 // of the current word, by document
	nearby   []int32   // the documents with a nearness
}

// mark is, for one entry, the result so far of looking for the words of one phrase.
type mark struct {
	value, quality float32 // summed over its words
	stage          uint8   // the number of its words found
	place          place   // the best place of the last of them
	product        uint8   // the product's index, if place is inProduct
	seen           placeSet
	// same holds the places of the typed word, and of others with its stem, that count
	// for nearness in meaning.
	same placeSet
	top  float32 // the worth of the last word in its best place

	base struct{ value, quality float32 } // without the last word
}

// placeSet is a set of kinds of text (place), as bits.
type placeSet uint16

func (s placeSet) has(p place) bool { return s&(1<<p) != 0 }
func (s *placeSet) add(p place)     { *s |= 1 << p }

var scratches sync.Pool

// scratch returns an empty scratch for one search in the index with the settings how.
// The caller calls its method release afterwards.
func (ix *index) scratch(how search) *scratch {
	s, _ := scratches.Get().(*scratch)
	if s == nil {
		s = &scratch{}
	}
	if n := len(ix.docs); len(s.hits) < n {
		s.hits, s.marks, s.concepts, s.nearness = make([]hit, n), make([]mark, n), make([]mark, n), make([]float32, n)
	}
	s.ix, s.how = ix, how
	return s
}

func (s *scratch) release() {
	for _, d := range s.touched {
		s.hits[d] = hit{}
	}
	*s = scratch{nearness: s.nearness, hits: s.hits, marks: s.marks, concepts: s.concepts, touched: s.touched[:0], readings: s.readings[:0],
		marked: s.marked[:0], found: s.found[:0], nearby: s.nearby[:0]}
	scratches.Put(s)
}

// hit returns the result for the entry with the number doc; a new one if the search
// has not met the entry yet.
func (s *scratch) hit(doc int32) *hit {
	h := &s.hits[doc]
	if !h.met {
		h.met, h.doc = true, doc
		s.touched = append(s.touched, doc)
	}
	return h
}

// The factors by which parts of a match count less or more.
const (
	synonymValue   = 0.6 // of a match of a synonym
	synonymQuality = 0.8
	apartValue     = 0.6  // of a phrase whose words do not stand together
	apartQuality   = 0.8  // the same, for its quality
	weakShare      = 0.25 // of a word that helps only when it matches
	elsewhereShare = 2.5  // of a word of everyday life rather than software
	askedShare     = 1.3  // the same, in a sentence that asks for software
	unknownOfMany  = 0.3  // of an unknown word in a query of many concepts
	manyConcepts   = 4    // the least number that counts as many
	unknownShare   = 0.8  // of an unknown word
	baseWeight     = 1.5  // of any word, in addition to its rarity
	elsewhere      = 0.08 // the bonus for another place, as a share of the value there
	otherness      = 0.1  // the loss of a word for each other word in its keyword
	lateness       = 0.25 // the loss of a word at the end of a description
)

// words looks for the words of the query in all entries, and adds to the results how
// well each entry has them, or words near in meaning. It sets the weights of the query
// in s, and whether catalogue and language know its words.
func (s *scratch) words(q query) {
	s.known = true
	s.common = allProper(q.words)
	if len(q.words) == 1 && frequency(stem(q.words[0])) >= realWord {
		s.meant = q.words[0]
	}
	s.everyday = elsewhereShare
	if q.sentence && !q.stated {
		s.everyday = askedShare
	}
	all := s.ix.concepts(q.words)
	s.apart = s.how.worth == searchWorth && len(all) == len(q.words)
	first := true // all concepts so far were weak
	for _, c := range all {
		s.concept(c)
		weight := s.conceptWeight(c, first && len(all) > 1, len(all) >= manyConcepts)
		first = first && c.weak
		s.weight += weight
		typed := c.alternatives[0]
		switch {
		case !s.readsMeaning():
			s.addConcept(c, weight, 0)
		case len(typed) == 1:
			near := s.nears(typed[0], len(all))
			s.addConcept(c, weight, near)
			s.addNearby(near)
		case len(s.found) > 0:
			s.nearWeight += weight
			s.addConcept(c, weight, 0)
		default:
			for _, word := range typed {
				s.holders(word)
				s.addNearby(s.nears(word, len(all)))
			}
		}
	}
}

// readsMeaning reports whether the search also counts words near in meaning.
func (s *scratch) readsMeaning() bool { return !s.how.exact && s.how.cover == 0 }

// addConcept adds to the results how well the entries in s.found have the concept c,
// whose weight it gets, and forgets them. An entry that holds the typed word of c, or
// another with its stem, gets near as its nearness to that word.
func (s *scratch) addConcept(c concept, weight, near float32) {
	phrase := len(c.alternatives[0]) > 1
	for _, d := range s.found {
		m := &s.concepts[d]
		h := s.hit(d)
		value := weight * m.value
		h.words += value
		h.cover += weight * m.quality
		h.answered++
		switch {
		case phrase:
			h.near += weight * m.quality
		case m.same != 0:
			h.near += near
		}
		if !c.weak {
			h.concepts++
		}
		if value > h.top {
			h.top, h.place, h.product = value, m.place, m.product
		}
		*m = mark{}
	}
	s.found = s.found[:0]
}

// idf returns the inverse document frequency, the usual weight of a word in searches.
// docs is the number of documents, found the number of those that hold the word: the
// smaller found, the higher the weight.
func idf(docs, found int) float32 {
	return float32(math.Log(1 + float64(docs)/(1+float64(found))))
}

// conceptWeight returns how much the concept c of the query counts, and sets s.unknown
// if no entry has c. Call it after the search for c. A word of everyday life
// (elsewhereWords) counts more than others; any other concept counts less if no entry
// has it, above all if the query has many (ofMany is true). A concept counts very
// little, and s.unknown stays, if it is weak, or if no entry has it and it is a
// circumstance such as a place, an edition, a number beside a software that was found,
// or, if mayBeAction is true, a verb before its object.
func (s *scratch) conceptWeight(c concept, mayBeAction, ofMany bool) float32 {
	weight := (baseWeight + idf(len(s.ix.docs), len(s.found))) * float32(len(c.alternatives[0]))
	switch {
	case c.weak:
		weight *= weakShare
	case elsewhereWords[c.alternatives[0][0]]:
		weight *= s.everyday
		s.unknown = s.unknown || len(s.found) == 0
	case len(s.found) > 0:
	case mayBeAction && isInfinitive(c.alternatives[0][0]), circumstances[c.alternatives[0][0]], editions[c.alternatives[0][0]],
		len(s.touched) > 0 && isNumber(c.alternatives[0][0]):
		weight *= weakShare
	case ofMany:
		weight *= unknownOfMany
		s.unknown = true
	default:
		weight *= unknownShare
		s.unknown = true
	}
	return weight
}

// concept looks for one part of the query, a word or a phrase with its synonyms, in all
// entries. For each entry that has this part, it stores in s.concepts how well the part
// fits, and adds the number of the entry to s.found.
func (s *scratch) concept(c concept) {
	s.holding = 0
	for i, alternative := range c.alternatives {
		value, quality := float32(1), float32(1)
		if i > 0 {
			value, quality = synonymValue, synonymQuality
		}
		s.alternative(alternative, i == 0)
		if i == 0 && len(alternative) == 1 { // what it marked is the result so far
			s.marks, s.concepts = s.concepts, s.marks
			s.marked, s.found = s.found, s.marked
			continue
		}
		ids := s.ix.idsOf(alternative)
		for _, d := range s.marked {
			m := &s.marks[d]
			together := int(m.stage) == len(alternative) && s.ix.says(d, ids)
			if together || int(m.stage) == len(alternative) && i == 0 {
				value := value
				quality := quality
				if !together {
					value *= apartValue
					quality *= apartQuality
				}
				m.value *= value / float32(len(alternative))
				m.quality *= quality / float32(len(alternative))
				best := &s.concepts[d]
				if best.value == 0 {
					s.found = append(s.found, d)
				}
				if m.value > best.value {
					same := best.same
					*best = *m
					best.same = same
				}
			}
			*m = mark{}
		}
		s.marked = s.marked[:0]
	}
}

// alternative looks for the words of one phrase in all entries. For each entry that has
// the first word, it stores in s.marks how many of the words the entry has and how well
// they fit, and adds the number of the entry to s.marked. typed says that the person
// typed the phrase, as opposed to a synonym. If a typed word does not occur in the
// catalogue, alternative clears s.known.
func (s *scratch) alternative(phrase []string, typed bool) {
	for i, word := range phrase {
		alone := ""
		if typed {
			s.readings = s.ix.read(word, s.how.exact, s.readings[:0])
			s.known = s.known && slices.ContainsFunc(s.readings, func(r reading) bool { return r.quality >= formQuality })
			if len(phrase) == 1 && s.readsMeaning() {
				alone = word
			}
		} else {
			s.readings = s.ix.readStem(word, s.readings[:0])
		}
		s.word(uint8(i), typed, alone)
	}
}

// The places of names, and of words that only typed words match.
const (
	namePlaces  = placeSet(1<<inName | 1<<inNamePart | 1<<inOtherName)
	typedPlaces = namePlaces | 1<<inProduct
	// againPlaces are those that add to the worth of a word found elsewhere.
	againPlaces = placeSet(1<<places-1) &^ (1<<inCategory | 1<<inUse)
)

// placesOf returns the kinds of text in which r, a word of the index that a word of the
// query may mean, counts. In the names of entries and products, only a word that the
// person typed (typed) counts, and in the names of entries not another word of the same
// stem. Another form of the word does not count in a part of a name in camel case; nor,
// if the query is a single word of the language (s.meant), in names, unless it begins
// with that word.
func (s *scratch) placesOf(r reading, typed bool) placeSet {
	var out placeSet
	for p := range places {
		if s.how.worth.has(p) {
			out.add(p)
		}
	}
	if !typed {
		out &^= typedPlaces
	}
	switch r.quality { // names are not inflected
	case stemQuality:
		out &^= namePlaces
	case formQuality:
		out &^= 1 << inNamePart
		if s.meant != "" && !strings.HasPrefix(s.ix.termText(r.term), s.meant) {
			out &^= namePlaces
		}
	}
	return out
}

// word looks for the next word of a phrase, which s.readings holds in all its readings.
// before is the number of the phrase's words before it: only entries that have all of
// these count. In s.marks, it stores the best place of the word in each entry. typed
// says that the person typed the word; a synonym does not count in names.
//
// Unless alone is empty, it is the word itself, typed and no part of a phrase: word then
// also does what holders does, in the same pass. It stores in mark.same, instead of
// s.nearby, the entries that count both ways.
func (s *scratch) word(before uint8, typed bool, alone string) {
	own := int32(-1)
	if alone != "" {
		own, _ = s.ix.stem(stem(alone))
	}
	for _, r := range s.readings {
		t := &s.ix.terms[r.term]
		counts, same := s.placesOf(r, typed), placeSet(0)
		if t.stem == own {
			same = s.nearPlaces(t, alone)
		}
		for _, p := range s.ix.postings[t.first:t.last] {
			if !counts.has(p.place) {
				if same.has(p.place) {
					s.holds(p.doc)
				}
				continue
			}
			m := &s.marks[p.doc]
			switch m.stage {
			case before: // the first occurrence of this word in the document
				if before == 0 {
					s.marked = append(s.marked, p.doc)
				}
				m.stage++
				m.base.value, m.base.quality = m.value, m.quality
				m.top, m.seen = 0, 0
			case before + 1:
			default:
				continue
			}
			if same.has(p.place) {
				if m.same == 0 {
					s.holding++
				}
				m.same.add(p.place)
			}
			value := s.how.worth[p.place][min(p.at, maxFade)] * r.quality
			again := float32(0) // the bonus for occurring in several places
			if m.seen != 0 {
				again = m.value - m.base.value - m.top
				if !m.seen.has(p.place) && againPlaces.has(p.place) {
					again += elsewhere * min(value, m.top)
				}
			}
			m.seen.add(p.place)
			if value > m.top {
				m.top, m.quality = value, m.base.quality+r.quality
				m.place, m.product = p.place, p.at
			}
			if namePlaces.has(m.place) {
				again = 0 // so that software of the same name ties
			}
			m.value = m.base.value + m.top + again
		}
	}
}
