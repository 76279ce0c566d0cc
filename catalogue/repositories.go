package catalogue

import (
	"errors"
	"fmt"
	"io"
)

// maxDropped is how many dropped elements of a list of repositories are reported.
const maxDropped = 1000

// RepositoriesFile describes a published list of repositories that was read: how many
// repositories it holds, which elements were dropped, and its format. It does not hold
// the repositories; ReadRepositories hands them to yield.
type RepositoriesFile struct {
	Entries int
	Dropped []Dropped // the first 1,000 at most
	// Generation is the most common one among the entries.
	Generation Generation
}

// ReadRepositories decodes a list of public repositories, a JSON array or CSV with a
// header, of any generation (GenFR, GenEN, GenCodegouv, GenEcosystems), and hands the
// repositories one by one to yield, in the file's order. It holds one element at a
// time. It decides the format of each element separately, and drops and reports an
// unusable one. A repository that the list holds twice reaches yield twice.
//
// The error, if any, wraps one of the Err values of this package, such as ErrTooLarge
// for more than MaxSize bytes, or is r's or yield's. By then yield may have received a
// part of the file.
func ReadRepositories(r io.Reader, yield func(Repository) error) (RepositoriesFile, error) {
	l := lister{yield: yield, counts: map[Generation]int{}}
	in := newInput(r)
	err := l.read(in)
	if l.refused != nil {
		return l.file, l.refused
	}
	if err = in.cause(err); err == nil && l.file.Entries == 0 {
		err = noEntries(l.file.Dropped)
		if l.foreign != nil {
			err = unknownList(JSONList, l.foreign)
		}
	}
	if err != nil {
		return l.file, fmt.Errorf("read repositories: %w", err)
	}
	return l.file, nil
}

// lister calls a function for each repository of a list, and counts the usable and the
// dropped elements.
type lister struct {
	yield   func(Repository) error
	refused error // yield's error
	index   int
	file    RepositoriesFile
	counts  map[Generation]int
	foreign []string // the fields of the first element that is no repository
}

func (l *lister) read(in *input) error {
	first, err := in.first()
	switch {
	case err != nil:
		return err
	case first == '<':
		return ErrWebPage
	case first != '[' && first != '{':
		return l.readCSV(in)
	}
	return readList(in, "", func(element any) error { return l.add(asObject(element)) })
}

// add converts the element o into a repository, counts it and yields it, or drops it
// with the reason. The error is that of yield.
func (l *lister) add(o object) error {
	if o == nil {
		l.drop("is not an object")
		return nil
	}
	r, reason := repository(o)
	if reason != "" {
		if !isRepository(o) && l.foreign == nil && l.index == 0 {
			l.foreign = fieldNames(o)
		}
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

// startOf returns the first bytes of the input without consuming them, as many as are
// needed to recognise its format. The error is that of the reader; a shorter text is
// none.
func startOf(in *input) ([]byte, error) {
	start, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return start, nil
}
