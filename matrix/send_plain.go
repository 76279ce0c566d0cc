package matrix

import (
	"context"
	"strings"

	"maunium.net/go/mautrix/format"

	"heraut/locale"
	"heraut/text"
)

// PlainText converts the HTML of a message into the text for clients without HTML and
// for screen readers: no Markdown signs, links as «text (address)», and in place of a
// hidden passage (spoiler) a word in brackets with the reason. The words that it adds,
// such as for struck-out text, are in the language lang. The text pings nobody.
func PlainText(html, lang string) string {
	said := func(name string) string {
		word, _ := locale.Text(lang, "plain "+name, nil) // a test reads them in every language
		return word
	}
	bare := func(s string, _ format.Context) string { return s }
	parser := &format.HTMLParser{
		TabsToSpaces:    4,
		Newline:         "\n",
		BoldConverter:   bare,
		ItalicConverter: bare,
		StrikethroughConverter: func(s string, _ format.Context) string {
			return said("removed") + s
		},
		MonospaceConverter: bare,
		MonospaceBlockConverter: func(code, _ string, _ format.Context) string {
			return strings.TrimSuffix(code, "\n")
		},
		SpoilerConverter: func(_, reason string, _ format.Context) string {
			if reason != "" {
				return "[" + said("hidden") + said("colon") + reason + "]"
			}
			return "[" + said("hidden") + "]"
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
	return text.PingNobody(withDashes(plain))
}

// withDashes returns plain with a dash in place of each «* » or «> » at the start of a
// line, after any spaces: these the HTML parser puts before list items and quoted lines.
func withDashes(plain string) string {
	var b strings.Builder
	for line := range strings.Lines(plain) {
		rest := strings.TrimLeft(line, " ")
		if strings.HasPrefix(rest, "* ") || strings.HasPrefix(rest, "> ") {
			b.WriteString(line[:len(line)-len(rest)])
			b.WriteString("– ")
			line = rest[len("* "):]
		}
		b.WriteString(line)
	}
	return b.String()
}
