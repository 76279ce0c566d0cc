package commons

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
)

// Reader reads a catalogue with all its pages and files, and downloads only those that
// changed since its last round. It is a catalogue.Reader.
type Reader struct {
	settings Settings
	getter   *fetch.Getter
	pause    time.Duration // between two requests

	mu sync.Mutex
	// begun holds the pages of a round that failed, so that the next one goes on: a
	// forge that limits its visitors would never be read to its end.
	begun map[string]*page
}

// pauseByDefault spares small forges.
const pauseByDefault = 50 * time.Millisecond

// NewReader returns a Reader of the catalogue that s describes. The caller closes the
// getter.
func NewReader(s Settings, getter *fetch.Getter) *Reader {
	return &Reader{settings: s, getter: getter, pause: pauseByDefault}
}

// page is the parsed content of one published file of a catalogue, with the validators
// to ask whether it changed. It is stored as JSON between rounds.
type page struct {
	// Mark is a sign in the list of files that changes with the file, such as the time
	// of the repository's last activity; empty without one.
	Mark       string               `json:",omitempty"`
	Validators fetch.Validators     `json:",omitzero"`
	Entries    []catalogue.Software `json:",omitempty"`
	Dropped    []catalogue.Dropped  `json:",omitempty"`
	Next       string               `json:",omitempty"` // the next page's address
	Files      []file               `json:",omitempty"` // of a list of repositories
}

// file is the address of a file of a catalogue, such as a page of its list or a
// publiccode.yml, with a mark that changes whenever the file may have changed; the mark
// is empty if the catalogue gives none.
type file struct {
	Address string
	Mark    string `json:",omitempty"`
}

// stored is the form in which a catalogue with several files is stored between rounds:
// its pages by address, and their order.
type stored struct {
	Version int
	Order   []string // the addresses of Pages
	Pages   map[string]*page
}

// storedVersion changes whenever a reader finds more in the same files than before, so
// that an unchanged source is read again.
const storedVersion = 1

// Read reads the catalogue from its address. It returns the catalogue's content, file,
// and now, the stored result of this round, which the caller passes as packed to the
// next round; packed is nil in the first one. Read takes files that have not changed
// from packed. If nothing changed at all, file is empty and now is nil. The error says
// why the catalogue could not be read; it is catalogue.ErrNoEntries without any usable
// entry. After a failed round, the next one goes on with the pages already read.
func (r *Reader) Read(ctx context.Context, packed []byte) (file catalogue.File, now []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := stored{Pages: map[string]*page{}}
	if packed != nil {
		// A copy of another version, or a broken one, is read anew.
		if s, err := unpackStored(packed); err == nil && s.Version == storedVersion {
			before = s
		}
	}
	w := &walk{Reader: r, before: before.Pages, after: stored{Version: storedVersion, Pages: map[string]*page{}}}
	for address, p := range r.begun {
		w.before[address], w.changed = p, true
	}
	if err := w.run(ctx); err != nil {
		r.begun = w.after.Pages
		return catalogue.File{}, nil, err
	}
	r.begun = nil
	w.changed = w.changed || len(w.after.Order) != len(before.Order)
	if !w.changed {
		return catalogue.File{}, nil, nil
	}
	file = w.after.file()
	if len(file.Entries) == 0 {
		return catalogue.File{}, nil, catalogue.ErrNoEntries
	}
	now, err = w.after.pack()
	return file, now, err
}

// Unpack returns the catalogue in packed, the stored result of an earlier Read, without
// any request. The error says that packed is damaged.
func (r *Reader) Unpack(packed []byte) (catalogue.File, error) {
	s, err := unpackStored(packed)
	return s.file(), err
}

// file returns the entries of all pages together, in the order of the pages, at most
// maxEntries. Of two entries with the same id, it takes only the first one.
func (s *stored) file() catalogue.File {
	var f catalogue.File
	seen := map[string]bool{}
	for _, address := range s.Order {
		p := s.Pages[address]
		f.Dropped = append(f.Dropped, p.Dropped...)
		for i := range p.Entries {
			if id := p.Entries[i].ID; !seen[id] && len(f.Entries) < maxEntries {
				seen[id] = true
				f.Entries = append(f.Entries, p.Entries[i])
			}
		}
	}
	return f
}

func (s *stored) pack() ([]byte, error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := json.NewEncoder(z).Encode(s); err != nil {
		return nil, err
	}
	err := z.Close()
	return packed.Bytes(), err
}

// maxUnpacked bounds the unpacked form, in bytes.
const maxUnpacked = 256 << 20

func unpackStored(packed []byte) (s stored, err error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return s, fmt.Errorf("unpack a catalogue: %w", err)
	}
	if err := json.NewDecoder(io.LimitReader(z, maxUnpacked)).Decode(&s); err != nil {
		return stored{}, fmt.Errorf("unpack a catalogue: %w", err)
	}
	for _, address := range s.Order {
		if s.Pages[address] == nil {
			return stored{}, fmt.Errorf("unpack a catalogue: it lacks the page %s", strings.ToValidUTF8(address, ""))
		}
	}
	return s, nil
}
