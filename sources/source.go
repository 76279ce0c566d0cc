package sources

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"heraut/catalogue"
)

// A Source reads one place of publication and returns its items, once for all the
// rooms that watch it.
type Source interface {
	// Fetch reads the news since q.State. On an error, the Batch holds whatever could
	// be read. Fetch changes nothing, except through q.Store: only a committed Batch
	// counts.
	Fetch(ctx context.Context, q Query) (Batch, error)
}

// readState decodes kept, the stored state of the last round, into the variable that
// into points to; nil leaves the variable as it is. It fails for the state of another
// kind of source: items have other keys there, so all would look new.
func readState(kept []byte, into any) error {
	if kept == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(kept))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("read where the last round ended (a source of another kind needs another name): %w", err)
	}
	return nil
}

// Query is the request to a source for its news: the state of the last round, the
// items to read again, and functions to look up seen items and to store repositories.
type Query struct {
	Now time.Time
	// State is that of the last Batch; nil at first.
	State []byte
	// Again lists items to read once more, whether they changed or not.
	Again []Again
	// Unseen returns those of the keys that were never seen.
	Unseen func(ctx context.Context, keys []string) (map[string]bool, error)
	// Store stores repositories for searches, some hundreds at a time. No decision
	// depends on it.
	Store func(ctx context.Context, all []catalogue.Repository) error
}

// Again is an item that the bot knows and of which it asks for the present form.
type Again struct {
	Item
	// Gone is true when the announcement of the item is struck out.
	Gone bool
	// AskOwner requests the kind of the item's owner, for Batch.Owners.
	AskOwner bool
}

// Batch is the result of reading a source once: new items, the present form of known
// ones, and the state for the next round.
type Batch struct {
	// State comes back with the next Query; nil: unchanged.
	State []byte
	// Fresh are the items never seen, in the order of their publication.
	Fresh []Fresh
	// Hosts are all the hosts of the source; nil if the round did not ask, or nothing
	// changed. A source without hosts has a single one without a name.
	Hosts []HostNow
	// Whole names the hosts that were read from end to end.
	Whole []string
	// Again holds the readings of the items of Query.Again, by key, as far as the round
	// could read them.
	Again map[string]Reading
	// MovedTo is the new address of a source that moved permanently; else empty.
	MovedTo string
	// Owners are the owners requested by Again.AskOwner. The readings show their kinds
	// too (Repository.Personal).
	Owners []OwnerNow
}

// Fresh is an item that the bot never saw before, with the kind of news it is and
// further keys under which it counts as seen.
type Fresh struct {
	Item
	News What
	// Aliases are further keys under which the item is known from now on.
	Aliases []string
	// Renewed is true when all items of the source are new at once under titles known
	// from before: the site changed its address.
	Renewed bool
}

// HostNow is the present state of a code host, as a source gives it: how many
// repositories it has, and whether it is down.
type HostNow struct {
	Name  string
	Items int  // number of items
	Down  bool // the source cannot reach it
}

// OwnerNow says whether an owner of repositories is a person or an organisation, as a
// source gives it.
type OwnerNow struct {
	OwnerID
	Kind string // "organization", OwnerUser, or empty when unknown
}

// Reading is the present form of an item that was read again, or the statement that it
// is gone.
type Reading struct {
	Item Item
	Gone bool // it no longer exists
}

// What is the kind of news about an item: that it is new, withdrawn, has a new
// version, and so on.
type What string

// The kinds of news.
const (
	Created     What = "created"     // a recently created repository
	Listed      What = "listed"      // an older repository
	Referenced  What = "referenced"  // a software entered the catalogue
	Withdrawn   What = "withdrawn"   // it left the catalogue
	Recommended What = "recommended" // it became recommended
	Published   What = "published"   // an entry of a feed
	// NewVersion is only for watches whose filter names the software («nom:gimp»).
	NewVersion What = "version"
)

// lately is the largest age of a repository, when first seen, that counts as new.
const lately = 30 * 24 * time.Hour

// NothingNew reports whether the batch holds nothing to decide or store.
func (b Batch) NothingNew() bool {
	return b.State == nil && b.Hosts == nil && len(b.Fresh) == 0 && len(b.Again) == 0 && len(b.Owners) == 0
}

// Missing reports whether the item can no longer be found publicly, as the source shows
// it: it is gone, or a repository with a status such as "hidden".
func (r Reading) Missing() bool {
	return r.Gone || r.Item.Repository != nil && r.Item.Repository.Status != ""
}

// Protect runs read and returns its error, or its panic as an error that wraps
// errFormat: published data must not crash the bot, even through a fault of a library.
func Protect(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", errFormat, p, debug.Stack())
		}
	}()
	return read()
}
