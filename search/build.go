package search

import (
	"cmp"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// maxIndexed bounds the words indexed from one text.
const maxIndexed = 255

// newIndex returns the index of c. It makes the keys of the names while another
// goroutine takes the words of the texts, since each takes half of the time.
func newIndex(c *catalogue.Catalogue) *index {
	b := indexBuilder{
		index: &index{docs: make([]document, c.Len())}, ids: map[string]int32{}, stemIDs: map[string]int32{}, uses: parseUses(),
	}
	added := make(chan any, 1) // a panic, for the caller, who may catch it
	go func() {
		defer func() { added <- recover() }()
		for i := range c.Len() {
			b.add(int32(i), c.Entry(i))
		}
	}()
	names := sortedKeys(c)
	if p := <-added; p != nil {
		panic(p)
	}
	b.names = names
	return b.finish()
}

// sortedKeys returns the keys of all entries, which are the spellings of their names,
// products and keywords, sorted by text.
func sortedKeys(c *catalogue.Catalogue) []nameKey {
	var out []nameKey
	for i := range c.Len() {
		s := c.Entry(i)
		eachName(int32(i), s, func(name string, key nameKey) { out = append(out, nameKeys(name, key)...) })
		for _, k := range s.Keywords {
			out = append(out, keywordKeys(k, int32(i))...)
		}
	}
	sortKeys(out)
	return out
}

// eachName calls do for each name of the entry s with the number doc, and of the
// products under whose names people may find it. key holds the entry's number and the
// kind of name; for a product (products), it also holds the product's position among
// those of the entry.
func eachName(doc int32, s *catalogue.Software, do func(name string, key nameKey)) {
	do(s.Name, nameKey{doc: doc, place: inName})
	for _, n := range append(slices.Clone(s.OtherNames), otherNames()[squash(s.Name)]...) {
		do(n, nameKey{doc: doc, place: inOtherName})
	}
	for i, p := range products(s) {
		do(p.Name, nameKey{doc: doc, place: inProduct, product: uint8(min(i, 255))})
	}
}

// indexBuilder collects the words of all entries while an index is built.
type indexBuilder struct {
	*index
	ids     map[string]int32 // the ids of words
	words   []builtTerm      // by id
	stemIDs map[string]int32
	stems   []string      // by id
	names   []nameKey     // the sorted keys
	found   []termPosting // in the order of the entries
	uses    *knownUses
}

// builtTerm is a word while an index is built, before its place in the sorted list of
// words is known.
type builtTerm struct {
	text   string
	stem   int32
	target typoTarget
}

type termPosting struct {
	term int32
	posting
}

func (b *indexBuilder) add(doc int32, s *catalogue.Software) {
	d := &b.docs[doc]
	d.people = int32(s.Users() + s.Referents())
	d.withdrawn, d.recommended = s.Withdrawn != nil, s.Recommended

	eachName(doc, s, b.name)
	var texts docTexts
	for _, k := range s.Keywords {
		texts.phrases.add(b.phrase(doc, inKeyword, k))
	}
	for _, u := range b.uses.of(ownKeys(s)...) {
		texts.phrases.add(b.phrase(doc, inUse, u))
	}
	texts.description = b.text(doc, inDescription, withoutLicence(s.Description.FR))
	texts.others.add(b.text(doc, inExternal, withoutLicence(s.ExternalDescription.FR)))
	texts.others.add(b.text(doc, inEnglish, withoutLicence(s.Description.EN)))
	texts.others.add(b.text(doc, inEnglish, withoutLicence(s.ExternalDescription.EN)))
	for _, c := range s.Categories {
		texts.others.add(b.text(doc, inCategory, c))
	}
	all := &b.index.words
	d.phrases = uint32(len(*all))
	*all = append(*all, texts.phrases...)
	d.description = uint32(len(*all))
	*all = append(*all, texts.description...)
	d.others = uint32(len(*all))
	*all = append(*all, texts.others...)
	d.end = uint32(len(*all))
}

// products returns the programs under whose names people may find the entry s: the
// products that s replaces, then the comparable programs that are not entries of the
// catalogue.
func products(s *catalogue.Software) []catalogue.Similar {
	out := slices.Clone(s.Replaces)
	for _, p := range s.Similar {
		if p.ID == "" {
			out = append(out, p)
		}
	}
	return out
}

// name adds the words of a name to the index, and also the parts of each word (Libre and
// Office of LibreOffice), except for the name of a product. key is as for eachName.
func (b *indexBuilder) name(name string, key nameKey) {
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

// text adds the words of s to the index; s is a text of the kind in of the entry with
// the number doc. It returns the numbers of the words' stems. It leaves out stop words,
// and words beyond the first maxIndexed. Two words joined by a hyphen are also added as
// one word.
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

// phrase adds a keyword, or something that the software is used for, to the index, as
// text of the kind in of the entry with the number doc. It returns the numbers of its
// stems. Each word is recorded with the number of other words in the phrase.
func (b *indexBuilder) phrase(doc int32, in place, phrase string) []int32 {
	first := len(b.found)
	stems := b.text(doc, in, phrase)
	for i := range b.found[first:] {
		b.found[first+i].at = uint8(min(max(len(stems)-1, 0), 255))
	}
	return stems
}

// post records that a word occurs in the entry with the number doc, in a text of the
// kind in, and returns the number of the word's stem. at is the number of words before
// it in the text or, in the name of a product, the product's index. target says how
// large typing errors in the word may be there; of several targets, the word keeps the
// highest.
func (b *indexBuilder) post(doc int32, in place, word string, at int, target typoTarget) int32 {
	id, ok := b.ids[word]
	if !ok {
		id = int32(len(b.words))
		word = strings.Clone(word)
		b.ids[word] = id
		b.words = append(b.words, builtTerm{text: word, stem: b.stem(word)})
	}
	t := &b.words[id]
	t.target = max(t.target, target)
	b.found = append(b.found, termPosting{id, posting{doc: doc, place: in, at: uint8(min(at, 255))}})
	return t.stem
}

// stem returns the number of the word's stem. A stem that the builder has not met
// before gets a new number.
func (b *indexBuilder) stem(word string) int32 {
	text := stem(word)
	id, ok := b.stemIDs[text]
	if !ok {
		id = int32(len(b.stems))
		text = strings.Clone(text)
		b.stemIDs[text] = id
		b.stems = append(b.stems, text)
	}
	return id
}

// finish returns the finished index, with its words and names sorted. The builder must
// not be used afterwards.
func (b *indexBuilder) finish() *index {
	order := make([]int32, len(b.words)) // the terms by text
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Compare(b.words[x].text, b.words[y].text) })
	b.sortPostings(order)
	b.layTexts(order)
	b.index.words = slices.Clip(b.index.words)
	b.groupTerms()
	b.hashStems()
	b.indexSlips()
	return b.index
}

