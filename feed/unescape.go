package feed

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxEntity bounds the length of a declared entity, in bytes, so that a few bytes
// cannot expand to many.
const (
	maxEntity   = 200
	maxEntities = 100
	maxExpanded = 1 << 20 // total expansion, in bytes
)

// entities holds the entities that a document declares in its DOCTYPE: names that
// stand for texts.
type entities struct {
	values   map[string]string
	expanded int // total expansion so far, in bytes
}

// declare stores the entities that a DOCTYPE declares, at most maxEntities. It ignores
// those longer than maxEntity and those that refer to other entities or to files, by
// which a document could grow without limit or read local files.
func (e *entities) declare(doctype []byte) {
	for len(e.values) < maxEntities {
		_, rest, found := bytes.Cut(doctype, []byte("<!ENTITY"))
		if !found {
			return
		}
		doctype = rest
		declaration, _, _ := bytes.Cut(rest, []byte(">"))
		name, value, _ := strings.Cut(strings.TrimSpace(string(declaration[:min(len(declaration), 2*maxEntity)])), " ")
		value = strings.TrimSpace(value)
		if len(value) < 2 || value[0] != '"' && value[0] != '\'' {
			continue
		}
		end := strings.IndexByte(value[1:], value[0])
		if end < 0 || end > maxEntity || strings.ContainsAny(value[1:1+end], "&<%") {
			continue
		}
		e.values[name] = value[1 : 1+end]
	}
}

// unescape returns s with the references (&amp;, &#233; or an entity of the document)
// replaced by their characters. Other ampersands stay.
func (e *entities) unescape(s []byte) string {
	if bytes.IndexByte(s, '&') < 0 {
		return string(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		before, rest, found := bytes.Cut(s, []byte("&"))
		b.Write(before)
		if !found {
			return b.String()
		}
		text, length := e.reference(rest)
		b.WriteString(text)
		s = rest[length:]
	}
}

// reference returns the text that the reference at the start of s stands for, and the
// length of the reference. s begins after the ampersand. For no reference, and for an
// unknown name, it returns the ampersand and 0. It counts in e.expanded what the
// entities of the document expand to; from maxExpanded bytes on, their names are
// unknown.
func (e *entities) reference(s []byte) (text string, length int) {
	end := bytes.IndexByte(s[:min(len(s), 40)], ';')
	if end < 1 {
		return "&", 0
	}
	name := string(s[:end])
	if name[0] == '#' {
		r, ok := number(name)
		if !ok {
			return "&", 0
		}
		if utf16.IsSurrogate(r) {
			// Some programs write the two surrogates of an emoji as two references.
			if next := s[end+1:]; len(next) > 2 && next[0] == '&' {
				if stop := bytes.IndexByte(next[:min(len(next), 40)], ';'); stop > 1 {
					if low, ok := number(string(next[1:stop])); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
						return string(utf16.DecodeRune(r, low)), end + 1 + stop + 1
					}
				}
			}
			return " ", end + 1
		}
		return html.UnescapeString("&" + name + ";"), end + 1
	}
	if value, ok := e.values[name]; ok && e.expanded < maxExpanded {
		e.expanded += len(value)
		return value, end + 1
	}
	reference := "&" + name + ";"
	if value := html.UnescapeString(reference); !strings.HasSuffix(value, ";") {
		return value, end + 1
	}
	return "&", 0
}

// number returns the character of a numeric reference name, «#233» or «#xE9»; false if
// name is none.
func number(name string) (rune, bool) {
	digits, isNumber := strings.CutPrefix(name, "#")
	if !isNumber {
		return 0, false
	}
	base := 10
	if hex := strings.TrimLeft(digits, "xX"); len(hex) == len(digits)-1 {
		digits, base = hex, 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	return rune(n), err == nil && n >= 0
}
