package search

import (
	"cmp"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// index holds the data that a search reads: an inverted index of the words of all
// entries, and the spellings of their names.
type index struct {
	keys  []nameKey // sorted by text
	terms []term    // sorted by text
	// stemTerms holds the terms of each stem side by side, those of stem i between
	// stemStarts[i] and stemStarts[i+1].
	stemTerms, stemStarts []int32
	stemAt                map[string]int32
	postings              []posting
	docs                  []document

	termSlips slipIndex
	keySlips  slipIndex // of the first key with each text
	nearNames slipIndex // of the keys that name listed software
}

// term is a folded word as entries spell it.
type term struct {
	text        string
	stem        int32
	first, last int32 // its postings
	target      typoTarget
}

// named reports whether the term occurs in a name.
func (t *term) named() bool { return t.target != textWord }

// posting is one occurrence of a term.
type posting struct {
	doc   int32
	place place
	// at is the number of words before it, at most 255. In a keyword and in a use it
	// is the number of other words, in a product the product's index.
	at uint8
}

// place is the kind of text that holds a word.
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
var searchWorth = [places]float32{
	inName: 1, inNamePart: 0.85, inOtherName: 0.8, inKeyword: 0.75, inProduct: 0.7,
	inDescription: 0.55, inUse: 0.5, inExternal: 0.5, inEnglish: 0.48, inCategory: 0.3,
}

// The worth of a word in a search for a product to replace: productWorth in the
// names of products, mentionWorth in the texts about a software.
var (
	productWorth = [places]float32{inProduct: 1}
	mentionWorth = [places]float32{inKeyword: 0.75, inDescription: 0.55, inExternal: 0.5, inEnglish: 0.5}
)

// early reports whether words at this place say more the earlier they stand.
func (p place) early() bool { return p == inDescription || p == inExternal || p == inEnglish }

// field returns the Field that matches in this place report.
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

// document holds an entry's ranking data besides its postings.
type document struct {
	phrases     phrases // the keywords and uses
	description []int32
	others      phrases // the other texts
	people      int
	withdrawn   bool
	recommended bool
}

// maxIndexed bounds the words indexed from one text.
const maxIndexed = 255

func newIndex(c *catalogue.Catalogue) *index {
	b := indexBuilder{ids: map[string]int32{}, uses: parseUses(), index: &index{docs: make([]document, c.Len()), stemAt: map[string]int32{}}}
	for i := range c.Len() {
		b.add(int32(i), c.Entry(i))
	}
	return b.finish()
}

// indexBuilder fills an index.
type indexBuilder struct {
	*index
	ids   map[string]int32 // the ids of terms
	found []termPosting    // in the order of the entries
	uses  *knownUses
}

type termPosting struct {
	term int32
	posting
}

func (b *indexBuilder) add(doc int32, s *catalogue.Software) {
	d := &b.docs[doc]
	d.people = s.Users() + s.Referents()
	d.withdrawn, d.recommended = s.Withdrawn != nil, s.Recommended

	b.name(s.Name, nameKey{doc: doc, place: inName})
	for _, n := range append(slices.Clone(s.OtherNames), otherNames()[squash(s.Name)]...) {
		b.name(n, nameKey{doc: doc, place: inOtherName})
	}
	for i, p := range products(s) {
		b.name(p.Name, nameKey{doc: doc, place: inProduct, product: uint8(min(i, 255))})
	}
	for _, k := range s.Keywords {
		d.phrases.add(b.phrase(doc, inKeyword, k))
		b.keys = append(b.keys, keywordKeys(k, doc)...)
	}
	for _, u := range b.uses.of(ownKeys(s)...) {
		d.phrases.add(b.phrase(doc, inUse, u))
	}
	d.description = b.text(doc, inDescription, withoutLicence(s.Description.FR))
	d.others.add(b.text(doc, inExternal, withoutLicence(s.ExternalDescription.FR)))
	d.others.add(b.text(doc, inEnglish, withoutLicence(s.Description.EN)))
	d.others.add(b.text(doc, inEnglish, withoutLicence(s.ExternalDescription.EN)))
	for _, c := range s.Categories {
		d.others.add(b.text(doc, inCategory, c))
	}
	d.phrases, d.others = slices.Clip(d.phrases), slices.Clip(d.others)
}

// products returns the programs by whose names a search may find s: the ones that it
// replaces, then comparable ones outside the catalogue.
func products(s *catalogue.Software) []catalogue.Similar {
	out := slices.Clone(s.Replaces)
	for _, p := range s.Similar {
		if p.ID == "" {
			out = append(out, p)
		}
	}
	return out
}

// name indexes a name as a whole, by its words, and by their camel-case parts. key
// holds the name's document, place and product.
func (b *indexBuilder) name(name string, key nameKey) {
	b.keys = append(b.keys, nameKeys(name, key)...)
	part := key.place
	if part == inName {
		part = inNamePart
	}
	all := rawWords(name)
	target := nameWord
	if len(all) == 1 {
		target = wholeName
	}
	for at, raw := range all {
		if key.place == inProduct {
			at = int(key.product)
		}
		if w := text.Fold(raw); w != "" { // false for a word of accents only
			b.post(key.doc, key.place, w, at, target)
		}
		for _, p := range parts(raw) {
			if len(p) > 1 && key.place != inProduct {
				b.post(key.doc, part, p, at, namePart)
			}
		}
	}
}

// text indexes the words of a text and returns their stems. It also indexes two
// words joined by a hyphen as one.
func (b *indexBuilder) text(doc int32, in place, s string) []int32 {
	var stems []int32
	for _, field := range strings.Fields(withoutURLs(s)) {
		all := text.Words(field)
		for _, w := range all {
			if !stopWords[w] && len(stems) < maxIndexed {
				stems = append(stems, b.post(doc, in, w, len(stems), textWord))
			}
		}
		if len(all) == 2 && strings.Contains(field, "-") {
			b.post(doc, in, all[0]+all[1], len(stems), textWord)
		}
	}
	return stems
}

// phrase indexes a keyword or a use and returns its stems.
func (b *indexBuilder) phrase(doc int32, in place, phrase string) []int32 {
	first := len(b.found)
	stems := b.text(doc, in, phrase)
	for i := range b.found[first:] {
		b.found[first+i].at = uint8(min(max(len(stems)-1, 0), 255))
	}
	return stems
}

// post records an occurrence of word and returns the id of its stem.
func (b *indexBuilder) post(doc int32, in place, word string, at int, target typoTarget) int32 {
	id, ok := b.ids[word]
	if !ok {
		id = int32(len(b.terms))
		word = strings.Clone(word)
		b.ids[word] = id
		b.terms = append(b.terms, term{text: word, stem: b.stem(word)})
	}
	t := &b.terms[id]
	t.target = max(t.target, target)
	b.found = append(b.found, termPosting{id, posting{doc: doc, place: in, at: uint8(min(at, 255))}})
	return t.stem
}

// stem returns the id of the word's stem.
func (b *indexBuilder) stem(word string) int32 {
	text := stem(word)
	id, ok := b.stemAt[text]
	if !ok {
		id = int32(len(b.stemAt))
		if strings.HasPrefix(word, text) {
			text = word[:len(text)] // shares the term's memory
		} else {
			text = strings.Clone(text)
		}
		b.stemAt[text] = id
	}
	return id
}

// finish sorts the terms and stores the postings of each term side by side, in the
// order of documents and places. It compares the texts of terms, which are far fewer
// than the postings, and then counts the postings into their places.
func (b *indexBuilder) finish() *index {
	ix := b.index
	order := make([]int32, len(b.terms)) // the terms by text
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Compare(b.terms[x].text, b.terms[y].text) })
	next := make([]int32, len(b.terms)) // by term: the number of its postings, then the place of the next one
	for _, p := range b.found {
		next[p.term]++
	}
	sorted, first := make([]term, 0, len(order)), int32(0)
	for _, id := range order {
		t := b.terms[id]
		t.first, t.last = first, first+next[id]
		next[id], first = first, t.last
		sorted = append(sorted, t)
	}
	ix.postings = make([]posting, len(b.found))
	for _, p := range b.found {
		ix.postings[next[p.term]] = p.posting
		next[p.term]++
	}
	for _, t := range sorted {
		slices.SortFunc(ix.postings[t.first:t.last], func(x, y posting) int {
			return cmp.Or(cmp.Compare(x.doc, y.doc), cmp.Compare(x.place, y.place), cmp.Compare(x.at, y.at))
		})
	}
	ix.terms = sorted
	ix.groupTerms()
	sortKeys(ix.keys)
	ix.indexSlips()
	return ix
}

