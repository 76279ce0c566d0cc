package sources

import (
	"fmt"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
)

// Settings describe one source: its name, kind, address and intervals.
type Settings struct {
	// Name is the source's name in rooms; a feed that a room added has its address as
	// its name.
	Name string
	Kind Kind
	// Location is the URL or file to read.
	Location string
	Every    time.Duration
	// Settle is how long an item rests before its announcement.
	Settle time.Duration
}

// Kind is the kind of a source, such as a feed or a list of repositories.
type Kind string

// The kinds of sources.
const (
	Ecosystems     Kind = "ecosystems"   // the API of ecosyste.ms
	RepositoryList Kind = "repositories" // a list of repositories in JSON or CSV
	SILL           Kind = "sill"         // the free-software catalogue
	Catalogue      Kind = "catalogue"    // another catalogue, by its name
	Feed           Kind = "feed"         // RSS, Atom or JSON Feed
	Calendar       Kind = "calendar"     // iCalendar, which package agenda reads
)

// Rereads reports whether items of sources of this kind are read again before they are
// announced, and later for corrections. That holds for repositories.
func (k Kind) Rereads() bool { return k == Ecosystems || k == RepositoryList }

// New returns the Source that s describes. The error names an unknown kind; Calendar is
// one, since package agenda reads it. getter reads the source's address. current
// returns the catalogue, for the kinds of source that announce a catalogue's news.
func New(s Settings, getter *fetch.Getter, current func() catalogue.State) (Source, error) {
	switch s.Kind {
	case Ecosystems:
		return &ecosystems{getter: getter, base: strings.TrimRight(s.Location, "/")}, nil
	case RepositoryList:
		return &repositoryList{getter: getter, location: s.Location}, nil
	case SILL:
		return &sill{current: current}, nil
	case Catalogue:
		return &otherCatalogue{current: current}, nil
	case Feed:
		return NewFeed(getter, s.Location, nil), nil
	}
	return nil, fmt.Errorf("%q is no kind of source", s.Kind)
}
