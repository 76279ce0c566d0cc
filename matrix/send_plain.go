package matrix

import (
	"context"
	"regexp"
	"strings"

	"maunium.net/go/mautrix/format"

	"heraut/text"
)

// removed precedes struck-through text in the plain text.
var removed = map[string]string{"fr": "retiré : ", "en": "removed: "}

// hidden replaces a spoiler in the plain text.
var hidden = map[string]string{"fr": "texte masqué", "en": "hidden text"}

// signs match the prefixes that the HTML parser puts before list items and quoted lines.
var signs = regexp.MustCompile(`(?m)^( *)(?:\* |> )`)

// PlainText converts the HTML of a message into the text for clients without HTML
// and for screen readers: no Markdown signs, links as «text (address)», no spoilers.
// The text pings nobody.
func PlainText(html, lang string) string {
	if removed[lang] == "" {
		lang = "fr"
	}
	bare := func(s string, _ format.Context) string { return s }
	colon := " : "
	if lang == "en" {
		colon = ": "
	}
	parser := &format.HTMLParser{
		TabsToSpaces:    4,
		Newline:         "\n",
		BoldConverter:   bare,
		ItalicConverter: bare,
		StrikethroughConverter: func(s string, _ format.Context) string {
			return removed[lang] + s
		},
		MonospaceConverter: bare,
		MonospaceBlockConverter: func(code, _ string, _ format.Context) string {
			return strings.TrimSuffix(code, "\n")
		},
		SpoilerConverter: func(_, reason string, _ format.Context) string {
			if reason != "" {
				return "[" + hidden[lang] + colon + reason + "]"
			}
			return "[" + hidden[lang] + "]"
		},
		LinkConverter: func(label, address string, _ format.Context) string {
			address = strings.TrimPrefix(address, "mailto:")
			if label == address {
				return address
			}
			return label + " (" + address + ")"
		},
	}
	plain := parser.Parse(html, format.NewContext(context.TODO()))
	// Also here, and not only where the HTML is made: clients search this text for
	// pings.
	return text.PingNobody(signs.ReplaceAllString(plain, "$1– "))
}
