package search

import (
	"slices"
	"strings"
	"sync"

	"heraut/text"
)

// synonymPhrase is a phrase in the list of synonyms with its synonyms; their words are
// stemmed.
type synonymPhrase struct {
	stems []string
	line  [][]string // the phrases of its line, itself included
	sense string     // names the phrase's line by its first phrase, so it survives additions to the line
}

// synonyms maps the first stem of each phrase of the thesaurus to the phrases.
var synonyms = sync.OnceValue(func() map[string][]synonymPhrase {
	phrases := map[string][]synonymPhrase{}
	for line := range strings.Lines(thesaurus) {
		var group [][]string
		for phrase := range strings.SplitSeq(line, ",") {
			p := contentStems(phrase)
			if same := func(q []string) bool { return slices.Equal(p, q) }; len(p) > 0 && !slices.ContainsFunc(group, same) {
				group = append(group, p)
			}
		}
		group = slices.Clip(group)
		for _, p := range group {
			phrases[p[0]] = append(phrases[p[0]], synonymPhrase{p, group, senseName(group[0])})
		}
	}
	return phrases
})

// senseName names the sense of a phrase, given by its stems.
func senseName(stems []string) string { return "sense" + strings.Join(stems, "") }

// contentStems returns the stems of the words of s, without stop words.
func contentStems(s string) []string {
	var out []string
	for _, w := range text.Words(s) {
		if !stopWords[w] {
			out = append(out, stem(w))
		}
	}
	return out
}

// concept is a part of a query with one meaning: a word or a phrase, together with its
// synonyms. An alternative is a list of words, all of which a document must hold; the
// first alternative is the typed one, and the words of the others are stems.
type concept struct {
	alternatives [][]string
	weak         bool
}

// concepts splits the words of a query into concepts, in their order: a phrase that has
// synonyms is one (the longest such phrase, where several begin), any other word is one
// by itself.
func (ix *index) concepts(words []string) []concept {
	words = ix.joined(words)
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = stem(w)
	}
	var out []concept
	for i := 0; i < len(words); {
		others, n := synonymsAt(stems[i:])
		c := concept{alternatives: [][]string{words[i : i+n]}, weak: !slices.ContainsFunc(words[i:i+n], func(w string) bool { return n > 2 || !weakWords[w] && (n > 1 || !vendors[w]) })}
		c.alternatives = append(c.alternatives, others...)
		out = append(out, c)
		i += n
	}
	return out
}

// joined returns the words of a query, and joins two neighbouring words, as in «clone
// zilla», if the catalogue has the joined word but does not have both parts.
func (ix *index) joined(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		if i+1 < len(words) && (!ix.knows(words[i]) || !ix.knows(words[i+1])) && ix.knows(words[i]+words[i+1]) {
			out = append(out, words[i]+words[i+1])
			i++
			continue
		}
		out = append(out, words[i])
	}
	return out
}

// knows reports whether a word with the stem of word occurs in the catalogue.
func (ix *index) knows(word string) bool {
	_, ok := ix.stem(stem(word))
	return ok
}

// synonymsAt returns the synonyms of the longest known phrase at the start of stems,
// which must not be empty, and the number of words in the phrase; 1 and no synonyms if
// it starts with none.
func synonymsAt(stems []string) ([][]string, int) {
	var found [][]string
	longest := 1
	for _, p := range synonyms()[stems[0]] {
		if n := len(p.stems); n >= longest && n <= len(stems) && slices.Equal(p.stems, stems[:n]) {
			if n > longest {
				found, longest = nil, n
			}
			for _, other := range p.line {
				if !slices.Equal(other, p.stems) {
					found = append(found, other)
				}
			}
		}
	}
	return found, longest
}
