package catalogue

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// MaxSize is the size of the largest accepted list, in bytes. Real ones have some
// megabytes.
const MaxSize = 64 << 20

// Reasons why a list cannot be read.
var (
	ErrEmpty     = errors.New("it is empty")
	ErrTooLarge  = fmt.Errorf("it has more than %d MiB", MaxSize>>20)
	ErrWebPage   = errors.New("it is a web page or XML, not a list")
	ErrNotText   = errors.New("it is binary data, not text")
	ErrTruncated = errors.New("it is cut off before its end")
	ErrNotJSON   = errors.New("it is not valid JSON")
	ErrNotList   = errors.New("it is JSON, but no list of entries")
	// ErrLines means NDJSON: one object on each line.
	ErrLines = errors.New("it is one JSON object per line (NDJSON), not one JSON list")
	// ErrSingle means a single entry instead of a list.
	ErrSingle    = errors.New("it is a single JSON object, not a list of them")
	ErrNoEntries = errors.New("it has no usable entry")
	// ErrSeparator means a table with other separators: see SeparatorError.
	ErrSeparator = errors.New("its columns are not separated by commas")
	// ErrUnknownList means a list of another kind: see UnknownListError.
	ErrUnknownList = errors.New("it is a list of another kind")
)

// UnknownListError is the error for data that are no catalogue of a known kind. It
// names their fields, so that a person sees what they are. errors.Is finds
// ErrUnknownList in it.
type UnknownListError struct {
	Kind   ListKind
	Fields []string // names of its fields or columns, at most 12
}

// ListKind says what an UnknownListError is about: a JSON list, a single JSON object,
// or a table.
type ListKind int

// The kinds.
const (
	JSONList   ListKind = iota // the first element of a list
	JSONObject                 // one object
	Table                      // the first line of a CSV file
)

// Error returns an English text for logs that names the fields.
func (e *UnknownListError) Error() string {
	what := []string{"a JSON list whose elements have the fields", "a JSON object with the fields", "a table with the columns"}[e.Kind]
	return fmt.Sprintf("%v: %s %s", ErrUnknownList, what, strings.Join(e.Fields, ", "))
}

// Is reports whether target is ErrUnknownList, for errors.Is.
func (e *UnknownListError) Is(target error) bool { return target == ErrUnknownList }

func unknownList(kind ListKind, fields []string) *UnknownListError {
	const most = 12
	return &UnknownListError{kind, fields[:min(len(fields), most)]}
}

// SeparatorError is the error for a table whose columns another character than a comma
// separates. errors.Is finds ErrSeparator in it.
type SeparatorError struct {
	Separator rune // ';', '\t' or '|'
}

// Error returns an English text for logs that names the separator.
func (e *SeparatorError) Error() string {
	return fmt.Sprintf("%v, but by %s", ErrSeparator, map[rune]string{';': "semicolons", '\t': "tabs", '|': "vertical bars"}[e.Separator])
}

// Is reports whether target is ErrSeparator, for errors.Is.
func (e *SeparatorError) Is(target error) bool { return target == ErrSeparator }

// input is the text of a list as UTF-8. It remembers the error of the reader from which
// the text comes, since parsers replace that error by one of their own (see cause).
type input struct {
	*bufio.Reader
	limited *limitedReader
}

// newInput returns an input of the text in r. Reading it fails with ErrTooLarge after
// more than MaxSize bytes. The text passes through the transformer repairedUTF8, which
// replaces bytes that are no UTF-8, most of them by the characters that they are in
// Windows-1252.
func newInput(r io.Reader) *input {
	limited := &limitedReader{r: r}
	return &input{bufio.NewReaderSize(decoded(bufio.NewReader(limited), ""), 64<<10), limited}
}

// first returns the first character that is not white space, without consuming it; it
// consumes the white space before it. The error is ErrEmpty for a text of white space,
// ErrNotText for a control character, or that of the reader.
func (in *input) first() (rune, error) {
	for {
		c, _, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return 0, cmp.Or(in.limited.err, ErrEmpty)
		case err != nil:
			return 0, err
		case c == '\ufeff' || unicode.IsSpace(c):
		case unicode.IsControl(c):
			return 0, ErrNotText
		default:
			return c, in.UnreadRune()
		}
	}
}

// cause returns the error of reading the input, such as ErrTooLarge, if there was one;
// otherwise err, the error of the parser, which may be nil.
func (in *input) cause(err error) error {
	if in.limited.err != nil {
		return in.limited.err
	}
	return err
}

