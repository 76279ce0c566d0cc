package search

import (
	"slices"

	"heraut/text"
)

// maxTerms bounds the stems that Terms takes from one text.
const maxTerms = 400

// TextTerms holds the terms by which to compare French and English texts.
type TextTerms struct {
	// Stems are the stems of the words, without stop words, in order and with
	// repetitions: lower-case letters and digits.
	Stems []string
	// Weak is the subset of Stems that say how or where rather than name the need.
	Weak map[string]bool
	// Senses names the sense of each phrase of the thesaurus and of each need (needs.txt)
	// in the text, once: texts that hold «visio» and «webconférence» share one.
	Senses []string
	// Saying are the stems that say each sense.
	Saying map[string][]string
}

// Terms returns the stems and meanings in a text, to compare it with others. A meaning
// is the concept that synonyms share, or a need that words express together. Of a very
// long text it takes the first maxTerms stems.
func Terms(s string) TextTerms { return termsOf(s, 1) }

// AnswerTerms is Terms for an answer: it leaves out needs that a single word says, since a
// long text holds some word of many needs.
func AnswerTerms(s string) TextTerms { return termsOf(s, 2) }

// termsOf returns the terms of a text, with the needs that at least minWords words say.
func termsOf(s string, minWords int) TextTerms {
	t := TextTerms{Weak: map[string]bool{}, Saying: map[string][]string{}}
	for _, w := range text.Words(withoutURLs(s)) {
		if stopWords[w] {
			continue
		}
		if len(t.Stems) == maxTerms {
			break
		}
		s := stem(w)
		t.Stems = append(t.Stems, s)
		if weakWords[w] {
			t.Weak[s] = true
		}
	}
	for i, s := range t.Stems {
		for _, p := range synonyms()[s] {
			if n := i + len(p.stems); n <= len(t.Stems) && slices.Equal(p.stems, t.Stems[i:n]) {
				t.says(p.sense, p.stems)
			}
		}
	}
	needs().said(t.Stems, func(senses []string, places []int) {
		if len(places) < minWords {
			return
		}
		stems := make([]string, len(places))
		for i, place := range places {
			stems[i] = t.Stems[place]
		}
		for _, s := range senses {
			t.says(s, stems)
		}
	})
	return t
}

// says records in t that stems of the text say a sense.
func (t *TextTerms) says(sense string, stems []string) {
	if !slices.Contains(t.Senses, sense) {
		t.Senses = append(t.Senses, sense)
	}
	for _, s := range stems {
		if !slices.Contains(t.Saying[sense], s) {
			t.Saying[sense] = append(t.Saying[sense], s)
		}
	}
}

// NearStem is a stem that is near in meaning to another one; Nearness says how near,
// above 0 and at most 1.
type NearStem struct {
	Stem     string
	Nearness float64
}

// NearStems returns the stems that are near in meaning to a stem of Terms, the nearest
// first; none for a stem that is not in the program's table.
func NearStems(stem string) (near []NearStem) {
	id, ok := vocabulary.find(stem)
	if !ok {
		return nil
	}
	vocabulary.eachNear(id, func(other string, cosine float32) {
		if n := float64((cosine - leastCosine) / (1 - leastCosine)); n > 0 {
			near = append(near, NearStem{other, n})
		}
	})
	return near
}

// Frequency returns how common a stem's words are in French or English: the decimal
// logarithm of their number in a billion words, 0 for an unknown stem, such as those of
// many stop words. The search takes words from 4.4 on (properWord) as common, from 4.9
// on (ordinary) as everyday language.
func Frequency(stem string) float64 { return float64(frequency(stem)) }
