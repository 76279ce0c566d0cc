package search

import (
	"strings"
)

// reading is a word of the index that a word of the query may mean, and how well, up
// to 1 for the word itself.
type reading struct {
	term    int32
	quality float32 // 1: the word itself
}

const (
	formQuality   = 0.97 // another form of the same word
	stemQuality   = 0.93 // another word of the same stem
	prefixQuality = 0.55 // a longer term; the quality grows with the share of it that the word covers
	typoQuality   = 0.85 // reduced by the share of wrong letters
)

// The least number of letters that count as the beginning of a word.
const (
	minNamePrefix = 3
	minTextPrefix = 5
)

// maxPrefixed bounds the terms that read looks at for one beginning.
const maxPrefixed = 300

// read appends to out the words of the index that word may mean, and returns out. These
// are word itself, other words with its stem and, unless word is short or everyday
// language, longer words that begin with it. If none of them is word itself, another
// form of it, or a longer word of a name, read also adds words that word may be with a
// typing error: only whole names, if other words have its stem. It adds no such words
// if exact is true, or if word is common in French or English.
func (ix *index) read(word string, exact bool, out []reading) []reading {
	own := int32(-1)
	known, derived, named := false, false, false
	if stem, ok := ix.stem(stem(word)); ok {
		own = stem
		for _, t := range ix.termsOf(stem) {
			q := float32(stemQuality)
			switch {
			case ix.termText(t) == word:
				q, known = 1, true
			case form(ix.termText(t)) == form(word):
				q, known = formQuality, true
			default:
				derived = true
			}
			out = append(out, reading{t, q})
		}
	}
	if len(word) >= minNamePrefix && frequency(stem(word)) < ordinary || len(word) == 2 && strings.ContainsAny(word, "0123456789") {
		first, _ := ix.findTerm(word)
		for i := first; i < len(ix.terms) && i < first+maxPrefixed && strings.HasPrefix(ix.termText(int32(i)), word); i++ {
			t := &ix.terms[i]
			if t.stem == own || len(word) == int(t.text.n) || len(word) < minTextPrefix && !t.named() {
				continue
			}
			named = named || t.named()
			share := float32(len(word)) / float32(t.text.n)
			out = append(out, reading{int32(i), prefixQuality + (stemQuality-prefixQuality)*share*share})
		}
	}
	switch {
	case known || named || exact || frequency(stem(word)) >= properWord:
	case derived:
		out = ix.readTypo(word, wholeName, out)
	default:
		out = ix.readTypo(word, textWord, out)
	}
	return out
}

// readStem appends to out the words of the index with that stem, if there are any, and
// returns out.
func (ix *index) readStem(stem string, out []reading) []reading {
	if id, ok := ix.stem(stem); ok {
		for _, t := range ix.termsOf(id) {
			out = append(out, reading{t, 1})
		}
	}
	return out
}

// readTypo appends to out, and returns, the words of the index that word may be with a
// typing error. It leaves out words whose class (typoTarget) is below least, such as
// the words of texts.
func (ix *index) readTypo(word string, least typoTarget, out []reading) []reading {
	for _, s := range ix.termSlips.find(word, least, ix.termText, nil) {
		length := min(len(word), int(ix.terms[s.id].text.n))
		out = append(out, reading{s.id, typoQuality * (1 - s.cost/float32(length+1))})
	}
	return out
}