// sortPostings stores the words in the index in the given order of their ids, with the
// occurrences of each word side by side, by entry and kind of text. It counts the
// occurrences into their places, which is faster than comparing them. Of several
// occurrences in one kind of text of an entry it keeps the first, which is worth most.
func (b *indexBuilder) sortPostings(order []int32) {
	ix := b.index
	next := make([]int32, len(order)) // by id: the number of its postings, then the place of the next one
	for _, p := range b.found {
		next[p.term]++
	}
	ix.terms = make([]term, 0, len(order))
	first := int32(0)
	for _, id := range order {
		t := term{stem: b.words[id].stem, target: b.words[id].target, first: first, last: first + next[id]}
		next[id], first = first, t.last
		ix.terms = append(ix.terms, t)
	}
	all := make([]posting, len(b.found))
	for _, p := range b.found {
		all[next[p.term]] = p.posting
		next[p.term]++
	}
	kept := all[:0]
	for i := range ix.terms {
		t := &ix.terms[i]
		own := all[t.first:t.last]
		slices.SortFunc(own, func(x, y posting) int {
			return cmp.Or(cmp.Compare(x.doc, y.doc), cmp.Compare(x.place, y.place), cmp.Compare(x.at, y.at))
		})
		own = slices.CompactFunc(own, func(x, y posting) bool { return x.doc == y.doc && x.place == y.place })
		t.first = int32(len(kept))
		kept = append(kept, own...)
		t.last = int32(len(kept))
	}
	ix.postings = slices.Clone(kept)
}

// layTexts writes the texts of all words, stems and names into the one long text of the
// index. Equal texts share their place, and so does a stem with a word that begins with
// it. order lists the ids of the words in alphabetical order.
func (b *indexBuilder) layTexts(order []int32) {
	ix := b.index
	var texts []byte
	lay := func(s string) span {
		texts = append(texts, s...)
		return span{uint32(len(texts) - len(s)), uint32(len(s))}
	}
	ix.stems = make([]span, len(b.stems))
	laid := make([]bool, len(b.stems))
	spans := make([]span, len(order)) // by id
	for i, id := range order {
		w := &b.words[id]
		s := lay(w.text)
		spans[id], ix.terms[i].text = s, s
		if stem := b.stems[w.stem]; !laid[w.stem] && strings.HasPrefix(w.text, stem) {
			ix.stems[w.stem], laid[w.stem] = span{s.at, uint32(len(stem))}, true
		}
	}
	for id, done := range laid {
		if !done {
			ix.stems[id] = lay(b.stems[id])
		}
	}
	ix.keys = make([]key, len(b.names))
	for i, n := range b.names {
		k := key{doc: n.doc, worth: n.worth, place: n.place, product: n.product}
		if id, ok := b.ids[n.text]; ok {
			k.text = spans[id]
		} else if i > 0 && b.names[i-1].text == n.text {
			k.text = ix.keys[i-1].text
		} else {
			k.text = lay(n.text)
		}
		ix.keys[i] = k
	}
	ix.texts = string(texts)
}

// hashStems prepares the hash table in which index.stem finds stems.
func (b *indexBuilder) hashStems() {
	ix := b.index
	n := 2
	for n < 2*len(ix.stems)+1 {
		n *= 2
	}
	ix.stemSlots = make([]int32, n)
	for id, s := range ix.stems {
		i := stemSlot(ix.text(s))
		for ix.stemSlots[i&uint32(n-1)] != 0 {
			i++
		}
		ix.stemSlots[i&uint32(n-1)] = int32(id) + 1
	}
}

// groupTerms prepares the table by which termsOf finds the words with the same stem.
func (b *indexBuilder) groupTerms() {
	ix := b.index
	ix.stemStarts = make([]int32, len(ix.stems)+1)
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

// indexSlips prepares the tables in which words and names are found in spite of typing
// errors.
func (b *indexBuilder) indexSlips() {
	ix := b.index
	var terms, keys, names slipBuilder
	for i, t := range ix.terms {
		terms.add(ix.text(t.text), int32(i), t.target)
	}
	last := ""
	for i := range ix.keys {
		k := &ix.keys[i]
		text := ix.text(k.text)
		if k.mistakable() && text != last {
			keys.add(text, int32(i), wholeName)
			last = text
		}
		if k.place.field() == ByName && !ix.docs[k.doc].withdrawn {
			names.add(text, int32(i), wholeName)
		}
	}
	ix.termSlips, ix.keySlips, ix.nearNames = terms.index(), keys.index(), names.index()
}
