package matrix

import (
	"context"
	"regexp"
	"strings"

	"maunium.net/go/mautrix/format"
)

// removed stands, in plain text, before what is struck through.
var removed = map[string]string{"fr": "retiré : ", "en": "removed: "}

// signs are what the HTML parser puts before list items and quoted lines.
var signs = regexp.MustCompile(`(?m)^( *)(?:\* |> )`)

// PlainText turns the HTML of a message into the text that clients without
// HTML show and that screen readers read: no Markdown signs, links as
// «text : address».
func PlainText(html, lang string) string {
	if removed[lang] == "" {
		lang = "fr"
	}
	bare := func(text string, _ format.Context) string { return text }
	colon := " : "
	if lang == "en" {
		colon = ": "
	}
	parser := &format.HTMLParser{
		TabsToSpaces:    4,
		Newline:         "\n",
		BoldConverter:   bare,
		ItalicConverter: bare,
		StrikethroughConverter: func(text string, _ format.Context) string {
			return removed[lang] + text
		},
		MonospaceConverter: bare,
		MonospaceBlockConverter: func(code, _ string, _ format.Context) string {
			return strings.TrimSuffix(code, "\n")
		},
		LinkConverter: func(text, address string, _ format.Context) string {
			if text == address {
				return address
			}
			return text + colon + strings.TrimPrefix(address, "mailto:")
		},
	}
	text := parser.Parse(html, format.NewContext(context.TODO()))
	return signs.ReplaceAllString(text, "$1– ")
}
