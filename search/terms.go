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
	// Senses names the sense of each phrase of the thesaurus in the text, once:
	// texts that hold «visio» and «webconférence» share one.
	Senses []string
}

// Terms reads a text of any length; of a very long one it takes the first maxTerms
// stems.
func Terms(s string) TextTerms {
	t := TextTerms{Weak: map[string]bool{}}
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
			if n := i + len(p.stems); n <= len(t.Stems) && slices.Equal(p.stems, t.Stems[i:n]) && !slices.Contains(t.Senses, p.sense) {
				t.Senses = append(t.Senses, p.sense)
			}
		}
	}
	return t
}
