package locale

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"heraut/text"
)

// wordJoiner shows as nothing, and breaks a word that a client would act on.
const wordJoiner = "\u2060"

var (
	spaces     = regexp.MustCompile(` {2,}`)
	endSpaces  = regexp.MustCompile(` +(<br>|</p>|</li>)`)
	matrixLink = regexp.MustCompile(`(?i)\bmatrix\.(to/)`)
)

// clean makes a text from outside fit for one line: without control and
// direction characters, in single spaces, and pinging nobody. Old clients ring
// everybody on "@room" in a text; others make a mention of a matrix.to address.
func clean(s string) string {
	return defuse(strings.TrimSpace(spaces.ReplaceAllString(printable(s), " ")))
}

func defuse(s string) string {
	return matrixLink.ReplaceAllString(text.PingNobody(s), "matrix."+wordJoiner+"$1")
}

// printable drops what has no place in a line of text; control characters and
// line separators become spaces.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r), invisible(r):
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// invisible characters serve to hide text. The joiners that emoji and some
// scripts need are not among them.
func invisible(r rune) bool {
	return r == '\u00AD' || r == '\uFEFF' || r == '\u200B' || 0xE0000 <= r && r <= 0xE007F
}

// short is clean and cut after the last word that leaves it at most limit characters long.
func short(limit int, s string) string { return text.Shorten(clean(s), limit) }

// A sentence ends with the group.
var sentenceEnd = regexp.MustCompile(`([.!?…](?:\p{Zs}?["»”)])?)\p{Zs}+["«“(]?[\p{Lu}\p{N}]`)

// minSentence keeps an abbreviation at the start from ending the sentence.
const minSentence = 20

// sentence is the first sentence of s, or as much of it as limit allows.
func sentence(limit int, s string) string {
	s = clean(s)
	for _, at := range sentenceEnd.FindAllStringSubmatchIndex(s, -1) {
		if first := s[:at[3]]; utf8.RuneCountInString(first) >= minSentence {
			return text.Shorten(first, limit)
		}
	}
	return text.Shorten(s, limit)
}

// phrase is sentence without its full stop, to go on after it.
func phrase(limit int, s string) string { return strings.TrimSuffix(sentence(limit, s), ".") }

// tidy is what every message goes through: it removes the spaces that a
// template left at the end of a line, and is a net below the functions above.
func tidy(html string) string {
	html = endSpaces.ReplaceAllString(spaces.ReplaceAllString(printable(html), " "), "$1")
	return text.PingNobodyHTML(html)
}
