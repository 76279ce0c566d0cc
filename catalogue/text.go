package catalogue

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"heraut/text"
)

// The longest texts stored, in runes. Real ones are far shorter.
const (
	maxName        = 200
	maxDescription = 4000
	maxURL         = 2000
)

// clean returns an untrusted text in a form that is safe to show: one line in NFC of at
// most limit characters, with single spaces, no control characters, and none that are
// invisible or change the direction of writing.
func clean(s string, limit int) string {
	if isPlain(s) && len(s) <= limit {
		return s
	}
	var b strings.Builder
	n := 0
	space := false
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == unicode.ReplacementChar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
			n++
		}
		if n++; n > limit {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSuffix(b.String(), " ")
}

// isPlain reports whether s is printable ASCII with single spaces inside only: the
// common case, in which clean has nothing to do.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// vacuous are folded descriptions without information: defaults of forms and of
// Wikidata.
var vacuous = map[string]bool{
	"no description": true, "aucune description": true, "pas de description": true,
	"logiciel": true, "logiciel informatique": true, "logiciel libre": true,
	"logiciel open source": true, "logiciel libre et open source": true,
	"projet informatique": true, "application": true, "software": true,
	"free software": true, "open source software": true, "computer software": true,
	"free and open source software": true,
	"none":                          true, "null": true, "undefined": true, "na": true, "n a": true,
}

// maxVacuous is the length of the longest key of vacuous.
const maxVacuous = len("free and open source software")

// isLong reports whether s has more letters and digits, without those with accents, than
// the texts in vacuous. It saves most descriptions from being folded.
func isLong(s string) bool {
	n := 0
	for i := range len(s) {
		if c := s[i] | 0x20; 'a' <= c && c <= 'z' || '0' <= s[i] && s[i] <= '9' {
			if n++; n > maxVacuous {
				return true
			}
		}
	}
	return false
}

// description returns a text cleaned for messages; empty if it says nothing, such as a
// placeholder.
func description(s string) string {
	s = clean(s, maxDescription)
	if isLong(s) {
		return s
	}
	words := text.Words(s)
	if len(words) == 0 || vacuous[strings.Join(words, " ")] {
		return ""
	}
	return s
}

// link returns s as an absolute http or https URL; an empty string if it is none, or
// holds a user name. An address that begins with // gets https. Of a text of more than
// maxURL characters, only the first maxURL count.
func link(s string) string {
	s = clean(s, maxURL)
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsRune(s, ' ') {
		return ""
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// hostOf returns the host of an address in lower case, without the port; empty if it
// has none or is malformed.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// wikidataID returns s in upper case if it is the id of a Wikidata item, «Q» and
// digits; otherwise an empty string.
func wikidataID(s string) string {
	s = strings.ToUpper(clean(s, 20))
	digits, ok := strings.CutPrefix(s, "Q")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return s
}

// wikidataPage returns the address of the Wikidata page of an id; "" for an empty id.
func wikidataPage(id string) string {
	if id == "" {
		return ""
	}
	return "https://www.wikidata.org/wiki/" + id
}
