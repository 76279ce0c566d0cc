package catalogue

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// ErrNoTable tells that a text is neither JSON nor a table of repositories.
var ErrNoTable = errors.New("it is neither JSON nor a table whose first line names the column of addresses")

// maxDropped is how many dropped elements are reported.
const maxDropped = 1000

// RepositoriesFile is what a published list of repositories holds.
type RepositoriesFile struct {
	Entries int
	Dropped []Dropped // at most the first 1,000
	// Generation is the commonest one among the entries.
	Generation Generation
}

// ReadRepositories decodes a list of public repositories, a JSON array or CSV
// with a header, of any generation (GenFR, GenEN, GenCodegouv, GenEcosystems),
// and hands one after the other to yield, in the file's order. It holds one
// element at a time, and no more than MaxSize bytes are read. The format of each
// element is decided on its own; one that cannot be used is dropped and
// reported. A repository may come twice: the source says so.
//
// The error, if any, wraps one of the Err values of this package, or is r's or
// yield's. Part of the file may have been handed over by then.
func ReadRepositories(r io.Reader, yield func(Repository) error) (RepositoriesFile, error) {
	l := lister{yield: yield, counts: map[Generation]int{}}
	checked := &checkedReader{r: transform.NewReader(r, encoding.UTF8Validator)}
	err := l.read(bufio.NewReader(checked))
	switch {
	case l.refused != nil:
		return l.file, l.refused
	case errors.Is(checked.err, encoding.ErrInvalidUTF8):
		err = ErrNotUTF8
	case checked.err != nil:
		err = checked.err
	}
	if err == nil && l.file.Entries == 0 {
		err = ErrNoEntries
		if len(l.file.Dropped) > 0 {
			err = fmt.Errorf("%w: element %d %s", err, l.file.Dropped[0].Index, l.file.Dropped[0].Reason)
		}
	}
	if err != nil {
		return l.file, fmt.Errorf("read repositories: %w", err)
	}
	return l.file, nil
}

// lister hands repositories over and counts them.
type lister struct {
	yield   func(Repository) error
	refused error // by yield
	index   int
	file    RepositoriesFile
	counts  map[Generation]int
}

func (l *lister) read(in *bufio.Reader) error {
	first, err := firstRune(in)
	switch {
	case errors.Is(err, io.EOF):
		return ErrEmpty
	case err != nil:
		return err
	case first == '<':
		return ErrWebPage
	case first == '[':
		return l.readJSON(in)
	case first == '{':
		return ErrNotList
	}
	return l.readCSV(in)
}

// firstRune is the first character that is not white space, which stays unread.
func firstRune(in *bufio.Reader) (rune, error) {
	for {
		c, _, err := in.ReadRune()
		switch {
		case err != nil:
			return 0, err
		case c != '\ufeff' && !unicode.IsSpace(c):
			return c, in.UnreadRune()
		}
	}
}

func (l *lister) readJSON(in io.Reader) error {
	dec := json.NewDecoder(in)
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return syntax(err)
	}
	for dec.More() {
		var element any
		if err := dec.Decode(&element); err != nil {
			return syntax(err)
		}
		if err := l.add(asObject(element)); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntax(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more text follows the list", ErrNotJSON)
	}
	return nil
}

// add hands an element over, or drops it.
func (l *lister) add(o object) error {
	if o == nil {
		l.drop("is not an object")
		return nil
	}
	r, reason := repository(o)
	if reason != "" {
		l.drop(reason)
		return nil
	}
	l.index++
	l.file.Entries++
	g := repositoryGeneration(o)
	if l.counts[g]++; l.counts[g] > l.counts[l.file.Generation] {
		l.file.Generation = g
	}
	l.refused = l.yield(r)
	return l.refused
}

func (l *lister) drop(reason string) {
	if len(l.file.Dropped) < maxDropped {
		l.file.Dropped = append(l.file.Dropped, Dropped{Index: l.index, Reason: reason})
	}
	l.index++
}

// checkedReader remembers why r could not be read on: decoders hide it.
type checkedReader struct {
	r    io.Reader
	read int
	err  error
}

func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.read += n; c.read > MaxSize {
		err = ErrTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = cmp.Or(c.err, err)
	}
	return n, err
}
