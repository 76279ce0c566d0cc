package search

import (
	"cmp"
	"slices"

	"heraut/flat"
)

// index holds what a search reads: in which entries each word occurs, and the
// spellings of the entries' names. Its slices hold no pointers, so that it is stored
// as it is.
type index struct {
	texts string // of keys, terms and stems
	keys  []key  // sorted by text
	terms []term // sorted by text
	stems []span
	// stemSlots is a hash table of stems; a slot holds the stem's number and one more.
	stemSlots []int32
	// stemTerms holds the terms of each stem side by side, those of stem i between
	// stemStarts[i] and stemStarts[i+1].
	stemTerms, stemStarts []int32
	postings              []posting
	docs                  []document
	words                 []int32 // the stems of the texts of docs

	termSlips slipIndex
	keySlips  slipIndex // of the first key with each text
	nearNames slipIndex // of the keys that name listed software

	file *flat.File // that holds the slices; nil if the heap does
}

// span is the place of a text within the one long text of the index: where it begins
// and how long it is.
type span struct{ at, n uint32 }

// text returns the text at a place within the one long text of the index.
func (ix *index) text(s span) string { return ix.texts[s.at : s.at+s.n] }

// termText returns the word with that number in the index; keyText does the same for a
// name.
func (ix *index) termText(i int32) string { return ix.text(ix.terms[i].text) }
func (ix *index) keyText(i int32) string  { return ix.text(ix.keys[i].text) }

// key is a nameKey, one spelling of a name, as the index holds it: with the place of
// its text instead of the text.
type key struct {
	text    span
	doc     int32
	worth   float32
	place   place
	product uint8
}

// keysWith returns the names in the index that are exactly text, given without spaces,
// case and accents, the one of highest worth first; empty if there are none.
func (ix *index) keysWith(text string) []key {
	i, _ := slices.BinarySearchFunc(ix.keys, text, func(k key, t string) int { return cmp.Compare(ix.text(k.text), t) })
	j := i
	for j < len(ix.keys) && ix.keyText(int32(j)) == text {
		j++
	}
	return ix.keys[i:j]
}

// findTerm looks text up among the words of the index, which are in alphabetical order.
// If text is one of them, it returns the number of the word and true; otherwise the
// number at which the word would stand, and false.
func (ix *index) findTerm(text string) (int, bool) {
	return slices.BinarySearchFunc(ix.terms, text, func(t term, w string) int { return cmp.Compare(ix.text(t.text), w) })
}

// stem returns the number of the stem text; -1 and false if no entry has a word with
// that stem.
func (ix *index) stem(text string) (int32, bool) {
	for i := stemSlot(text); ; i++ {
		slot := ix.stemSlots[i&uint32(len(ix.stemSlots)-1)]
		if slot == 0 {
			return -1, false
		}
		if ix.text(ix.stems[slot-1]) == text {
			return slot - 1, true
		}
	}
}

// stemSlot returns the hash by which the index finds a stem (FNV-1a).
func stemSlot(text string) uint32 {
	h := uint32(2166136261)
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	return h
}

// termsOf returns the numbers of the words with that stem, in alphabetical order.
func (ix *index) termsOf(stem int32) []int32 {
	return ix.stemTerms[ix.stemStarts[stem]:ix.stemStarts[stem+1]]
}

// term is a word that occurs in entries, folded (lower case without accents), with the
// place of its occurrences in the index.
type term struct {
	text        span
	stem        int32
	first, last int32 // its postings
	target      typoTarget
}

// named reports whether the word occurs in the name of an entry or of a product, or is
// a part of a word there, as Libre in LibreOffice.
func (t *term) named() bool { return t.target != textWord }

// posting is the first occurrence of a word in one kind of text of an entry, such as its
// name or its description.
type posting struct {
	doc   int32
	place place
	// at is the number of words before it, at most 255. In a keyword and in a use it
	// is the number of other words, in a product the product's index.
	at uint8
}

// place is the kind of text in which a word occurs in an entry: a name, a keyword, the
// description and so on.
type place uint8

const (
	inName place = iota
	inNamePart
	inOtherName
	inKeyword
	inProduct
	inDescription
	inUse // of usesText
	inExternal
	inEnglish
	inCategory
	places
)

// searchWorth is the worth of a word by its place.
var searchWorth = worthOf([places]float32{
	inName: 1, inNamePart: 0.85, inOtherName: 0.8, inKeyword: 0.75, inProduct: 0.7,
	inDescription: 0.55, inUse: 0.5, inExternal: 0.5, inEnglish: 0.48, inCategory: 0.3,
})

// The worth of a word in a search for a product to replace: productWorth in the
// names of products, mentionWorth in the texts about a software.
var (
	productWorth = worthOf([places]float32{inProduct: 1})
	mentionWorth = worthOf([places]float32{inKeyword: 0.75, inDescription: 0.55, inExternal: 0.5, inEnglish: 0.5})
)

// worths holds how much a word counts. The first index is the kind of text in which the
// word occurs; the second one is the number of words before it or, in a keyword or a
// use, the number of the other words.
type worths [places][maxFade + 1]float32

// maxFade is the value of posting.at from which words fade no more.
const maxFade = 8

// worthOf returns how much a word counts in each kind of text and at each position
// there. byPlace holds the worth of each kind of text, which a word has at most. A word
// counts less the later it stands in a description, and the more other words a keyword
// or a use has.
func worthOf(byPlace [places]float32) *worths {
	var w worths
	for p, worth := range byPlace {
		for at := range w[p] {
			switch p := place(p); {
			case p.early():
				w[p][at] = worth * (1 - lateness*float32(at)/maxFade)
			case p == inKeyword, p == inUse:
				w[p][at] = worth * (1 - otherness*float32(min(at, 3)))
			default:
				w[p][at] = worth
			}
		}
	}
	return &w
}

// has reports whether words in this kind of text count at all.
func (w *worths) has(p place) bool { return w[p][0] > 0 }

// early reports whether words in this kind of text count more the earlier they stand,
// as in a description.
func (p place) early() bool { return p == inDescription || p == inExternal || p == inEnglish }

// field returns the Field that a match in this kind of text reports to callers: ByName
// for names, ByKeyword for keywords and categories, ByAlternative for products, and
// ByDescription for all other texts.
func (p place) field() Field {
	switch p {
	case inName, inNamePart, inOtherName:
		return ByName
	case inKeyword, inCategory:
		return ByKeyword
	case inProduct:
		return ByAlternative
	}
	return ByDescription
}

// document holds the data about one entry by which results are ranked, besides its
// words: users, recommendation, phrases.
type document struct {
	// The stems of its texts in index.words: its phrases, then its description, then
	// the others.
	phrases, description, others, end uint32
	people                            int32
	withdrawn, recommended            bool
}

// docTexts holds the texts of one entry as numbers of stems: keywords and uses, the
// description, and the others.
type docTexts struct {
	phrases     phrases // the keywords and uses
	description []int32
	others      phrases // the other texts
}

// textsOf returns the texts of the entry with the number doc.
func (ix *index) textsOf(doc int32) docTexts {
	d := &ix.docs[doc]
	return docTexts{ix.words[d.phrases:d.description], ix.words[d.description:d.others], ix.words[d.others:d.end]}
}
