package locale

import (
	"html"
	"strings"
)

// Inert returns s for use in a message: without control, direction and hidden
// characters, and with its mentions changed so that they notify nobody. Line breaks
// become spaces; other spaces stay.
func Inert(s string) string { return defuse(printable(s)) }

// Link returns raw if a message may link to it, otherwise "": the scheme must be http
// or https, the host visible, and the address must not act as a mention. limit is the
// longest allowed address, in bytes.
func Link(raw string, limit int) string { return linkUpTo(raw, limit) }

// Word returns the plain text of the template with that name, which takes no data; ok
// is false if the language has no such template.
func Word(lang, name string) (text string, ok bool) {
	parsed, ok := sets[lang]
	if !ok || parsed().Lookup(name) == nil {
		return "", false
	}
	var b strings.Builder
	if err := parsed().ExecuteTemplate(&b, name, nil); err != nil {
		return "", false
	}
	return html.UnescapeString(b.String()), true
}

// Others returns words for n further items that are not shown: « et 3 autres ».
func Others(lang string, n int) string {
	g := grammars[lang]
	if n == 1 {
		return strings.TrimLeft(g.and, " ") + g.other
	}
	return strings.TrimLeft(g.and, " ") + strings.Replace(g.others, "%s", g.number(n), 1)
}
