package announce

import (
	"context"
	"errors"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/sources"
)

// ErrNone is the error for a row that does not exist.
var ErrNone = errors.New("nothing there")

// SourceState is the stored row of a source.
type SourceState struct {
	Name    string
	State   []byte    // Batch.State
	Started time.Time // when it was first read: its items of then are no news

	// Failing is since when it cannot be read, zero when it can; then Failures
	// are those in a row, Cause that of the last, and NextTry when it is tried
	// again. Reported is true once the operators were told.
	Failing  time.Time
	Failures int
	Cause    string
	NextTry  time.Time
	Reported bool
}

// Host is the stored row of a host.
type Host struct {
	Name   string
	Silent bool // it was there from the start: it is not announced
	// Started is when its beginning ends: items that appear until then are announced
	// with the host. Zero until it was read whole.
	Started time.Time
	Items   int       // how many it had when it last was in order
	Shrunk  time.Time // since when too many are missing; zero when they are not
	Told    time.Time // when it was announced; zero if it was not

	down bool // the source says so, now
}

// Owner is the stored row of an owner of repositories.
type Owner struct {
	Host, Name string
	Kind       string    // "organization", "user", or empty: not known
	Started    time.Time // as Host.Started
	Told       time.Time // as Host.Told
}

// News is a stored item that waits for a decision, may need a correction, or was
// recently new.
type News struct {
	ID     int64 // in the order of publication
	Item   sources.Item
	What   sources.What
	PartOf Part
	Seen   time.Time
	Due    time.Time // when to decide; zero once that is done
	// Checked is when it was last read, Told when a room was first told of it.
	Checked, Told time.Time
	// Gone tells why it is struck out.
	Gone Gone
	// Formerly is its name when it was announced, if that changed soon after.
	Formerly string
}

// Part is the larger thing with which an item is announced.
type Part string

// What an item may be announced with.
const (
	Alone   Part = ""
	OfHost  Part = "host"  // its host is new
	OfOwner Part = "owner" // its owner is new
	OfSite  Part = "site"  // all that its site has is new, since that changed its address
)

// Gone is why an announced item is struck out.
type Gone string

// Why items are struck out.
const (
	GoneRemoved  Gone = "removed"  // it is not public any more
	GoneArchived Gone = "archived" // it is not developed any more
	// GoneWithdrawn is for a software that left the catalogue.
	GoneWithdrawn Gone = "withdrawn"
)

// The outcomes of an item. An item that a default rule excludes has the rule's name.
const (
	Settling  = "settling"  // not decided yet
	Baseline  = "baseline"  // it was there when the source was first read
	Announced = "announced" // by itself or in a digest, to the rooms that watch such
	WithHost  = "host"      // as a part of a host that is new
	WithOwner = "owner"     // as a part of an owner that is new
	Vanished  = "vanished"  // before it could be announced
	TooOld    = "old"       // its feed had not shown it before, and it is old
	Alias     = "alias"     // no item of its own: another key of one
)

// Pending is an item that waits for its message in a room.
type Pending struct {
	Room  chat.RoomID
	Item  int64  // News.ID
	Watch string // whose digest it goes into; empty: none
	Due   time.Time
}

// Told is an announcement in a room, as it stands there.
type Told struct {
	Key      chat.PostKey
	Room     chat.RoomID
	Language string
	At       time.Time
	Layout   Layout
	HTML     string
	Edits    int
}

// Store stores sources, items, messages and watches. Its methods join the transaction
// of their context.
type Store interface {
	Sources
	Items
	Tellings
	Watched
	Repositories
}

// Repositories stores public repositories, for those who search them.
type Repositories interface {
	SaveRepositories(ctx context.Context, all []catalogue.Repository) error
	// SaveListed saves what a list, named like its source, holds at a time.
	SaveListed(ctx context.Context, list string, at time.Time, all []catalogue.Repository) error
	// PurgeUnlisted deletes the repositories that the list that named them last has
	// not named for so long, as of its last reading.
	PurgeUnlisted(ctx context.Context, absent time.Duration) error
	// RemoveRepositories forgets them, but not others that took their addresses.
	RemoveRepositories(ctx context.Context, all []catalogue.Repository) error
}

