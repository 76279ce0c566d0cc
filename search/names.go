package search

import (
	"cmp"
	"slices"
	"strings"

	"heraut/text"
)

// nameKey is one way to write a name whole, squashed: of a software, of a
// product that it replaces, or one of its keywords.
type nameKey struct {
	text    string
	doc     int32
	place   place
	product uint8   // which of the products, if place is inProduct
	worth   float32 // 1, or one of the constants below
}

// What the ways to write a name are worth, against 1 for the name as it is.
const (
	partWorth    = 0.95 // without its signs, or what stands before a parenthesis or a dash
	insideWorth  = 0.8  // what stands in the parenthesis or after the dash
	acronymWorth = 0.7
)

// nameKeys returns the ways to write name, which is key's but for the text.
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
	// What a name begins with: draw.io, Visual Studio.
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

// keywordKeys returns the ways to write a keyword whole: as it is, and stemmed.
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

// isAcronym reports whether the key is made of the initials of a name.
func (k *nameKey) isAcronym() bool { return k.worth == acronymWorth }

// mistakable reports whether slips of the key are looked for.
func (k *nameKey) mistakable() bool { return k.place != inKeyword && !k.isAcronym() }

// sortKeys orders keys by text, the worthiest first.
func sortKeys(keys []nameKey) {
	slices.SortFunc(keys, func(a, b nameKey) int {
		return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(b.worth, a.worth), cmp.Compare(a.doc, b.doc))
	})
}

// keysWith returns the keys whose text is exactly text.
func keysWith(keys []nameKey, text string) []nameKey {
	i, _ := slices.BinarySearchFunc(keys, text, func(k nameKey, t string) int { return cmp.Compare(k.text, t) })
	j := i
	for j < len(keys) && keys[j].text == text {
		j++
	}
	return keys[i:j]
}
