package sources

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var declaredEncoding = regexp.MustCompile(`^(\s*<\?xml[^>]*?encoding=)["']([A-Za-z0-9._-]+)["']`)

// repairedText makes a feed UTF-8 that says so. What it says to be is believed
// only if it is not UTF-8; what says nothing true is taken for Windows-1252, the
// commonest of the others. Characters that XML forbids become spaces.
func repairedText(body []byte) []byte {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	said := ""
	if m := declaredEncoding.FindSubmatch(body); m != nil {
		said = strings.ToLower(string(m[2]))
	}
	switch {
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}), bytes.HasPrefix(body, []byte{0xfe, 0xff}):
		body = decode(body, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	case utf8.Valid(body):
	case said == "" || said == "utf-8" || said == "utf8":
		body = decoded(body, "windows-1252")
	default:
		body = decoded(body, said)
	}
	body = declaredEncoding.ReplaceAll(body, []byte(`$1"utf-8"`))
	return bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, body)
}

func decoded(body []byte, label string) []byte {
	e, _ := charset.Lookup(label)
	if e == nil {
		e = charmap.Windows1252
	}
	return decode(body, e)
}

func decode(body []byte, from encoding.Encoding) []byte {
	text, err := from.NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	return text
}

// absolute is link, as somebody wrote it, as an address, seen from base. It is
// empty if it is none.
func absolute(base, link string) string {
	link = strings.TrimSpace(link)
	if link == "" {
		return ""
	}
	// Spaces are common, and a "%" that begins no escape is what it says.
	link = badEscape.ReplaceAllString(strings.ReplaceAll(link, " ", "%20"), "%25$1")
	from, err := url.Parse(base)
	if err != nil {
		return ""
	}
	u, err := from.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

var badEscape = regexp.MustCompile(`%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)`)

// plain is the text of a piece of HTML, or of a text that is none.
func plain(text string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	hidden := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if !hidden {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style":
				hidden = !hidden
			case "a", "b", "i", "em", "strong", "span", "code", "sup", "sub", "abbr", "small", "u", "mark", "q":
			default:
				b.WriteByte(' ')
			}
		}
	}
}
