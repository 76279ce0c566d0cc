package search

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// nameKey is one spelling of a whole name without spaces, case and accents: the name
// of an entry, of a product that it replaces, or one of its keywords.
type nameKey struct {
	text    string
	doc     int32
	place   place
	product uint8   // the product's index, if place is inProduct
	worth   float32 // 1, or one of the constants below
	start   uint64  // the first eight bytes of text, for sortKeys
}

// The worth of the spellings of a name; the name itself is worth 1.
const (
	partWorth    = 0.95 // without its signs, or the part before a parenthesis or a dash
	insideWorth  = 0.8  // the part in the parenthesis or after the dash
	acronymWorth = 0.7
)

// nameKeys returns one nameKey for each spelling by which people may call a name: the
// whole name, the name without its signs or its parenthesis, its parts before and after
// a dash, before and in a parenthesis, its first words and, without a parenthesis, its
// initials. No two have the same text. All have the fields of key, except text and
// worth, which depend on the spelling.
func nameKeys(name string, key nameKey) []nameKey {
	var keys []nameKey
	add := func(text string, worth float32) {
		if text != "" && !slices.ContainsFunc(keys, func(k nameKey) bool { return k.text == text }) {
			key.text, key.worth = text, worth
			keys = append(keys, key)
		}
	}
	add(squash(name), 1)
	add(strings.Join(text.Words(name), ""), partWorth)
	before, rest, found := strings.Cut(name, "(")
	inside, after, _ := strings.Cut(rest, ")")
	if found {
		add(squash(before+after), partWorth)
		add(squash(before), partWorth)
		if in := text.Words(inside); len(in) > 0 && !stopWords[in[0]] {
			add(squash(inside), insideWorth)
		}
	}
	for _, dash := range []string{" - ", " – ", " : "} {
		if before, after, found := strings.Cut(name, dash); found {
			add(squash(before), partWorth)
			add(squash(after), insideWorth)
		}
	}
	// The beginnings of a name: draw.io, Visual Studio.
	all := text.Words(before)
	for n := 2; n < len(all) && n <= 4; n++ {
		add(strings.Join(all[:n], ""), insideWorth)
	}
	if !found {
		for _, a := range acronyms(name) {
			add(a, acronymWorth)
		}
	}
	return keys
}

// ownKeys returns the spellings of the name of s: the whole name, the name without its
// signs, the name without its parenthesis, and the name up to the parenthesis or the
// dash. All are in lower case without spaces and accents. Other than nameKeys, it
// returns no initials and no first words.
func ownKeys(s *catalogue.Software) []string {
	var out []string
	for _, k := range nameKeys(s.Name, nameKey{place: inName}) {
		if k.worth >= partWorth {
			out = append(out, k.text)
		}
	}
	return out
}

// keywordKeys returns the spellings of a keyword of the entry with the number doc: as
// it is, and with its words stemmed.
func keywordKeys(keyword string, doc int32) []nameKey {
	text, stemmed := squash(keyword), strings.Join(contentStems(keyword), "")
	keys := make([]nameKey, 0, 2)
	for _, t := range []string{text, stemmed} {
		if t != "" && (len(keys) == 0 || t != text) {
			keys = append(keys, nameKey{text: t, doc: doc, place: inKeyword, worth: 1})
		}
	}
	return keys
}

// isAcronym reports whether the key consists of a name's initials.
func (k *key) isAcronym() bool { return k.worth == acronymWorth }

// mistakable reports whether a query with a typing error in this name still finds the
// entry: not for keywords and initials.
func (k *key) mistakable() bool { return k.place != inKeyword && !k.isAcronym() }

// sortKeys sorts keys in place by text; among equal texts the one of highest worth
// comes first. It compares the beginnings of the texts as numbers, since the texts lie
// all over the memory.
func sortKeys(keys []nameKey) {
	for i := range keys {
		var start [8]byte
		copy(start[:], keys[i].text)
		keys[i].start = binary.BigEndian.Uint64(start[:])
	}
	slices.SortFunc(keys, func(a, b nameKey) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		if c := strings.Compare(a.text, b.text); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.doc, b.doc))
	})
}
