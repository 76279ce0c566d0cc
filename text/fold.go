package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s in a form for comparison: in lower case, without accents, with
// ligatures and ß written as separate letters (œ as oe), ø as o, compatibility forms as
// plain characters (² as 2), and typographic apostrophes as '.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return fold(s, i)
		}
	}
	return s // the common case
}

// fold returns Fold(s), where the first plain bytes of s stay as they are.
func fold(s string, plain int) string {
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:plain])
	for i := plain; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b.WriteByte(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r < latin:
			b.WriteString(folded[r])
		case firstSign <= r && r <= lastSign:
			b.WriteString(folded[latin+r-firstSign])
		default:
			return foldAny(s)
		}
		i += size
	}
	return b.String()
}

// The characters in folded: those below latin, with all letters of French, and the signs
// of typography, such as ’.
const (
	latin     = 0x250
	firstSign = 0x2000
	lastSign  = 0x206f
)

// folded holds what Fold makes of each character below latin, and then of the signs.
// None of them depends on its neighbours, but for the marks, which Fold removes.
var folded = func() (table [latin + lastSign - firstSign + 1]string) {
	for r := range rune(latin) {
		table[r] = foldAny(string(r))
	}
	for r := rune(firstSign); r <= lastSign; r++ {
		table[latin+r-firstSign] = foldAny(string(r))
	}
	return table
}()

// foldAny is Fold for all characters; it takes several times as long.
func foldAny(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if r < unicode.MaxASCII {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
			continue
		}
		switch r = unicode.ToLower(r); {
		case unicode.Is(unicode.M, r):
		case r == 'œ':
			b.WriteString("oe")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø':
			b.WriteByte('o')
		case r == '’', r == 'ʼ', r == '‘':
			b.WriteByte('\'')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Words returns the words of s in order: its runs of letters and digits, each in the
// form for comparison that Fold gives it: lower case, without accents. It returns none
// for a text without letters and digits.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool {
		if r < utf8.RuneSelf { // folded: no capitals
			return (r < 'a' || 'z' < r) && (r < '0' || '9' < r)
		}
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}
