// Package feed reads RSS, Atom and JSON Feed as they are found, not only as their
// specifications want them: in any character set, cut off, with forbidden
// characters, with markup that is not closed. One odd field costs that field, and
// one broken entry costs that entry; the memory that a feed takes grows with its
// bytes and its entries, whatever it nests.
package feed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrFormat marks bytes that are no feed.
var ErrFormat = errors.New("not a feed")

// ErrPage marks a web page. It is an ErrFormat too.
var ErrPage = fmt.Errorf("%w: it is a web page", ErrFormat)

// ErrTooMany marks a feed that holds more than any real one.
var ErrTooMany = errors.New("more than a feed may hold")

// Limits of one feed. Real feeds stay far below them.
const (
	maxEntries  = 25_000
	maxElements = 500_000 // of XML
	maxNesting  = 500     // elements in one another in an entry, or JSON values
	maxField    = 1 << 20 // bytes read of one field
)

// Feed is a feed as it was understood.
type Feed struct {
	Format string // for example "RSS 2.0", "Atom" or "JSON Feed 1.1"
	Title  string // empty if it says none
	Site   string // the address of the site that it belongs to, or empty
	// Entries are those that hold something, newest first; those without a date
	// keep their place after the entry that they follow in the feed.
	Entries []Entry
	// Dropped are those that hold nothing to read.
	Dropped []Dropped
}

// Entry is an entry of a feed. All its texts are plain text on one line.
type Entry struct {
	ID string // what the feed identifies it by, or empty
	// Link is the address that it gives for itself, or empty. URL is Link, or else
	// any address at which there is something of it: its id, a file. Both are
	// absolute and begin with http.
	Link, URL string
	// OwnTitle is the title that it has, or empty. Title is OwnTitle, or else what
	// stands for one: the first words, the text of an image, the address. It is
	// empty if there is nothing of all that.
	OwnTitle, Title string
	Summary         string // at most 1000 characters
	// Published and Updated are zero when the feed does not say them in a way that
	// can be read.
	Published, Updated time.Time

	order time.Time // by which entries are sorted
}

// At returns when the entry was published, as far as the feed says: the date of
// publication or else of its last change; zero if there is none.
func (e *Entry) At() time.Time {
	if e.Published.IsZero() {
		return e.Updated
	}
	return e.Published
}

// Dropped is an entry that is left out.
type Dropped struct {
	Index  int // its place in the feed, from 0
	Reason string
}

// Source says where bytes came from.
type Source struct {
	Address     string // relative links are read from here
	ContentType string // the HTTP header; may be empty
}

// Read reads a feed. The error is ErrFormat or ErrTooMany, wrapped: when the bytes
// hold no entry and nothing else that a feed has, they are no feed.
func Read(body []byte, from Source) (*Feed, error) {
	text, err := decode(body, from.ContentType)
	if err != nil {
		return nil, err
	}
	text = trimStart(text)
	r := reader{from: from, feed: &Feed{}}
	if bytes.HasPrefix(text, []byte("{")) {
		err = r.json(text)
	} else {
		err = r.xml(text)
	}
	if err != nil {
		return nil, err
	}
	f := r.feed
	if len(f.Entries) == 0 && len(f.Dropped) > 0 {
		return nil, fmt.Errorf("%w: none of the %d entries can be read; the first: %s", ErrFormat, len(f.Dropped), f.Dropped[0].Reason)
	}
	if len(f.Entries) == 0 && f.Title == "" && f.Site == "" {
		return nil, fmt.Errorf("%w: %s without a title, a link or an entry", ErrFormat, f.Format)
	}
	sortEntries(f.Entries)
	return f, nil
}

// sortEntries puts the newest first. An entry without a date is taken to be as old
// as the one before it, or at the start as the first one with a date.
func sortEntries(entries []Entry) {
	var last time.Time
	for i := len(entries) - 1; i >= 0; i-- {
		if at := entries[i].At(); !at.IsZero() {
			last = at
		}
	}
	for i := range entries {
		if at := entries[i].At(); !at.IsZero() {
			last = at
		}
		entries[i].order = last
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return b.order.Compare(a.order) })
}

// reader reads one feed.
type reader struct {
	from  Source
	feed  *Feed
	index int // of the next entry
}

// add finishes an entry and adds it to the feed, or to the dropped ones.
func (r *reader) add(e *draft) error {
	index := r.index
	if r.index++; r.index > maxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooMany, maxEntries)
	}
	entry, reason := e.entry()
	if reason != "" {
		r.feed.Dropped = append(r.feed.Dropped, Dropped{index, reason})
		return nil
	}
	r.feed.Entries = append(r.feed.Entries, entry)
	return nil
}

// drop notes an entry that cannot be read.
func (r *reader) drop(reason string) {
	r.feed.Dropped = append(r.feed.Dropped, Dropped{r.index, reason})
	r.index++
}
