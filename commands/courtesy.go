package commands

import (
	"slices"

	"heraut/locale"
	"heraut/search"
	"heraut/text"
)

// withoutGreeting returns s without the greeting at its start, and true. If s does not
// start with a greeting, it returns s and false.
func withoutGreeting(s string) (string, bool) {
	w := text.Words(s)
	if len(w) == 0 || !locale.IsGreeting(w[0]) {
		return s, false
	}
	_, rest := cutWord(s)
	return rest, true
}

// onlyCourtesy reports whether s contains only words of courtesy, such as greetings and
// thanks; true if it has no words. Such a line asks for nothing, so it is not a search.
func onlyCourtesy(s string) bool {
	return !slices.ContainsFunc(text.Words(s), func(w string) bool { return !locale.IsCourtesy(w) })
}

// isThanks reports whether a line is a courtesy: thanks, greetings, wishes, praise or
// good-byes. Often the beginning of the line decides (search.IsCourtesy), whatever
// follows. It is true for a line without words.
func isThanks(s string) bool { return onlyCourtesy(s) || search.IsCourtesy(s) }
