package locale

import (
	"fmt"
	"html"
	"strings"
)

// Inert returns s for use in a message: without control, direction and hidden
// characters, and with its mentions changed so that they notify nobody. Line breaks
// become spaces; other spaces stay.
func Inert(s string) string { return defuse(printable(s)) }

// Link returns the address raw in a form to which a message may link, with forbidden
// characters escaped; "" if no message may link to it. The scheme must be http or
// https, the host must be visible, and clients must not take the address for a mention.
// limit is the longest allowed address, in bytes.
func Link(raw string, limit int) string { return linkUpTo(raw, limit) }

// Word returns the text of the template name, rendered without data, in the language
// lang. ok is false if neither the language nor its fallbacks have it, if lang is no
// language of the bot, or if the template fails.
func Word(lang, name string) (text string, ok bool) {
	l := now().byCode[lang]
	if l == nil || !l.has(name) {
		return "", false
	}
	said, err := Text(lang, name, nil)
	return said, err == nil
}

// Text returns the message name, rendered with data in the language lang, as plain
// text, for places without HTML. If the language lacks the message or its template
// fails, it takes that of the fallback, and so on; for a lang that is no language of
// the bot, that of Default. The error is that of the last fallback.
func Text(lang, name string, data any) (string, error) {
	said, err := now().find(lang).render(name, data)
	if err != nil {
		return "", fmt.Errorf("render %s in %s: %w", name, lang, err)
	}
	return html.UnescapeString(said), nil
}

// Others returns words, in the language lang, for n further items that are not shown:
// « et 3 autres ».
func Others(lang string, n int) string {
	g := newGrammar(now().find(lang).words())
	return strings.TrimLeft(g.And, " ") + g.others(n)
}
