package catalogue

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// The longest record of a table. A longer one is taken for a missing quote.
const (
	maxRecordLines = 200
	maxRecordBytes = 256 << 10
)

// table reads the records of a CSV text (RFC 4180). encoding/csv takes an unclosed
// quote for the beginning of a long field, and loses all records up to the next quote.
// A table loses only the line with the stray quote.
type table struct {
	in      *bufio.Reader
	pending []string // lines to read again
	line    int      // number of the last line read, from 1
	fields  []string // of the last record
}

// errStray means that a line has misplaced quotes.
var errStray = errors.New("is not well-formed CSV")

// next returns the fields of the next record and the number of its first line. The
// fields are valid until the next call. If columns is more than 0 and a record over
// several lines has another number of fields, next takes its opening quote for a
// misplaced one. The error is errStray for a line with a misplaced quote; the next call
// continues after that line. Any other error is the reader's.
func (t *table) next(columns int) (fields []string, line int, err error) {
	var text string
	var lines []string
	state := whole
	for {
		more, err := t.readLine()
		if err != nil && (len(lines) == 0 || !errors.Is(err, io.EOF)) {
			return nil, t.line, err
		}
		if len(lines) == 0 && strings.Trim(more, "\r\n") == "" && err == nil {
			continue // a blank line between records
		}
		if err == nil {
			lines = append(lines, more)
			text += more
		}
		end := err != nil || len(lines) == maxRecordLines || len(text) > maxRecordBytes
		if state != open || end || strings.Contains(more, `"`) {
			t.fields, state = split(text, t.fields[:0])
		}
		switch {
		case state == whole && (len(lines) == 1 || columns == 0 || len(t.fields) == columns):
			return t.fields, t.line - len(lines) + 1, nil
		case state == open && !end:
		default:
			t.pending = append(lines[1:], t.pending...)
			t.line -= len(lines) - 1
			return nil, t.line, errStray
		}
	}
}

// readLine returns the next line with its line ending, first those to read again, and
// counts it; io.EOF after the last.
func (t *table) readLine() (string, error) {
	if len(t.pending) > 0 {
		line := t.pending[0]
		t.pending = t.pending[1:]
		t.line++
		return line, nil
	}
	line, err := t.in.ReadString('\n')
	if line == "" && err != nil {
		return "", err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	t.line++
	return line, nil
}

// state says how a text ends when it is read as a record of a table: complete, inside
// a quoted field, or with a misplaced quote.
type state int

const (
	whole state = iota
	open        // in a quoted field
	stray       // a misplaced quote
)

// split splits the text s, a CSV record, into its fields, appends them to fields and
// returns fields. The state is whole for a complete record, open if s ends inside a
// quoted field, and stray if a quote is misplaced.
func split(s string, fields []string) ([]string, state) {
	s = strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
	for {
		if !strings.HasPrefix(s, `"`) {
			field, rest, more := strings.Cut(s, ",")
			if strings.ContainsAny(field, "\"\n") {
				return fields, stray
			}
			if fields = append(fields, field); !more {
				return fields, whole
			}
			s = rest
			continue
		}
		field, rest, closed := unquote(s[1:])
		switch {
		case !closed:
			return fields, open
		case rest == "":
			return append(fields, field), whole
		case rest[0] != ',':
			return fields, stray
		}
		fields, s = append(fields, field), rest[1:]
	}
}

// unquote reads a quoted field of CSV; s begins after the opening quote. It returns the
// field's text and the text after the closing quote. closed is false if the field has
// no closing quote.
func unquote(s string) (field, rest string, closed bool) {
	for i := 0; ; {
		j := strings.IndexByte(s[i:], '"')
		if j < 0 {
			return "", "", false
		}
		i += j + 1
		if !strings.HasPrefix(s[i:], `"`) {
			return strings.ReplaceAll(s[:i-1], `""`, `"`), s[i:], true
		}
		i++
	}
}
