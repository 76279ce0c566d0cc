package locale

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"heraut/text"
)

// wordJoiner is invisible, and breaks a word on which a client would act.
const wordJoiner = "\u2060"

var (
	spaces     = regexp.MustCompile(` {2,}`)
	endSpaces  = regexp.MustCompile(` +(<br>|</p>|</li>)`)
	matrixLink = regexp.MustCompile(`(?i)\bmatrix\.(to/)`)
)

// clean returns a text from outside in a form that is safe in a message: on one line,
// with single spaces, without control, direction and hidden characters, and without
// anything that clients take for a mention or a ping.
func clean(s string) string {
	return defuse(strings.TrimSpace(spaces.ReplaceAllString(printable(s), " ")))
}

func defuse(s string) string {
	return matrixLink.ReplaceAllString(text.PingNobody(s), "matrix."+wordJoiner+"$1")
}

// printable returns s without hidden and direction characters; control characters and
// line separators become spaces, invalid UTF-8 becomes U+FFFD.
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

// invisible reports whether r is a character that serves to hide text. The joiners of
// emoji and some scripts are exempt.
func invisible(r rune) bool {
	return r == '\u00AD' || r == '\uFEFF' || r == '\u200B' || 0xE0000 <= r && r <= 0xE007F
}

// short returns s cleaned for a message and, if it has more than limit characters,
// shortened to at most that many with an ellipsis, after a word where possible.
func short(limit int, s string) string { return text.Shorten(clean(s), limit) }

// sentenceEnd matches the end of a sentence, which is the end of its group.
var sentenceEnd = regexp.MustCompile(`([.!?…](?:\p{Zs}?["»”)])?)\p{Zs}+["«“(]?[\p{Lu}\p{N}]`)

// minSentence is the shortest sentence, so that an abbreviation at the start does not
// end it.
const minSentence = 20

// sentence returns the first sentence of s, cleaned for a message, or as much of it as
// fits into limit characters. A beginning of less than minSentence characters counts
// together with the sentence that follows.
func sentence(limit int, s string) string {
	s = clean(s)
	for _, at := range sentenceEnd.FindAllStringSubmatchIndex(s, -1) {
		if first := s[:at[3]]; utf8.RuneCountInString(first) >= minSentence {
			return text.Shorten(first, limit)
		}
	}
	return text.Shorten(s, limit)
}

// phrase returns the first sentence of s without its full stop, to stand inside another
// sentence: cleaned for a message, and cut to limit characters.
func phrase(limit int, s string) string { return strings.TrimSuffix(sentence(limit, s), ".") }

// tidy returns a rendered message without the spaces that templates leave at line
// ends. It also removes hidden characters and pings once more, in case a template
// forgot to.
func tidy(html string) string {
	html = printable(html)
	if strings.Contains(html, "  ") {
		html = spaces.ReplaceAllString(html, " ")
	}
	if strings.Contains(html, " <") {
		html = endSpaces.ReplaceAllString(html, "$1")
	}
	return text.PingNobodyHTML(html)
}
