// Package feed reads RSS, Atom and JSON Feed as they occur, beyond their
// specifications: in any character set, truncated, with forbidden characters, with
// unclosed markup. An odd field loses that field only, a broken entry that entry only.
// The memory grows with the bytes and the entries of a feed, whatever it nests.
package feed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrFormat means that the bytes are no feed.
var ErrFormat = errors.New("not a feed")

// ErrPage means that the bytes are a web page. It wraps ErrFormat.
var ErrPage = fmt.Errorf("%w: it is a web page", ErrFormat)

// ErrTooMany means that a feed exceeds one of the limits.
var ErrTooMany = errors.New("more than a feed may hold")

// Limits of one feed. Real feeds stay far below them.
const (
	maxEntries  = 25_000
	maxElements = 500_000 // of XML
	maxNesting  = 500     // nested elements in an entry, or nested JSON values
	maxField    = 1 << 20 // bytes of one field
)

// Feed is a parsed feed: its title, its site, its entries, and those entries that
// could not be used.
type Feed struct {
	Format string // for example "RSS 2.0", "Atom" or "JSON Feed 1.1"
	Title  string // empty if the feed has none
	Site   string // the address of its site, or empty
	// Entries are the entries with some content, newest first. An entry without a date
	// stays behind the one that it follows in the feed.
	Entries []Entry
	// Dropped are the entries without any content.
	Dropped []Dropped
}

// Entry is an entry of a feed. All its texts are plain text on one line.
type Entry struct {
	ID string // the feed's identifier of the entry, or empty
	// Link is the entry's own address, or empty. URL is Link, or else another address
	// of its content: its id, a file. Both are absolute and begin with http.
	Link, URL string
	// OwnTitle is the title in the feed, or empty. Title is OwnTitle, or else the first
	// words, the text of an image, or the address. It is empty if none of them exists.
	OwnTitle, Title string
	Summary         string // at most 1000 characters
	// Published and Updated are zero when the feed has no such date, or an unreadable
	// one.
	Published, Updated time.Time

	order time.Time // sort key of the entry
}

// At returns the date of publication, or else of the last change; zero if there is
// neither.
func (e *Entry) At() time.Time {
	if e.Published.IsZero() {
		return e.Updated
	}
	return e.Published
}

// Dropped is an entry that could not be used: its place in the feed, and the reason.
type Dropped struct {
	Index  int // position in the feed, from 0
	Reason string
}

// Source holds the origin of a feed's bytes: the address, to which its links are
// relative, and the Content-Type header.
type Source struct {
	Address     string // base of relative links
	ContentType string // the HTTP header; may be empty
}

// Read parses the feed body; from says where it comes from. The error wraps one of
// these: ErrTooMany if body exceeds a limit of this package, such as maxEntries;
// ErrPage, which wraps ErrFormat, if it is a web page; ErrFormat if it is no feed, if
// it has neither an entry nor a title nor a link to its site, or if none of its entries
// can be used.
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

// sortEntries sorts entries in place by date, the newest first, and stores in the field
// order the date that counts for each. For an entry without a date, this is the date of
// the entry before it in the feed or, at the start of the feed, that of the first entry
// with a date; zero if no entry has a date.
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

// reader holds the state of reading one feed: where its bytes come from, the entries
// so far, and the number of the next one.
type reader struct {
	from  Source
	feed  *Feed
	index int // index of the next entry
}

// add finishes an entry and adds it to the feed, or to its dropped entries if it cannot
// be used, and counts it in r.index. The error wraps ErrTooMany: there are more than
// maxEntries.
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

// cutOff is the reason for an entry in which the feed ends.
const cutOff = "the feed ends before it does"

// drop adds the present entry, which cannot be read, to the feed's dropped entries with
// the reason, and counts it in r.index.
func (r *reader) drop(reason string) {
	r.feed.Dropped = append(r.feed.Dropped, Dropped{r.index, reason})
	r.index++
}
