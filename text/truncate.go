package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Truncate returns the first limit characters of s, or all of s if it has no more than
// limit. It drops invalid UTF-8. It does not separate a letter from its combining
// accents, so the result may have fewer than limit characters.
func Truncate(s string, limit int) string {
	n, whole := 0, 0 // whole: the end of the last character with all its accents
	for i, r := range s {
		if !unicode.Is(unicode.M, r) {
			whole = i
		}
		if n == limit {
			return strings.ToValidUTF8(s[:whole], "")
		}
		n++
	}
	return strings.ToValidUTF8(s, "")
}

// TruncateBytes returns the longest beginning of s that has at most limit bytes and
// ends between two characters; all of s if it is no longer than limit.
func TruncateBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// Shorten returns s if it has at most limit characters. Otherwise it returns as many
// whole words as fit with an ellipsis, at most limit characters in all, without the
// spaces and most punctuation before the ellipsis. It cuts inside a word rather than
// drop more than half of the limit. limit must be at least 1.
func Shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := []rune(s)[:limit]
	end := limit - 1 // one for the ellipsis
	for i := end; i > limit/2; i-- {
		if unicode.IsSpace(runes[i]) {
			end = i
			break
		}
	}
	for end > 0 && unicode.Is(unicode.M, runes[end]) {
		end-- // do not separate a letter from its accents
	}
	short := string(runes[:end])
	if trimmed := strings.TrimRightFunc(short, endsBadly); 2*len(trimmed) > len(short) {
		short = trimmed // otherwise only such characters would remain
	}
	return short + "…"
}

// endsBadly reports whether r looks wrong right before an ellipsis: white space, or
// punctuation that closes neither a bracket nor a quotation.
func endsBadly(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r) && !strings.ContainsRune(")]»\"”", r)
}
