package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxSize is the size in bytes of the largest catalogue that Read accepts.
// The real one has some megabytes.
const MaxSize = 64 << 20

// Why a catalogue cannot be read.
var (
	ErrEmpty     = errors.New("it is empty")
	ErrTooLarge  = fmt.Errorf("it has more than %d MiB", MaxSize>>20)
	ErrWebPage   = errors.New("it is a web page or XML, not JSON")
	ErrNotUTF8   = errors.New("it is not UTF-8 text")
	ErrTruncated = errors.New("it is cut off before its end")
	ErrNotJSON   = errors.New("it is not valid JSON")
	ErrNotList   = errors.New("it is JSON, but no list of entries")
	ErrNoCatalog = errors.New("it is a JSON object without «catalog»")
	ErrNoEntries = errors.New("it has no usable entry")
)

// File is what a published catalogue holds.
type File struct {
	Entries []Software
	Dropped []Dropped
	// Generation is the commonest one among the entries.
	Generation Generation
}

// Dropped tells why an element of the list is not among the entries.
type Dropped struct {
	Index  int    `json:"index"` // its place in the list, from 0
	Reason string `json:"reason"`
}

// Read decodes a catalogue of any generation: a JSON array of elements, or
// generation A's object with such an array under "catalog". The format of each
// element is decided on its own. An element that cannot be used is dropped and
// reported; it never costs the others. The error, if any, wraps one of the Err
// values above, or is r's.
func Read(r io.Reader) (File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return File{}, fmt.Errorf("read catalogue: %w", err)
	}
	f, err := decode(data)
	if err != nil {
		return File{}, fmt.Errorf("read catalogue: %w", err)
	}
	return f, nil
}

func decode(data []byte) (File, error) {
	if len(data) > MaxSize {
		return File{}, ErrTooLarge
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	start := bytes.TrimSpace(data)
	switch {
	case len(start) == 0:
		return File{}, ErrEmpty
	case start[0] == '<':
		return File{}, ErrWebPage
	case !utf8.Valid(data):
		return File{}, ErrNotUTF8
	}

	var b builder
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := readRoot(dec, &b); err != nil {
		return File{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return File{}, fmt.Errorf("%w: more text follows the list", ErrNotJSON)
	}
	f := b.file()
	if len(f.Entries) == 0 {
		if len(f.Dropped) > 0 {
			d := f.Dropped[0]
			return File{}, fmt.Errorf("%w: element %d %s", ErrNoEntries, d.Index, d.Reason)
		}
		return File{}, ErrNoEntries
	}
	return f, nil
}

// readRoot gives every element of the list to b, one at a time, so that the
// whole file never stands in memory as parsed JSON.
func readRoot(dec *json.Decoder, b *builder) error {
	t, err := dec.Token()
	if err != nil {
		return syntax(err)
	}
	switch t {
	case json.Delim('['):
		return readList(dec, b)
	case json.Delim('{'):
		return readObject(dec, b)
	}
	return ErrNotList
}

func readObject(dec *json.Decoder, b *builder) error {
	found := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return syntax(err)
		}
		if key != "catalog" || found {
			var skipped json.RawMessage
			if err := dec.Decode(&skipped); err != nil {
				return syntax(err)
			}
			continue
		}
		found = true
		t, err := dec.Token()
		if err != nil {
			return syntax(err)
		}
		if t != json.Delim('[') {
			return fmt.Errorf("%w: «catalog» is none", ErrNotList)
		}
		if err := readList(dec, b); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntax(err)
	}
	if !found {
		return ErrNoCatalog
	}
	return nil
}

func readList(dec *json.Decoder, b *builder) error {
	for dec.More() {
		var element any
		if err := dec.Decode(&element); err != nil {
			return syntax(err)
		}
		b.add(element)
	}
	if _, err := dec.Token(); err != nil {
		return syntax(err)
	}
	return nil
}

// syntax names the cause of a decoder's error.
func syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return fmt.Errorf("%w: %w", ErrNotJSON, err)
}
