package search

import (
	"slices"
	"strings"

	"heraut/locale"
	"heraut/text"
)

// The bounds of a query; parseQuery drops the excess.
const (
	maxQuery = 200 // runes
	maxWords = 12  // words that count
)

// query is a search text split into words, with the facts that they reveal: the names
// that it may be, the words that matter, whether it asks for a substitute.
type query struct {
	words []string // folded, in order, without stop words and talk
	// whole holds the squashed texts that may be one name: the whole query, its
	// words without stop words and talk, the product to replace, and the words
	// without a version.
	whole []string
	// stemmed is the query in the form of a keyword's stems.
	stemmed string
	// replaces reports that the query asks for a substitute, or for something
	// similar.
	replaces bool
	// sentence reports that the query is a sentence addressed to others, stated one
	// that does not ask for anything.
	sentence, stated bool
	// talk reports that all of words are talkWords.
	talk bool
}

// parseQuery returns a search text as a query. Every text is one, so it never fails; a
// text of thanks (isThanks) gives the zero query. It reads at most maxQuery characters
// and keeps at most maxWords words.
func parseQuery(s string) query {
	var q query
	s = text.Truncate(s, maxQuery)
	var asking []string
	var asked strings.Builder // the words after a word of asking
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
		case w == "": // accents alone
		case (stopWords[w] || locale.IsIgnored(w)) && !isLetterName(s, raw):
		case replaceWords[w]:
			asking = append(asking, w)
		case !slices.Contains(q.words, w):
			q.words = append(q.words, w)
		}
	}
	q.sentence = isSentence(raws)
	q.stated = q.sentence && !isAsking(s)
	if isThanks(text.Fold(s)) {
		return query{}
	}
	q.words, q.talk = withoutTalk(q.words)
	q.talk = q.talk && len(raws) > 1
	q.words = q.words[:min(len(q.words), maxWords)]
	q.replaces = (len(asking) > 0 || likeWords.MatchString(text.Fold(s))) && len(q.words) > 0
	if len(q.words) == 0 {
		q.words = asking
	}
	q.addWhole(squash(s))
	q.addWhole(strings.Join(q.words, ""))
	q.addWhole(asked.String())
	if n := len(q.words); n > 1 && isNumber(q.words[n-1]) { // the last word is a version
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

// isLetterName reports whether word, one word of the text s, is a capital letter from B
// to Z that is a name, as in «langage C», and not a short word such as «à» or the «l»
// of «l’outil».
func isLetterName(s, word string) bool {
	return len(word) == 1 && 'B' <= word[0] && word[0] <= 'Z' &&
		!strings.Contains(s, word+"'") && !strings.Contains(s, word+"’")
}

// addWhole adds a text, given without spaces, case and accents, to q.whole, the names
// that the whole query may be. It ignores an empty text and one already there.
func (q *query) addWhole(text string) {
	if text != "" && !slices.Contains(q.whole, text) {
		q.whole = append(q.whole, text)
	}
}
