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

// Link returns raw if a message may link to it, otherwise "": the scheme must be http
// or https, the host visible, and the address must not act as a mention. limit is the
// longest allowed address, in bytes.
func Link(raw string, limit int) string { return linkUpTo(raw, limit) }

// Word returns the text of a template without data; ok is false if neither the language
// nor its fallbacks have it, or if lang is no language of the bot.
func Word(lang, name string) (text string, ok bool) {
	l := now().byCode[lang]
	if l == nil || !l.has(name) {
		return "", false
	}
	said, err := Text(lang, name, nil)
	return said, err == nil
}

// Text returns a message as plain text, for places without HTML.
func Text(lang, name string, data any) (string, error) {
	said, err := now().find(lang).render(name, data)
	if err != nil {
		return "", fmt.Errorf("render %s in %s: %w", name, lang, err)
	}
	return html.UnescapeString(said), nil
}

// Others returns words for n further items that are not shown: « et 3 autres ».
func Others(lang string, n int) string {
	g := newGrammar(now().find(lang).words())
	return strings.TrimLeft(g.And, " ") + g.others(n)
}