// limitedReader fails with ErrTooLarge once more than MaxSize bytes were read from it.
// It remembers its first error.
type limitedReader struct {
	r    io.Reader
	read int
	err  error
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.read += n; l.read > MaxSize {
		err = ErrTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = cmp.Or(l.err, err)
	}
	return n, err
}

// readList calls yield for each element of a JSON list; numbers are json.Number. Unless
// within is empty, the list may also stand in an object, under that key. The error is
// that of yield, which ends the reading, or wraps one of the Err values of this
// package, such as ErrNotList.
func readList(in *input, within string, yield func(any) error) error {
	if first, err := in.first(); err == nil && first == '[' {
		return readArray(in, func(text string) error {
			element, err := decodeElement(text)
			if err != nil {
				return err
			}
			return yield(element)
		})
	}
	dec := json.NewDecoder(in)
	dec.UseNumber()
	t, err := dec.Token()
	if err != nil {
		return syntax(err)
	}
	if t != json.Delim('{') {
		return ErrNotList
	}
	if err := readObject(dec, within, yield); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more text follows the list", ErrNotJSON)
	}
	return nil
}

func readElements(dec *json.Decoder, yield func(any) error) error {
	for dec.More() {
		var element any
		if err := dec.Decode(&element); err != nil {
			return syntax(err)
		}
		if err := yield(element); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntax(err)
	}
	return nil
}

// readObject calls yield for each element of the list that a JSON object holds under
// the key within. The error is that of yield or of the JSON. If the object has no such
// list, the error says what the text is instead: ErrLines for one object on each line,
// ErrSingle for one software or repository, otherwise an *UnknownListError. If the
// value under the key is no list, the error wraps ErrNotList.
func readObject(dec *json.Decoder, within string, yield func(any) error) error {
	fields := object{}
	found := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return syntax(err)
		}
		if name, ok := key.(string); !ok || name != within || within == "" || found {
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				return syntax(err)
			}
			if !bytes.Equal(value, []byte("null")) {
				fields[fmt.Sprint(key)] = true
			}
			continue
		}
		found = true
		t, err := dec.Token()
		if err != nil {
			return syntax(err)
		}
		if t != json.Delim('[') {
			return fmt.Errorf("%w: «%s» is none", ErrNotList, within)
		}
		if err := readElements(dec, yield); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntax(err)
	}
	if found {
		return nil
	}
	if next, err := dec.Token(); err == nil && next == json.Delim('{') {
		return ErrLines
	}
	if isRepository(fields) || isSoftware(fields) {
		return ErrSingle
	}
	return unknownList(JSONObject, fieldNames(fields))
}

// syntax returns the error of this package for an error of the JSON decoder:
// ErrTruncated at the end of the text, otherwise one that wraps ErrNotJSON.
func syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return fmt.Errorf("%w: %w", ErrNotJSON, err)
}

// tableTrouble returns the error for a table that cannot be read: a *SeparatorError for
// a list of repositories whose columns have another separator than a comma, and an
// *UnknownListError with the columns for any other table. start is the beginning of the
// text; for a text that is no table, the result is nil.
func tableTrouble(start []byte) error {
	for _, sign := range []rune{';', '\t', '|'} {
		if hasAddresses(columnsOf(start, sign)) {
			return &SeparatorError{sign}
		}
	}
	for _, sign := range []rune{',', ';', '\t', '|'} {
		if columns := columnsOf(start, sign); len(columns) > 1 {
			return unknownList(Table, columns)
		}
	}
	return nil
}

// columnsOf returns the column names of a table that begins with start and whose
// columns separator separates. It returns none when the next line is missing or has
// another number of columns, or when a column has no name, or one with a colon or a
// brace.
func columnsOf(start []byte, separator rune) []string {
	table := csv.NewReader(bytes.NewReader(start))
	table.Comma, table.FieldsPerRecord, table.LazyQuotes = separator, -1, true
	header, err := table.Read()
	if err != nil {
		return nil
	}
	next, err := table.Read()
	if err != nil || len(next) != len(header) {
		return nil
	}
	columns := make([]string, len(header))
	for i, name := range header {
		if columns[i] = clean(name, 60); columns[i] == "" || strings.ContainsAny(name, ":{}") { // YAML, for example
			return nil
		}
	}
	return columns
}
