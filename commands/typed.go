package commands

import (
	"strings"
	"unicode"

	"heraut/text"
)

// typed returns s without the decoration that phones and editors add to a command:
// blank lines at the start, a line of greeting before a command, code formatting,
// invisible characters. A prefix in full width becomes the plain prefix. direct says
// that a line needs no prefix; typed then also removes a greeting before a line without
// a command, unless that line is mere courtesy.
func typed(s, prefix string, direct bool) string {
	first, rest, _ := strings.Cut(withoutFence(strings.TrimSpace(visible(s))), "\n")
	if isGreeting(first) {
		next := withoutFence(strings.TrimSpace(rest))
		line, _, _ := strings.Cut(next, "\n")
		if _, ok := cutPrefix(withoutCode(line), prefix); ok || direct && !onlyCourtesy(line) {
			first, rest, _ = strings.Cut(next, "\n")
		}
	}
	first = withoutCode(strings.TrimSpace(first))
	if after, ok := cutPrefix(first, prefix); ok {
		first = prefix + after
	}
	if rest == "" {
		return first
	}
	return first + "\n" + rest
}

// isGreeting reports whether a line begins with a word of greeting and has at most five
// words.
func isGreeting(line string) bool {
	_, greeted := withoutGreeting(line)
	return greeted && len(text.Words(line)) <= 5
}

// cutPrefix returns the line without the prefix at its start, and true. If the line
// does not start with the prefix, it returns the line unchanged, and false. A
// full-width character counts as the plain one, since phones type «！».
func cutPrefix(line, prefix string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(line, prefix); ok || prefix == "" {
		return rest, ok
	}
	runes, want := []rune(line), []rune(prefix)
	if len(runes) < len(want) {
		return line, false
	}
	for i, r := range want {
		if c := runes[i]; c != r && (c < '\uFF01' || c > '\uFF5E' || c-'\uFF01'+'!' != r) {
			return line, false
		}
	}
	return string(runes[len(want):]), true
}

// withoutFence returns the text inside the block of code with which s begins, without
// the lines of ``` around it. If s begins with no such block, it returns s.
func withoutFence(s string) string {
	const fence = "```"
	if !strings.HasPrefix(s, fence) {
		return s
	}
	info, body, many := strings.Cut(strings.TrimLeft(s, "`"), "\n")
	if !many || strings.Contains(info, "`") {
		return s // a code span within a line
	}
	body = strings.TrimSpace(body)
	if before, after, ok := strings.Cut(body, fence); ok {
		body = strings.TrimSpace(before + strings.TrimLeft(after, "`"))
	}
	return body
}

// withoutCode returns a line without the backticks around code at its start.
func withoutCode(line string) string {
	inner := strings.TrimLeft(line, "`")
	signs := line[:len(line)-len(inner)]
	if signs == "" {
		return line
	}
	before, after, _ := strings.Cut(inner, signs)
	return strings.TrimSpace(before) + after
}

// visible removes the characters that clients do not show: zero width, byte order and
// direction marks. It keeps the joiners after characters outside ASCII, since emoji and
// some scripts need them.
func visible(s string) string {
	const nonJoiner, joiner = '\u200C', '\u200D'
	var last rune
	return strings.Map(func(r rune) rune {
		switch {
		case (r == joiner || r == nonJoiner) && last > unicode.MaxASCII:
		case unicode.Is(unicode.Cf, r), r == '\u034F':
			return -1
		}
		last = r
		return r
	}, s)
}
