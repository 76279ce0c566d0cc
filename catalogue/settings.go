package catalogue

import (
	"context"
	"time"
)

// The defaults of Settings.
const (
	DefaultEvery   = 2 * time.Hour
	DefaultMaxLoss = 20
)

// Settings configure a Refresher: the catalogue's address, the interval, how much the
// catalogue may shrink at once, and optional parts such as a Reader or a Cache.
type Settings struct {
	// Location is an http, https or file URL, or a file's path. The operator chooses
	// it, so it may be private. V1Address gives its fallback.
	Location string
	// Every is the interval between requests; 0 for the default.
	Every time.Duration
	// MaxLoss is the largest share of the entries in force, in percent, that a new
	// version may lack without being held back. 0 allows no loss: callers who want the
	// default set DefaultMaxLoss.
	MaxLoss int
	// Prepare, if not nil, is called with each catalogue before it comes into force.
	Prepare func(*Catalogue)
	// Cache, if not nil, holds the catalogue in force.
	Cache Cache
	// Reader reads a catalogue that is not one file in a format of the SILL; nil: the
	// Refresher reads Location itself. Location then only names the stored copy.
	Reader Reader
	// Others are the locations of other Refreshers with the same store.
	Others []string
}

// Reader reads a whole catalogue that is not in a format of the SILL, or that is
// spread over several addresses.
type Reader interface {
	// Read returns what the source has now, and its stored form, given that of the last
	// round; nil: there is none. Without any change the new stored form is nil.
	Read(ctx context.Context, packed []byte) (file File, now []byte, err error)
	// Unpack reads a stored form.
	Unpack(packed []byte) (File, error)
}

// locations returns the addresses under which copies of the catalogue are stored, in
// the order to try.
func (s *Settings) locations() []string {
	if s.Reader != nil {
		return []string{s.Location}
	}
	return locations(s.Location)
}

// unpack returns the content of a stored copy, in the form in which the Reader or this
// package stored it.
func (s *Settings) unpack(packed []byte) (File, error) {
	if s.Reader != nil {
		return s.Reader.Unpack(packed)
	}
	return unpack(packed)
}
