package catalogue

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"heraut/text"
)

// readCSV reads a table whose first line names the columns, in any order.
func (l *lister) readCSV(in io.Reader) error {
	table := csv.NewReader(in)
	table.FieldsPerRecord = -1
	table.ReuseRecord = true
	line, err := table.Read()
	header := slices.Clone(line)
	for i := range header {
		header[i] = text.Fold(strings.TrimSpace(header[i]))
	}
	if err != nil || !hasAddresses(header) {
		return ErrNoTable
	}
	row := object{}
	for {
		line, err := table.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &wrong):
			l.drop(fmt.Sprintf("is not well-formed CSV (line %d)", wrong.StartLine))
			continue
		case err != nil:
			return err
		case len(line) != len(header):
			l.drop(fmt.Sprintf("has %d columns, not %d", len(line), len(header)))
			continue
		}
		for i, value := range line {
			row[header[i]] = value
		}
		if err := l.add(row); err != nil {
			return err
		}
	}
}

// addresses are the keys of a repository's page that no other thing has.
var addresses = []string{"repertoire_url", "repository_url", "html_url"}

func hasAddresses(header []string) bool {
	known := func(column string) bool { return slices.Contains(addresses, column) }
	return slices.ContainsFunc(header, known) || slices.Contains(header, "id") && slices.Contains(header, "full_name")
}

// AreRepositories reports whether a file that begins like that is a list of
// repositories, as ReadRepositories reads it, rather than a catalogue. Some
// kibibytes are enough.
func AreRepositories(start []byte) bool {
	start = bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\ufeff")))
	if len(start) == 0 || start[0] == '{' {
		return false
	}
	if start[0] != '[' {
		header, _, _ := bytes.Cut(start, []byte("\n"))
		columns, err := csv.NewReader(bytes.NewReader(header)).Read()
		return err == nil && hasAddresses(columns)
	}
	dec := json.NewDecoder(bytes.NewReader(start))
	if _, err := dec.Token(); err != nil {
		return false
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
