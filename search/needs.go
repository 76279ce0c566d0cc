package search

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// needsText says in which ways people express a need without the words of the thesaurus:
// «combien de visiteurs» for «mesure d'audience». Each line holds the names of a need,
// separated by commas, a colon, and the ways, separated by commas. A name is a phrase of
// the thesaurus, or names a sense of its own. A way holds words, of which each may have
// alternatives ("perdre/oublier code"); a text says it if it holds one alternative of
// each, near each other and in any order.
//
//go:embed needs.txt
var needsText string

// needTable holds the ways of needsText by the stems of their words.
type needTable struct {
	ways []needWay
	at   map[string][]wayWord
}

// needWay is one way to express a need: the number of its words, and the senses that it
// says (TextTerms.Senses).
type needWay struct {
	words  int
	senses []string
}

// wayWord is a word of a way: the number of the way, and the word's place in it.
type wayWord struct {
	way  uint16
	word uint8
}

// needs is parsed at the first use.
var needs = sync.OnceValue(parseNeeds)

func parseNeeds() *needTable {
	t := &needTable{at: map[string][]wayWord{}}
	for line := range strings.Lines(needsText) {
		names, ways, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			continue
		}
		var senses []string
		for name := range strings.SplitSeq(names, ", ") {
			known := sensesOf(name)
			if known == nil {
				known = []string{senseName(contentStems(name))}
				t.add(name, known)
			}
			senses = append(senses, known...)
		}
		senses = slices.Clip(senses)
		for way := range strings.SplitSeq(ways, ", ") {
			t.add(way, senses)
		}
	}
	return t
}

// sensesOf returns the senses of a phrase of the thesaurus; nil if it has no such phrase.
func sensesOf(phrase string) (senses []string) {
	stems := contentStems(phrase)
	for _, p := range synonyms()[stems[0]] {
		if slices.Equal(p.stems, stems) {
			senses = append(senses, p.sense)
		}
	}
	return senses
}

// add adds a way to express the senses.
func (t *needTable) add(way string, senses []string) {
	words := 0
	for word := range strings.FieldsSeq(way) {
		known := false
		for alternative := range strings.SplitSeq(word, "/") {
			for _, s := range contentStems(alternative) {
				t.at[s] = append(t.at[s], wayWord{uint16(len(t.ways)), uint8(words)})
				known = true
			}
		}
		if known {
			words++
		}
	}
	t.ways = append(t.ways, needWay{words, senses})
}

// wayGap is how many other words may stand between the words of a way.
const wayGap = 3

// maxWayWords limits the words of a way.
const maxWayWords = 8

// wayProgress is where a text holds the words of one way.
type wayProgress struct {
	last [maxWayWords]int // the last place of each word, from 1; 0: none yet
}

// complete returns the places, counted from 0, at which the text holds the words of the
// way, and true, if it holds all of them at different places near each other. words is
// their number, and at the place of the word that was found last.
func (p *wayProgress) complete(words, at int) (places []int, ok bool) {
	first := slices.Min(p.last[:words])
	if first == 0 || at+1-first >= words+wayGap {
		return nil, false
	}
	for _, place := range p.last[:words] {
		if slices.Contains(places, place-1) {
			return nil, false
		}
		places = append(places, place-1)
	}
	return places, true
}

// said calls do for each way that the stems of a text say, with the places of the stems
// that say it. It may call do several times for one way.
func (t *needTable) said(stems []string, do func(senses []string, places []int)) {
	begun := map[uint16]*wayProgress{}
	for i, s := range stems {
		for _, w := range t.at[s] {
			p := begun[w.way]
			if p == nil {
				p = &wayProgress{}
				begun[w.way] = p
			}
			p.last[w.word] = i + 1
			way := &t.ways[w.way]
			if places, ok := p.complete(way.words, i); ok {
				do(way.senses, places)
			}
		}
	}
}
