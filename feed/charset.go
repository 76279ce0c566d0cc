package feed

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

var (
	charsetInHeader = regexp.MustCompile(`(?i)charset\s*=\s*["']?\s*([a-z0-9._:-]+)`)
	charsetInProlog = regexp.MustCompile(`(?i)<\?xml\s[^>]{0,200}?encoding\s*=\s*["']\s*([a-z0-9._:-]+)`)
	utf8Mark        = []byte("\ufeff")
)

// decode returns body as UTF-8 without leading blanks and byte-order marks; it does not
// copy body if that is UTF-8 already. The bytes win over any label: UTF-16 needs none,
// valid UTF-8 is UTF-8 (unless the label is ISO-2022-JP, which writes Japanese in ASCII
// bytes), and in text that is mostly valid UTF-8 only the bad bytes are replaced, by
// U+FFFD. Any other text is in the character set that the HTTP header contentType or
// the prolog names, or else in Windows-1252. The error wraps ErrTooMany: the text more
// than doubles in length.
func decode(body []byte, contentType string) ([]byte, error) {
	body = trimStart(body)
	switch {
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}), looksLikeUTF16(body, 1):
		return convert(body, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}), looksLikeUTF16(body, 0):
		return convert(body, unicode.UTF16(unicode.BigEndian, unicode.UseBOM))
	}
	var labels []string
	if m := charsetInHeader.FindStringSubmatch(contentType); m != nil {
		labels = append(labels, m[1])
	}
	if m := charsetInProlog.FindSubmatch(body[:min(len(body), 4096)]); m != nil {
		labels = append(labels, string(m[1]))
	}
	if utf8.Valid(body) {
		for _, label := range labels {
			// ISO-2022-JP writes Japanese in ASCII bytes.
			if e, name := charset.Lookup(label); name == "iso-2022-jp" && bytes.IndexByte(body, 0x1b) >= 0 {
				return convert(body, e)
			}
		}
		return body, nil
	}
	mostly := mostlyUTF8(body)
	for _, label := range labels {
		e, name := charset.Lookup(label)
		switch {
		case e == nil:
		case name == "utf-8" && mostly:
			return bytes.ToValidUTF8(body, []byte("\ufffd")), nil
		case name != "utf-8" && !strings.HasPrefix(name, "utf-16") && !mostly:
			return convert(body, e)
		}
	}
	if mostly {
		return bytes.ToValidUTF8(body, []byte("\ufffd")), nil
	}
	return convert(body, charmap.Windows1252)
}

// looksLikeUTF16 reports whether body begins with < or { in two bytes, as in UTF-16.
// zero is the index of the byte that is 0: 0 in big-endian text, 1 in little-endian
// text.
func looksLikeUTF16(body []byte, zero int) bool {
	return len(body) > 3 && body[zero] == 0 && (body[1-zero] == '<' || body[1-zero] == '{') && body[zero+2] == 0
}

// mostlyUTF8 reports whether body has at least as many valid multi-byte characters as
// invalid bytes.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		body = body[size:]
	}
	return good >= bad
}

// convert decodes all of body from the character set from to UTF-8. It decodes twice,
// first to compute the size, since a growing buffer would double the memory. The error
// wraps ErrTooMany: the text more than doubles in length, which no real feed does.
func convert(body []byte, from encoding.Encoding) ([]byte, error) {
	size := 0
	var buffer [4096]byte
	pass(body, from, func() []byte { return buffer[:] }, func(n int) { size += n })
	if size > 2*len(body)+len(buffer) {
		return nil, fmt.Errorf("%w: it is three times as long in UTF-8", ErrTooMany)
	}
	text := make([]byte, size)
	at := 0
	pass(body, from, func() []byte { return text[at:] }, func(n int) { at += n })
	return text[:at], nil
}

// pass decodes body from the character set from, piece by piece. Before each piece it
// calls room, which returns the buffer for the decoded text; after each piece it calls
// wrote with the number of bytes that it put there. Bytes that are wrong in that
// character set become U+FFFD. pass ends early, without an error, if a buffer is too
// small for the next character.
func pass(body []byte, from encoding.Encoding, room func() []byte, wrote func(n int)) {
	decoder := from.NewDecoder()
	for {
		n, read, err := decoder.Transform(room(), body, true)
		wrote(n)
		body = body[read:]
		if !errors.Is(err, transform.ErrShortDst) || n == 0 && read == 0 {
			return
		}
	}
}

// trimStart returns text without the blanks and byte-order marks at its start, however
// many there are.
func trimStart(text []byte) []byte {
	for {
		rest := bytes.TrimPrefix(bytes.TrimLeft(text, " \t\r\n"), utf8Mark)
		if len(rest) == len(text) {
			return text
		}
		text = rest
	}
}
