package feed

import (
	"bytes"
	"fmt"
	"strings"
)

// maxName is the longest name of an element, in bytes.
const maxName = 200

// scanner is a reader that splits XML into tags and the text between them. It accepts
// anything: a < that begins no tag is text, and an unclosed section ends with the
// document. It copies nothing.
type scanner struct {
	text []byte
	at   int
	// entities are declared by the first DOCTYPE.
	entities entities

	elements int // number so far
	depth    int // number still open
	err      error
}

// tag is an opening, closing or empty tag of XML: its name, its raw attributes and its
// position.
type tag struct {
	name       string // as written, for example "dc:date"
	attributes []byte // as written
	start, end int    // its position in the text
	closes     bool   // </name>
	empty      bool   // <name/>
}

// next returns the next tag and moves the scanner behind it; comments, instructions and
// CDATA are skipped with their contents. It returns false at the end of the document,
// and when there are more elements than in any real feed, or they nest deeper; s.err is
// then set.
func (s *scanner) next() (t tag, ok bool) {
	for s.err == nil {
		i := bytes.IndexByte(s.text[s.at:], '<')
		if i < 0 {
			s.at = len(s.text)
			return tag{}, false
		}
		s.at += i
		rest := s.text[s.at:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			s.skip(4, "-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			s.skip(9, "]]>")
		case bytes.HasPrefix(rest, []byte("<?")):
			s.skip(2, ">")
		case bytes.HasPrefix(rest, []byte("<!")):
			s.skipDoctype()
		default:
			if t, ok := s.tag(rest); ok {
				s.count(&t)
				return t, s.err == nil
			}
			s.at++
		}
	}
	return tag{}, false
}

// count counts the element of an opening tag and updates s.depth, the number of open
// elements. If the document has more elements than any real feed, or deeper ones, count
// sets s.err, and next returns no more tags.
func (s *scanner) count(t *tag) {
	switch {
	case t.closes:
		s.depth = max(0, s.depth-1)
		return
	case !t.empty && !neverCloses[t.name]:
		s.depth++
	}
	if s.elements++; s.elements > maxElements {
		s.err = fmt.Errorf("%w: more than %d elements", ErrTooMany, maxElements)
	} else if s.depth > maxNesting {
		s.err = fmt.Errorf("%w: more than %d elements in one another", ErrTooMany, maxNesting)
	}
}

// neverCloses are the void elements of HTML. Some feeds contain raw HTML.
var neverCloses = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true,
	"input": true, "meta": true, "track": true, "wbr": true,
}

// skip moves the scanner over a section, such as a comment, to behind its end mark.
// length is that of the section's opening mark. A section without an end lasts to the
// end of the document.
func (s *scanner) skip(length int, end string) {
	s.at += length
	if i := bytes.Index(s.text[s.at:], []byte(end)); i >= 0 {
		s.at += i + len(end)
	} else {
		s.at = len(s.text)
	}
}

// skipDoctype moves the scanner over a <!DOCTYPE …>, and stores the entities that the
// first one declares in s.entities.
func (s *scanner) skipDoctype() {
	rest := s.text[s.at:]
	end := bytes.IndexByte(rest, '>')
	if end < 0 {
		s.at = len(s.text) // no tag follows either
		return
	}
	if open := bytes.IndexByte(rest[:end], '['); open >= 0 && s.entities.values == nil {
		s.entities.values = map[string]string{}
		if stop := bytes.IndexByte(rest, ']'); stop > open {
			s.entities.declare(rest[open:stop])
			end = stop + max(0, bytes.IndexByte(rest[stop:], '>'))
		}
	}
	s.at += end + 1
}

// tag reads the tag at the beginning of rest, the text from s.at on, and moves the
// scanner behind it; ok is false, and the scanner stays, if there is none.
func (s *scanner) tag(rest []byte) (t tag, ok bool) {
	t.start = s.at
	name := rest[1:]
	if len(name) > 0 && name[0] == '/' {
		t.closes = true
		name = name[1:]
	}
	n := 0
	for n < len(name) && n <= maxName && isNameByte(name[n], n == 0) {
		n++
	}
	if n == 0 || n > maxName {
		return t, false
	}
	t.name = string(name[:n])
	attributes := name[n:]
	end := tagEnd(attributes)
	if end < 0 {
		return t, false
	}
	t.attributes = bytes.TrimSpace(attributes[:end])
	if !t.closes && bytes.HasSuffix(t.attributes, []byte("/")) {
		t.empty = true
		t.attributes = t.attributes[:len(t.attributes)-1]
	}
	s.at += len(rest) - len(attributes) + end + 1
	t.end = s.at
	return t, true
}

// tagEnd returns the index in attributes, the text after a tag's name, of the > that
// ends the tag. That is the first > outside of quotes or, if a quote is never closed,
// the first > at all. The result is -1 if there is no such >, or if a < outside of
// quotes comes before it.
func tagEnd(attributes []byte) int {
	quote := byte(0)
	for i, c := range attributes {
		switch {
		case quote == 0 && c == '>':
			return i
		case quote == 0 && c == '<':
			return -1
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case i > maxField:
			return bytes.IndexByte(attributes, '>')
		}
	}
	return bytes.IndexByte(attributes, '>')
}

func isNameByte(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c >= 0x80:
		return true
	case '0' <= c && c <= '9', c == '-', c == '.', c == ':':
		return !first
	}
	return false
}

// attribute returns the value of the attribute with that name, in upper or lower case.
// The value is as written, with its references; ok is false if the tag lacks it.
func (t *tag) attribute(name string) (value []byte, ok bool) {
	for written, value := range t.each {
		if strings.EqualFold(written, name) {
			return value, true
		}
	}
	return nil, false
}

// each calls yield with the name and the raw value of each attribute, until yield
// returns false.
func (t *tag) each(yield func(name string, value []byte) bool) {
	rest := t.attributes
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n/\"'")
		n := bytes.IndexAny(rest, "= \t\r\n")
		if len(rest) == 0 {
			return
		}
		if n < 0 {
			n = len(rest)
		}
		name := string(rest[:min(n, 200)])
		rest = bytes.TrimLeft(rest[n:], " \t\r\n")
		var value []byte
		if len(rest) > 0 && rest[0] == '=' {
			rest = bytes.TrimLeft(rest[1:], " \t\r\n")
			value, rest = quoted(rest)
		} else if n == 0 {
			return
		}
		if !yield(name, value) {
			return
		}
	}
}

// quoted returns the attribute value that s begins with, without its quotes, and the
// text after it. A value without a closing quote ends at the next white space.
func quoted(s []byte) (value, rest []byte) {
	if len(s) > 0 && (s[0] == '"' || s[0] == '\'') {
		if end := bytes.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], s[end+2:]
		}
		s = s[1:]
	}
	end := bytes.IndexAny(s, " \t\r\n")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}
