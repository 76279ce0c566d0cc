package rooms

import "unicode"

// ValidPrefix tells whether commands may start with s: one or two punctuation
// characters, but no slash, which clients keep for themselves.
func ValidPrefix(s string) bool {
	if len(s) < 1 || len(s) > 2 || s[0] == '/' {
		return false
	}
	for _, c := range s {
		if c >= unicode.MaxASCII || !unicode.IsPunct(c) && !unicode.IsSymbol(c) {
			return false
		}
	}
	return true
}
