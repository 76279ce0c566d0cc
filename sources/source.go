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

// A Source is read for items, once for all the rooms that watch it.
type Source interface {
	// Fetch reads what there is to know since q.State. With an error, the Batch
	// is what could be read nevertheless. But for q.Keep it changes nothing: what
	// counts is the Batch, once it is committed.
	Fetch(ctx context.Context, q Query) (Batch, error)
}

// readState reads what the last round kept. That of another kind of source is
// refused: it knows other keys, so all that was seen would be taken for new.
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

// Query asks a source for its news.
type Query struct {
	Now time.Time
	// State is the last Batch's; nil at first.
	State []byte
	// Again are items to be read once more, whether they changed or not.
	Again []Again
	// Unseen picks, of some keys, those of items that were never seen.
	Unseen func(ctx context.Context, keys []string) (map[string]bool, error)
	// Keep stores the repositories that were read, some hundreds at a time, for those
	// who search them. No decision depends on it.
	Keep func(ctx context.Context, all []catalogue.Repository) error
}

// Again is an item to be read once more.
type Again struct {
	Item
	// Gone is true for an item that is struck out.
	Gone bool
	// AskOwner asks for the kind of the item's owner in Batch.Owners.
	AskOwner bool
}

// Batch is the result of reading a source.
type Batch struct {
	// State comes back with the next Query; nil if it is as before.
	State []byte
	// Fresh are items never seen, in the order of their publication.
	Fresh []Fresh
	// Hosts are all the hosts of the source; nil if it was not asked or said
	// that they are as before. A source without hosts has one without a name.
	Hosts []HostNow
	// Whole names the hosts that were read whole.
	Whole []string
	// Again tells of the items of Query.Again, by key, as far as they could be read.
	Again map[string]Reading
	// MovedTo is where the source is read from now on, if it moved for good.
	MovedTo string
	// Owners are those that Again.AskOwner asked for. What they are is in the
	// readings too (Repository.Personal).
	Owners []OwnerNow
}

// Fresh is an item never seen.
type Fresh struct {
	Item
	News What
	// Aliases are further keys under which the item is not new.
	Aliases []string
	// Renewed is true when all items of the source are new at once under titles that it
	// had before: its site changed its address.
	Renewed bool
}

// HostNow is a host as a source sees it.
type HostNow struct {
	Name  string
	Items int  // how many it has
	Down  bool // the source says that it cannot read it
}

// OwnerNow is what a source says of an owner of repositories.
type OwnerNow struct {
	OwnerID
	Kind string // "organization", OwnerUser, or empty: not known
}

// Reading is an item read once more.
type Reading struct {
	Item Item
	Gone bool // it is not there any more
}

// What is the kind of news of an item.
type What string

// What may be new.
const (
	Created     What = "created"     // a repository, created lately
	Listed      What = "listed"      // a repository that is older than that
	Referenced  What = "referenced"  // a software entered the catalogue
	Withdrawn   What = "withdrawn"   // it left
	Recommended What = "recommended" // it is recommended now
	Published   What = "published"   // an entry of a feed
)

// lately is how long before it is first seen a repository may have been created
// to count as new.
const lately = 30 * 24 * time.Hour

// NothingNew reports whether the batch brings nothing to be decided or kept.
func (b Batch) NothingNew() bool {
	return b.State == nil && b.Hosts == nil && len(b.Fresh) == 0 && len(b.Again) == 0 && len(b.Owners) == 0
}

// Missing reports whether the item is not public any more, as far as the source
// can tell.
func (r Reading) Missing() bool {
	return r.Gone || r.Item.Repository != nil && r.Item.Repository.Status != ""
}

// Protect runs read and returns what it panics with as an error: what others
// publish must not stop the bot, not even through a fault of a library.
func Protect(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", errFormat, p, debug.Stack())
		}
	}()
	return read()
}
