package announce

import (
	"slices"
	"strings"
)

// CutRhythm splits what follows a source into a filter and a rhythm, which
// begins at the last word that can begin one. It may be wrong nevertheless;
// without such a word it is empty, unless a time of the day is the last word: that
// was meant as one.
func CutRhythm(text string) (filter, rhythm string) {
	words := strings.Fields(text)
	for i := len(words) - 1; i >= 0; i-- {
		if slices.ContainsFunc(periods[:], func(names []string) bool { return slices.Contains(names, fold(words[i])) }) {
			return strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		}
	}
	if last := len(words) - 1; last >= 0 {
		if _, ok := parseClock(fold(words[last])); ok {
			return strings.Join(words[:last], " "), words[last]
		}
	}
	return text, ""
}

// ParseNight reads the hours of a night, for example «20:00-08:00»; empty, there
// is none.
func ParseNight(text string) (from, to Clock, ok bool) {
	if text == "" {
		return 0, 0, true
	}
	evening, morning, _ := strings.Cut(text, "-")
	if from, ok = parseClock(strings.TrimSpace(evening)); ok {
		to, ok = parseClock(strings.TrimSpace(morning))
	}
	return from, to, ok
}

// StatusOf is the HTTP status that the error of a source is about; 0: none.
func StatusOf(err error) int { return statusOf(err) }
