package search

import (
	"slices"
)

// The bonuses for words of a query that stand together and in order: in a keyword or
// a use,
// in the description, or at its beginning, where it says what kind of software it
// is.
const (
	keywordPhraseBonus = 0.4
	phraseBonus        = 0.4
	leadingPhraseBonus = 0.7
	wholePhraseBonus   = 1.0
)

// phrases holds several texts as numbers of stems, one after the other, each ended by
// endOfText.
type phrases []int32

const endOfText = -2

// add adds a text, given as the numbers of its stems.
func (p *phrases) add(stems []int32) { *p = append(append(*p, stems...), endOfText) }

// all calls yield for each text until it returns false.
func (p phrases) all(yield func([]int32) bool) {
	for len(p) > 0 {
		n := slices.Index(p, endOfText)
		if !yield(p[:n]) {
			return
		}
		p = p[n+1:]
	}
}

// stemIDs returns the numbers of the words' stems in the index; -1 for a word that the
// index does not know.
func (ix *index) stemIDs(words []string) []int32 {
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = stem(w)
	}
	return ix.idsOf(stems)
}

// idsOf returns the numbers of stems in the index; -1 for one that the index does not
// know.
func (ix *index) idsOf(stems []string) []int32 {
	out := make([]int32, len(stems))
	for i, s := range stems {
		out[i], _ = ix.stem(s)
	}
	return out
}

// phraseBonus returns the bonus of an entry if two neighbouring words of the query, or
// more, also stand together and in order in one of its keywords or uses, or in its
// description: the share, from 0 to 1, by which its score grows; 0 if none do. It is
// larger the more of the query's words stand together, and the best place counts. stems
// are the numbers of the stems of the query's words, at least one. A single word counts
// only if it is the whole description.
func (d *docTexts) phraseBonus(stems []int32) float32 {
	if len(stems) == 1 {
		if slices.Equal(d.description, stems) {
			return wholePhraseBonus
		}
		return 0
	}
	best := float32(0)
	for k := range d.phrases.all {
		if share := together(k, stems); share > 0 {
			best = max(best, keywordPhraseBonus*share*min(1, float32(len(stems))/float32(len(k))))
		}
	}
	bonus := float32(phraseBonus)
	if len(d.description) >= len(stems) && slices.Equal(d.description[:len(stems)], stems) {
		bonus = leadingPhraseBonus
		if len(d.description) == len(stems) {
			bonus = wholePhraseBonus
		}
	}
	return max(best, bonus*together(d.description, stems))
}

// isAbout reports whether two neighbouring words of a query stand together in a keyword
// or use of the entry, or at the start of its description. stems are the numbers of the
// stems of the query's words; a single word must be the whole description.
func (d *docTexts) isAbout(stems []int32) bool {
	if len(stems) < 2 {
		return slices.Equal(d.description, stems)
	}
	for phrase := range d.phrases.all {
		if together(phrase, stems) > 0 {
			return true
		}
	}
	return together(d.description[:min(len(d.description), leadingWords)], stems) > 0
}

// leadingWords is the number of words of a description that say what kind of software
// it is.
const leadingWords = 6

// says reports whether the stems stand next to each other and in order in one text of
// the entry with the number doc. It is true for a single stem.
func (ix *index) says(doc int32, stems []int32) bool {
	if len(stems) < 2 {
		return true
	}
	d := ix.textsOf(doc)
	for _, texts := range []phrases{d.phrases, d.others} {
		for t := range texts.all {
			if together(t, stems) == 1 {
				return true
			}
		}
	}
	return together(d.description, stems) == 1
}

// together returns the share, from 0 to 1, of the neighbouring pairs in stems that are
// also neighbours in phrase, in the same order. stems must hold at least two.
func together(phrase, stems []int32) float32 {
	pairs := 0
	for i := 1; i < len(stems); i++ {
		for j := 1; j < len(phrase); j++ {
			if phrase[j-1] == stems[i-1] && phrase[j] == stems[i] {
				pairs++
				break
			}
		}
	}
	return float32(pairs) / float32(len(stems)-1)
}
