package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// splitter takes a JSON list apart: it finds where each element ends, without decoding
// it, so that several goroutines can decode elements at the same time.
type splitter struct {
	in *input
	// element holds the text of the current element.
	element strings.Builder
	depth   int
	inText  bool // inside a string of the element
	escaped bool // after a backslash there
}

// maxDepth is how deep lists and objects may lie in an element: as in encoding/json.
const maxDepth = 10_000

// readArray calls yield with the text of each element of the JSON list in the input,
// which stands before its «[». An element may be no valid JSON: decodeElement tells. The
// error is that of yield, which ends the reading, or wraps one of the Err values of this
// package.
func readArray(in *input, yield func(element string) error) error {
	s := splitter{in: in}
	c, err := s.after()
	for err == nil && c != ']' {
		var text string
		if text, err = s.read(); err != nil {
			return err
		}
		if err = yield(text); err != nil {
			return err
		}
		if c, err = s.next(); err != nil || c == ']' {
			break
		}
		if c != ',' {
			return fmt.Errorf("%w: invalid character %q after an element of the list", ErrNotJSON, c)
		}
		if c, err = s.after(); c == ']' {
			return fmt.Errorf("%w: no element after a comma", ErrNotJSON)
		}
	}
	if err != nil {
		return syntax(err)
	}
	if _, err := s.after(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more text follows the list", ErrNotJSON)
	}
	return nil
}

// after consumes one byte, and then does as next does.
func (s *splitter) after() (byte, error) {
	if _, err := s.in.Discard(1); err != nil {
		return 0, err
	}
	return s.next()
}

// next consumes white space, and returns the byte after it, which it does not consume.
func (s *splitter) next() (byte, error) {
	for {
		b, err := s.in.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			_, _ = s.in.Discard(1) // Peek has read it
		default:
			return b[0], nil
		}
	}
}

// read consumes one element, which begins at once, and returns its text.
func (s *splitter) read() (string, error) {
	s.element.Reset()
	s.depth, s.inText, s.escaped = 0, false, false
	for {
		if _, err := s.in.Peek(1); err != nil {
			return "", s.broken(err)
		}
		chunk, _ := s.in.Peek(s.in.Buffered())
		n, done := s.end(chunk)
		s.element.Write(chunk[:n])
		_, _ = s.in.Discard(n) // all of it is in the buffer
		switch {
		case done && s.element.Len() == 0:
			return "", fmt.Errorf("%w: no element before a comma", ErrNotJSON)
		case done:
			return s.element.String(), nil
		case s.depth > maxDepth:
			return "", s.broken(io.ErrUnexpectedEOF)
		}
	}
}

// end returns how many bytes of chunk belong to the element, and true if it ends there.
func (s *splitter) end(chunk []byte) (int, bool) {
	for i := 0; i < len(chunk); i++ {
		c := chunk[i]
		switch {
		case s.escaped:
			s.escaped = false
		case s.inText:
			switch c {
			case '\\':
				s.escaped = true
			case '"':
				if s.inText = false; s.depth == 0 {
					return i + 1, true
				}
			}
		case c == '"':
			s.inText = true
		case c == '{' || c == '[':
			if s.depth++; s.depth > maxDepth {
				return i + 1, false
			}
		case s.depth == 0 && (c == ',' || c <= ' ' || c == ']' || c == '}'): // after a number, true, false or null
			return i, true
		case c == '}' || c == ']':
			if s.depth--; s.depth == 0 {
				return i + 1, true
			}
		}
	}
	return len(chunk), false
}

// broken returns the error for an element that does not end: that of the JSON decoder
// about what there is of it, or else err.
func (s *splitter) broken(err error) error {
	if _, decoding := decodeSlowly(s.element.String()); decoding != nil {
		return decoding
	}
	return syntax(err)
}

// decodeElement decodes a JSON text as encoding/json does, with numbers as json.Number,
// but several times faster. The result shares the memory of the text. The error is that
// of syntax.
func decodeElement(text string) (any, error) {
	if !gjson.Valid(text) {
		return decodeSlowly(text)
	}
	return valueOf(gjson.Parse(text), 0), nil
}

// decodeSlowly does the same as decodeElement with encoding/json, whose errors name the
// fault.
func decodeSlowly(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, syntax(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more text follows an element", ErrNotJSON)
	}
	return value, nil
}

// maxFastDepth is how deep valueOf goes. gjson reads the text of a list or an object once
// at each level, so a megabyte that lies 10,000 deep would take many seconds.
const maxFastDepth = 16

// valueOf returns a valid JSON value in the types of encoding/json. depth is the number
// of lists and objects around it.
func valueOf(r gjson.Result, depth int) any {
	switch r.Type {
	case gjson.Null:
		return nil
	case gjson.False, gjson.True:
		return r.Type == gjson.True
	case gjson.Number:
		return json.Number(r.Raw)
	case gjson.String:
		return unquoted(r)
	}
	if depth == maxFastDepth {
		value, _ := decodeSlowly(r.Raw) // it is valid
		return value
	}
	if r.IsArray() {
		list := []any{}
		r.ForEach(func(_, v gjson.Result) bool {
			list = append(list, valueOf(v, depth+1))
			return true
		})
		return list
	}
	fields := map[string]any{}
	r.ForEach(func(name, v gjson.Result) bool {
		fields[unquoted(name)] = valueOf(v, depth+1)
		return true
	})
	return fields
}

// unquoted returns the text of a JSON string. It leaves escapes to encoding/json: gjson
// reads halves of characters beyond U+FFFF in another way.
func unquoted(r gjson.Result) string {
	if !strings.Contains(r.Raw, `\`) {
		return r.Str
	}
	var s string
	_ = json.Unmarshal([]byte(r.Raw), &s) // it is valid
	return s
}
