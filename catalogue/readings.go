package catalogue

import (
	"cmp"
	"slices"
	"strings"
)

// reading is a term that a word of the query may stand for.
type reading struct {
	term    int32
	quality float32 // 1: the word itself
}

const (
	stemQuality   = 0.95
	prefixQuality = 0.55 // and more, the more of the term is there
	typoQuality   = 0.85 // less the share of the letters that are wrong
)

// maxPrefixed bounds the terms that one beginning may stand for.
const maxPrefixed = 300

// read appends the terms that word may stand for: itself, the other forms of
// its stem, the terms that it begins, and failing these what it may be a slip
// of.
func (ix *index) read(word string, out []reading) []reading {
	start := len(out)
	own := int32(-1)
	if stem, ok := ix.stemAt[stem(word)]; ok {
		own = stem
		for _, t := range ix.stems[stem].terms {
			q := float32(stemQuality)
			if ix.terms[t].text == word {
				q = 1
			}
			out = append(out, reading{t, q})
		}
	}
	known := len(out) > start
	named := false
	if len(word) >= 2 {
		first, _ := slices.BinarySearchFunc(ix.terms, word, func(t term, w string) int { return cmp.Compare(t.text, w) })
		for i := first; i < len(ix.terms) && i < first+maxPrefixed && strings.HasPrefix(ix.terms[i].text, word); i++ {
			t := &ix.terms[i]
			if t.stem == own || t.text == word || len(word) < 3 && !t.named {
				continue
			}
			named = named || t.named
			share := float32(len(word)) / float32(len(t.text))
			out = append(out, reading{int32(i), prefixQuality + (stemQuality-prefixQuality)*share*share})
		}
	}
	if !known && !named {
		out = ix.readTypo(word, out)
	}
	return out
}

// readStem appends the terms of a stem.
func (ix *index) readStem(stem string, out []reading) []reading {
	if id, ok := ix.stemAt[stem]; ok {
		for _, t := range ix.stems[id].terms {
			out = append(out, reading{t, 1})
		}
	}
	return out
}

// readTypo appends the terms that word may be a slip of: words of names first
// of all, others with more caution.
func (ix *index) readTypo(word string, out []reading) []reading {
	set := lettersOf(word)
	for i := range ix.terms {
		t := &ix.terms[i]
		length := min(len(word), len(t.text))
		budget := typoBudget(length)
		if !t.named {
			budget = textTypoBudget(length)
		}
		if budget == 0 || set.far(t.set, budget) {
			continue
		}
		d := distance(word, t.text, budget)
		if !t.named && word[0] != t.text[0] {
			d += 0.5
		}
		if d <= budget {
			out = append(out, reading{int32(i), typoQuality * (1 - d/float32(length+1))})
		}
	}
	return out
}

// textTypoBudget is typoBudget for words that are no names, which are closer to
// other words of the language.
func textTypoBudget(length int) float32 {
	switch {
	case length < 5:
		return 0
	case length < 9:
		return 1
	case length < 12:
		return 1.6
	}
	return 2
}
