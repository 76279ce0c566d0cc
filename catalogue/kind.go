package catalogue

import (
	"bufio"
	"bytes"
	"encoding/json"
)

// sniffed is how many bytes AreRepositories needs.
const sniffed = 64 << 10

// AreRepositories reports whether a file that begins with start is a list of
// repositories for ReadRepositories, rather than a catalogue. It also returns true when
// ReadRepositories would report a fault of such a list: other separators than commas,
// one object on each line, a single object.
func AreRepositories(start []byte) bool {
	in := newInput(bytes.NewReader(start))
	first, err := in.first()
	if err != nil || first == '<' {
		return false
	}
	if first != '[' && first != '{' {
		text, _ := in.Peek(sniffed) // the text may be shorter
		for _, sign := range []rune{',', ';', '\t', '|'} {
			if hasAddresses(columnsOf(text, sign)) {
				return true
			}
		}
		return hasAddresses(headerOf(in.Reader))
	}
	dec := json.NewDecoder(in)
	if first == '[' {
		if _, err := dec.Token(); err != nil {
			return false
		}
	}
	for dec.More() {
		var element any
		if err := dec.Decode(&element); err != nil {
			return false
		}
		if o := asObject(element); o != nil {
			return isRepository(o)
		}
	}
	return false
}

// headerOf returns the names in the first line of a CSV table; nil if it cannot be
// read.
func headerOf(in *bufio.Reader) []string {
	t := table{in: in}
	fields, _, err := t.next(0)
	if err != nil {
		return nil
	}
	return fields
}