// Sources stores sources, their hosts and their owners.
type Sources interface {
	// Source returns the zero SourceState, named, for one never saved.
	Source(ctx context.Context, name string) (SourceState, error)
	SaveSource(ctx context.Context, s SourceState) error
	// RenameSource gives a feed that moved its new address for a name, everywhere. If
	// that is known already, both become one.
	RenameSource(ctx context.Context, from, to string) error
	// ForgetSource deletes the source's state, so that it begins anew. The keys of seen
	// items stay.
	ForgetSource(ctx context.Context, name string) error
	// Hosts are those of a source.
	Hosts(ctx context.Context, source string) ([]Host, error)
	SaveHost(ctx context.Context, source string, h Host) error
	// Owner returns ErrNone for one never saved.
	Owner(ctx context.Context, source, host, name string) (Owner, error)
	SaveOwner(ctx context.Context, source string, o Owner) error
}

// Items stores items and their outcomes.
type Items interface {
	// Unseen picks the keys that See never had.
	Unseen(ctx context.Context, source string, keys []string) (map[string]bool, error)
	// See stores for ever that an item was seen, and its outcome so far, unless it
	// was seen before.
	See(ctx context.Context, source, key, outcome string, at time.Time) error
	// Decide stores what became of an item that was seen.
	Decide(ctx context.Context, source, key, outcome string) error
	// AddNews stores an item and returns its id.
	AddNews(ctx context.Context, n News) (int64, error)
	// SaveNews writes what may change of it: all but id, source, key and Seen.
	SaveNews(ctx context.Context, n News) error
	// DueNews returns the source's items whose Due has come, oldest first.
	DueNews(ctx context.Context, source string, now time.Time) ([]News, error)
	// NextDue returns the next Due of the source's items after the given time; zero when
	// there is none.
	NextDue(ctx context.Context, source string, after time.Time) (time.Time, error)
	// FollowedNews are the source's items that rooms were first told of since
	// told, or are to be told of, and that were last read before checked; those
	// longest ago first, at most limit.
	FollowedNews(ctx context.Context, source string, told, checked time.Time, limit int) ([]News, error)
	// RecentNews are the source's items seen or published since then, oldest first.
	RecentNews(ctx context.Context, source string, since time.Time) ([]News, error)
	// NewsByID returns those that there are.
	NewsByID(ctx context.Context, ids []int64) (map[int64]*News, error)
}

// Tellings stores pending items and announcements.
type Tellings interface {
	// AddPending stores p unless the item is pending in the room already.
	AddPending(ctx context.Context, p Pending) error
	// DuePending returns the items due by now, by room, watch, due time and item.
	DuePending(ctx context.Context, now time.Time) ([]Pending, error)
	// PendingFor returns the items that wait for the digests of a room's watch.
	PendingFor(ctx context.Context, room chat.RoomID, watch string) ([]Pending, error)
	// NextPending returns the next due time after the given one; zero when none is.
	NextPending(ctx context.Context, after time.Time) (time.Time, error)
	DeletePending(ctx context.Context, p Pending) error
	// ForgetPending deletes a room's pending items of a source, except those that wait
	// for a digest.
	ForgetPending(ctx context.Context, room chat.RoomID, source string) error
	// SaveTold stores or replaces t, which shows the given items.
	SaveTold(ctx context.Context, t Told, items []int64) error
	// ToldOf are the messages that show one of the items.
	ToldOf(ctx context.Context, items []int64) ([]Told, error)
	// PurgeNews forgets items and messages older than the given time. What was
	// seen stays.
	PurgeNews(ctx context.Context, before time.Time) error
}
