package rooms

import "unicode"

// ValidPrefix reports whether commands may start with s: one or two ASCII punctuation
// characters, no slash at the start, which clients take for their own commands, and no
// backtick, which formats code.
func ValidPrefix(s string) bool {
	if len(s) < 1 || len(s) > 2 || s[0] == '/' {
		return false
	}
	for _, c := range s {
		if c == '`' || c >= unicode.MaxASCII || !unicode.IsPunct(c) && !unicode.IsSymbol(c) {
			return false
		}
	}
	return true
}
