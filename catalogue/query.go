package catalogue

import (
	"strings"
	"unicode/utf8"
)

// The bounds of a query; what is beyond is cut off.
const (
	maxQuery = 200 // runes
	maxWords = 12  // that count
)

// query is what somebody typed, taken apart.
type query struct {
	words []string // folded, in order, without those that say nothing
	// whole are the ways in which it may be one name, squashed: all of it, and
	// without the words that say nothing.
	whole []string
	// stemmed is how it is written as a keyword's stems.
	stemmed string
	// replaces tells that it asks for what takes the place of something.
	replaces bool
}

func parseQuery(s string) query {
	var q query
	s = firstRunes(s, maxQuery)
	all := words(s)
	var asking []string
	for _, w := range all {
		switch {
		case stopWords[w]:
		case replaceWords[w]:
			asking = append(asking, w)
		case len(q.words) < maxWords:
			q.words = append(q.words, w)
		}
	}
	q.replaces = len(asking) > 0 && len(q.words) > 0
	if len(q.words) == 0 {
		q.words = asking
	}
	q.addWhole(squash(s))
	q.addWhole(strings.Join(q.words, ""))
	for _, w := range q.words {
		q.stemmed += stem(w)
	}
	return q
}

func (q *query) addWhole(text string) {
	if text != "" && (len(q.whole) == 0 || q.whole[0] != text) {
		q.whole = append(q.whole, text)
	}
}

// firstRunes returns the first n runes of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	if !utf8.ValidString(s) {
		return string([]rune(s))
	}
	return s
}
