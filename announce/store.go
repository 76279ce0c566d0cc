package announce

import (
	"context"
	"errors"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/sources"
)

// ErrNone tells that a store does not have what was asked for.
var ErrNone = errors.New("nothing there")

// SourceState is what is kept of a source between two rounds.
type SourceState struct {
	Name    string
	State   []byte    // Batch.State
	Started time.Time // when it was first read: what it had then is no news

	// Failing is since when it cannot be read, zero when it can; then Failures
	// are those in a row, Cause that of the last, and NextTry when it is tried
	// again. Reported tells that the operators know.
	Failing  time.Time
	Failures int
	Cause    string
	NextTry  time.Time
	Reported bool
}

// Host is what is kept of a host.
type Host struct {
	Name   string
	Silent bool // it was there from the start: it is not announced
	// Started is when its beginnings end: what appears until then is announced
	// with the host. Zero until it has been read whole.
	Started time.Time
	Items   int       // how many it had when it last was in order
	Shrunk  time.Time // since when too many are missing; zero when they are not
	Told    time.Time // when it was announced; zero if it was not

	down bool // the source says so, now
}

// Owner is what is kept of one who owns repositories.
type Owner struct {
	Host, Name string
	Kind       string    // "organization", "user", or empty: not known
	Started    time.Time // as Host.Started
	Told       time.Time // as Host.Told
}

// News is an item that is to be decided, announced or corrected, or that was new
// lately.
type News struct {
	ID     int64 // in the order of publication
	Item   sources.Item
	What   sources.What
	PartOf Part
	Seen   time.Time
	Due    time.Time // when it is to be decided; zero once it is
	// Checked is when it was last read, Told when a room was first told of it.
	Checked, Told time.Time
	// Gone tells why it is struck out.
	Gone Gone
	// Formerly is its name when it was announced, if that changed soon after.
	Formerly string
}

// Part tells that an item is announced with something larger.
type Part string

// What an item may be announced with.
const (
	Alone   Part = ""
	OfHost  Part = "host"  // its host is new
	OfOwner Part = "owner" // its owner is new
	OfSite  Part = "site"  // all that its site has is new, since that changed its address
)

// Gone tells why an item that was announced is struck out.
type Gone string

// Why items are struck out.
const (
	GoneRemoved  Gone = "removed"  // it is not public any more
	GoneArchived Gone = "archived" // it is not developed any more
	// GoneWithdrawn is for a software that left the catalogue.
	GoneWithdrawn Gone = "withdrawn"
)

// What became of an item; where a rule of the filters excludes it, the rule.
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

// Pending is an item that a room is to be told of.
type Pending struct {
	Room  chat.RoomID
	Item  int64  // News.ID
	Watch string // whose digest it goes into; empty: none
	Due   time.Time
}

// Told is a message that a room got.
type Told struct {
	Key      chat.PostKey
	Room     chat.RoomID
	Language string
	At       time.Time
	Layout   Layout
	HTML     string
	Edits    int
}

// Store keeps what is known of sources, items and rooms. Its methods join the
// transaction of their context.
type Store interface {
	Sources
	Items
	Tellings
	Watched
	Repositories
}

// Repositories keeps what is known of public repositories, for those who search them.
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

// Sources keeps what is known of sources.
type Sources interface {
	// Source returns the zero SourceState, named, for one never saved.
	Source(ctx context.Context, name string) (SourceState, error)
	SaveSource(ctx context.Context, s SourceState) error
	// RenameSource gives a feed that moved its new address for a name, everywhere. If
	// that is known already, both become one.
	RenameSource(ctx context.Context, from, to string) error
	// ForgetSource has the source begin anew. What was seen stays.
	ForgetSource(ctx context.Context, name string) error
	// Hosts are those of a source.
	Hosts(ctx context.Context, source string) ([]Host, error)
	SaveHost(ctx context.Context, source string, h Host) error
	// Owner returns ErrNone for one never saved.
	Owner(ctx context.Context, source, host, name string) (Owner, error)
	SaveOwner(ctx context.Context, source string, o Owner) error
}

// Items keeps which items there are, and what becomes of them.
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
	// DueNews are the source's items that are to be decided by now, oldest first.
	DueNews(ctx context.Context, source string, now time.Time) ([]News, error)
	// NextDue is when the source's next item is to be decided, after the given
	// time; zero when there is none.
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

// Tellings keeps what rooms are to be told and were told.
type Tellings interface {
	// AddPending stores p unless the room is to be told of the item already.
	AddPending(ctx context.Context, p Pending) error
	// DuePending is what is due by now, by room, watch, due time and item.
	DuePending(ctx context.Context, now time.Time) ([]Pending, error)
	// PendingFor is what is to go into the digests of a room's watch.
	PendingFor(ctx context.Context, room chat.RoomID, watch string) ([]Pending, error)
	// NextPending is when the next is due, after the given time; zero: none is.
	NextPending(ctx context.Context, after time.Time) (time.Time, error)
	DeletePending(ctx context.Context, p Pending) error
	// ForgetPending deletes what a room is to be told of a source, but in digests.
	ForgetPending(ctx context.Context, room chat.RoomID, source string) error
	// SaveTold stores or replaces t, which shows the given items.
	SaveTold(ctx context.Context, t Told, items []int64) error
	// ToldOf are the messages that show one of the items.
	ToldOf(ctx context.Context, items []int64) ([]Told, error)
	// PurgeNews forgets items and messages older than the given time. What was
	// seen stays.
	PurgeNews(ctx context.Context, before time.Time) error
}