// groupTerms fills stemTerms and stemStarts.
func (ix *index) groupTerms() {
	ix.stemStarts = make([]int32, len(ix.stemAt)+1)
	for i := range ix.terms {
		ix.stemStarts[ix.terms[i].stem+1]++
	}
	for i := range ix.stemStarts[1:] {
		ix.stemStarts[i+1] += ix.stemStarts[i]
	}
	ix.stemTerms = make([]int32, len(ix.terms))
	next := slices.Clone(ix.stemStarts)
	for i := range ix.terms {
		stem := ix.terms[i].stem
		ix.stemTerms[next[stem]] = int32(i)
		next[stem]++
	}
}

// termsOf returns the terms of a stem, in the order of ix.terms.
func (ix *index) termsOf(stem int32) []int32 {
	return ix.stemTerms[ix.stemStarts[stem]:ix.stemStarts[stem+1]]
}

// indexSlips fills the slip indexes, and the one for suggestions after a miss.
func (ix *index) indexSlips() {
	for i, t := range ix.terms {
		ix.termSlips.add(t.text, int32(i), t.target)
	}
	last := ""
	for i := range ix.keys {
		if k := &ix.keys[i]; k.mistakable() && k.text != last {
			ix.keySlips.add(k.text, int32(i), wholeName)
			last = k.text
		}
		if k := &ix.keys[i]; k.place.field() == ByName && !ix.docs[k.doc].withdrawn {
			ix.nearNames.add(k.text, int32(i), wholeName)
		}
	}
	ix.termSlips.clip()
	ix.nearNames.clip()
	ix.keySlips.clip()
}
