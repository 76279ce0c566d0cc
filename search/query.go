package search

import (
	"slices"
	"strings"

	"heraut/text"
)

// The bounds of a query; what is beyond is cut off.
const (
	maxQuery = 200 // runes
	maxWords = 12  // that count
)

// query is what somebody typed, taken apart.
type query struct {
	words []string // folded, in order, without those that say nothing
	// whole are the ways in which it may be one name, squashed: all of it, without
	// the words that say nothing, what is to be replaced, without a version.
	whole []string
	// stemmed is how it is written as a keyword's stems.
	stemmed string
	// replaces tells that it asks for what takes the place of something, or for
	// something like it.
	replaces bool
	// sentence tells that it is more than the name of a thing or a need.
	sentence bool
}

// parseQuery takes a query apart; it may be anything.
func parseQuery(s string) query {
	var q query
	s = text.Truncate(s, maxQuery)
	var asking []string
	var asked strings.Builder // what follows such a word
	raws := rawWords(s)
	for _, raw := range raws {
		w := text.Fold(raw)
		if long, ok := abbreviations[w]; ok {
			w = long
		}
		if len(asking) > 0 && !replaceWords[w] && (asked.Len() > 0 || !articles[w]) {
			asked.WriteString(w)
		}
		switch {
		case w == "": // nothing but accents
		case stopWords[w] && !isLetterName(s, raw):
		case replaceWords[w]:
			asking = append(asking, w)
		case !slices.Contains(q.words, w):
			q.words = append(q.words, w)
		}
	}
	q.sentence = isSentence(raws)
	if isThanks(text.Fold(s)) {
		return query{}
	}
	q.words = withoutTalk(q.words)
	q.words = q.words[:min(len(q.words), maxWords)]
	q.replaces = (len(asking) > 0 || likeWords.MatchString(text.Fold(s))) && len(q.words) > 0
	if len(q.words) == 0 {
		q.words = asking
	}
	q.addWhole(squash(s))
	q.addWhole(strings.Join(q.words, ""))
	q.addWhole(asked.String())
	if n := len(q.words); n > 1 && isNumber(q.words[n-1]) { // a version
		q.addWhole(strings.TrimRight(strings.Join(q.words, ""), "0123456789"))
	}
	if len(q.words) == 1 && weakWords[q.words[0]] {
		q.words = nil
	}
	for _, w := range q.words {
		q.stemmed += stem(w)
	}
	slices.SortStableFunc(q.words, func(a, b string) int { return last(qualifiers[a], qualifiers[b]) })
	return q
}

// isLetterName reports whether a word of s is a letter that names something, as
// in «langage C», rather than a short word or an elided one.
func isLetterName(s, word string) bool {
	return len(word) == 1 && 'B' <= word[0] && word[0] <= 'Z' &&
		!strings.Contains(s, word+"'") && !strings.Contains(s, word+"’")
}

// addWhole adds a way in which the query may be one name.
func (q *query) addWhole(text string) {
	if text != "" && !slices.Contains(q.whole, text) {
		q.whole = append(q.whole, text)
	}
}
