package locale

import (
	"html"
	"strings"
)

// Inert is s without control, direction and hidden characters, and pinging nobody.
// Unlike short it keeps the spaces. Line breaks become spaces.
func Inert(s string) string { return defuse(printable(s)) }

// Link returns raw as an address that a message may link to, of at most limit
// bytes, or "" if it must not: see link.
func Link(raw string, limit int) string { return linkUpTo(raw, limit) }

// Word returns the text of a template that needs no data; ok is false if the
// language has none of that name.
func Word(lang, name string) (text string, ok bool) {
	set := sets[lang]
	if set == nil || set.Lookup(name) == nil {
		return "", false
	}
	var b strings.Builder
	if err := set.ExecuteTemplate(&b, name, nil); err != nil {
		return "", false
	}
	return html.UnescapeString(b.String()), true
}

// Others says that n more are not shown: « et 3 autres ».
func Others(lang string, n int) string {
	g := grammars[lang]
	if n == 1 {
		return strings.TrimLeft(g.and, " ") + g.other
	}
	return strings.TrimLeft(g.and, " ") + strings.Replace(g.others, "%s", g.number(n), 1)
}
