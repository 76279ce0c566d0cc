package catalogue

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"heraut/text"
)

// readCSV yields the repositories of a CSV table. Its first line names the columns,
// which may be in any order. Malformed lines are dropped and reported. If no column
// holds addresses, the error is ErrNoTable, or describes the table. It is also that of
// yield or of the reader.
func (l *lister) readCSV(in *input) error {
	start, err := startOf(in)
	if err != nil {
		return err
	}
	t := table{in: in.Reader}
	line, _, err := t.next(0)
	header := slices.Clone(line)
	for i := range header {
		header[i] = text.Fold(strings.TrimSpace(header[i]))
	}
	switch {
	case err != nil && !errors.Is(err, errStray) && !errors.Is(err, io.EOF):
		return err
	case err != nil || !hasAddresses(header):
		if trouble := tableTrouble(start); trouble != nil {
			return trouble
		}
		return ErrNoTable
	}
	row := object{}
	for {
		fields, at, err := t.next(len(header))
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errStray):
			l.drop(fmt.Sprintf("%v (line %d)", err, at))
			continue
		case err != nil:
			return err
		case len(fields) != len(header):
			l.drop(fmt.Sprintf("has %d columns, not %d (line %d)", len(fields), len(header), at))
			continue
		}
		for i, value := range fields {
			row[header[i]] = value
		}
		if err := l.add(row); err != nil {
			return err
		}
	}
}

// ErrNoTable means that a text is neither JSON nor a table of repositories.
var ErrNoTable = errors.New("it is neither JSON nor a table whose first line names the column of addresses")

// addresses are the keys of a repository's page that only repositories have.
var addresses = []string{"repertoire_url", "repository_url", "html_url"}

func hasAddresses(header []string) bool {
	known := func(column string) bool { return slices.Contains(addresses, column) }
	return slices.ContainsFunc(header, known) || slices.Contains(header, "id") && slices.Contains(header, "full_name")
}
