package search

import (
	"slices"

	"heraut/text"
)

// maxTerms bounds the words that are taken from one text.
const maxTerms = 400

// TextTerms are what texts in French or English are compared by.
type TextTerms struct {
	// Stems are the stems of the words that say something, in order, as they
	// come: small letters and digits.
	Stems []string
	// Weak are those of Stems that say how or where rather than what.
	Weak map[string]bool
	// Senses name, each once, what several words may say: those that hold
	// «visio» and «webconférence» are the same.
	Senses []string
}

// Terms reads a text of any length, in part if it is very long.
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
