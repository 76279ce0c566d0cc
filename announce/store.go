package announce

import (
	"context"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/sources"
)

// SourceState is the row of a source in the database: when it was first read, its state
// for the next round, and its failures.
type SourceState struct {
	Name    string
	State   []byte    // the last Batch.State
	Started time.Time // time of the first reading, whose items are not announced

	// Failing is the start of the current run of failures, zero when the source works.
	// During such a run, Failures counts them, Cause is the last error, and NextTry the
	// time of the next attempt. Reported is true once the operators were told.
	Failing  time.Time
	Failures int
	Cause    string
	NextTry  time.Time
	Reported bool
}

// Host is the row in the database of a code host whose repositories a source lists.
type Host struct {
	Name   string
	Silent bool // present from the start, so not announced itself
	// Started is the end of the host's beginning: items that appear before it are
	// announced with the host. Zero until the source has read the host from end to end.
	Started     time.Time
	Items       int       // number of items when the host was last in order
	Shrunk      time.Time // since when too many items are missing; zero: none are
	AnnouncedAt time.Time // time of its announcement; zero: not announced

	down bool // the source reported it down in this round
}

// Owner is the row in the database of an owner of repositories on a code host.
type Owner struct {
	Host, Name  string
	Kind        string    // "organization", "user", or empty when unknown
	Started     time.Time // like Host.Started
	AnnouncedAt time.Time // like Host.AnnouncedAt
}

// News is an item in the database with the decision about it. It stays in the database
// as long as the bot may still decide about it or correct its messages, and as long as
// it counts as recent.
type News struct {
	ID     int64 // ascending in the order of publication
	Item   sources.Item
	What   sources.What
	PartOf Part
	Seen   time.Time
	Due    time.Time // time of the decision; zero once decided
	// Checked is the time of the last reading, AnnouncedAt that of the first message in a
	// room.
	Checked, AnnouncedAt time.Time
	// Gone is the reason why messages strike the item out; empty: they do not.
	Gone Gone
	// Formerly is the name under which the item was announced, if it was renamed soon
	// after.
	Formerly string
}

// Part says together with what an item is announced: with its new code host, with its
// new owner, with its site, or alone.
type Part string

// The larger things that an item can be announced with.
const (
	Alone   Part = ""
	OfHost  Part = "host"  // a new host
	OfOwner Part = "owner" // a new owner
	OfSite  Part = "site"  // a site that changed its address, so that all its entries are new
)

// Gone is the reason why an announced item is struck out in its messages, such as a
// deleted repository; empty if it is not.
type Gone string

// The reasons why items are struck out.
const (
	GoneRemoved  Gone = "removed"  // no longer public
	GoneArchived Gone = "archived" // no longer developed
	// GoneWithdrawn marks a software that left the catalogue.
	GoneWithdrawn Gone = "withdrawn"
)

// The outcomes of an item. An item that a default rule excludes has the rule's name as
// its outcome.
const (
	Settling  = "settling"  // not decided yet
	Baseline  = "baseline"  // present at the first reading of the source
	Announced = "announced" // alone or in a digest, to the rooms with a matching watch
	WithHost  = "host"      // as part of a new host
	WithOwner = "owner"     // as part of a new owner
	Vanished  = "vanished"  // gone before its announcement
	TooOld    = "old"       // new in the feed, but dated long ago
	Alias     = "alias"     // a further key of another item
)

// Pending is the row of an item that waits to be posted in a room, alone or in the
// digest of a watch, from the time Due on.
type Pending struct {
	Room  chat.RoomID
	Item  int64  // its News.ID
	Watch string // the watch whose digest it waits for; empty: none
	Due   time.Time
}

// Announcement is the record of a message about news in a room: its key and what it
// shows now.
type Announcement struct {
	Key      chat.PostKey
	Room     chat.RoomID
	Language string
	At       time.Time
	Layout   Layout
	HTML     string
	Edits    int
}

// Store is the interface of the database of sources, items, messages and watches. Its
// methods join the transaction of their context.
type Store interface {
	// AfterCommit calls f once the transaction of ctx is committed; at once without one.
	AfterCommit(ctx context.Context, f func())
	Sources
	Items
	Announcements
	Watched
	Repositories
}

// Repositories is the part of Store for public repositories, which people can search.
type Repositories interface {
	SaveRepositories(ctx context.Context, all []catalogue.Repository) error
	// SaveListed stores all, the repositories that the list of that name (its source's)
	// held at the time at.
	SaveListed(ctx context.Context, list string, at time.Time, all []catalogue.Repository) error
	// PurgeUnlisted deletes the repositories missing for longer than absent from the
	// list that last named them, counted back from that list's last reading.
	PurgeUnlisted(ctx context.Context, absent time.Duration) error
	// RemoveRepositories deletes these repositories, but not others that took over
	// their addresses.
	RemoveRepositories(ctx context.Context, all []catalogue.Repository) error
}

// Sources is the part of Store for sources, their hosts and their owners.
type Sources interface {
	// Source returns the row of a source, or a zero SourceState with the name if there
	// is none.
	Source(ctx context.Context, name string) (SourceState, error)
	SaveSource(ctx context.Context, s SourceState) error
	// RenameSource gives a moved feed its new address as its name, in every table. When
	// a source with that name exists, it merges the two.
	RenameSource(ctx context.Context, from, to string) error
	// ForgetSource deletes the source's state, so that its next reading is a first one.
	// The keys of seen items stay.
	ForgetSource(ctx context.Context, name string) error
	// Hosts returns the hosts of a source.
	Hosts(ctx context.Context, source string) ([]Host, error)
	SaveHost(ctx context.Context, source string, h Host) error
	// Owner returns the owner of that name on the host of a source, or chat.ErrNotFound
	// for one that was never saved.
	Owner(ctx context.Context, source, host, name string) (Owner, error)
	SaveOwner(ctx context.Context, source string, o Owner) error
}

// Items is the part of Store for the items of sources. It stores for ever which items
// were seen and what became of them.
type Items interface {
	// Unseen returns, as a set, those of the keys that See never stored for the source.
	Unseen(ctx context.Context, source string, keys []string) (map[string]bool, error)
	// See stores for ever that an item was seen, and its outcome so far. It ignores a
	// key that is stored already.
	See(ctx context.Context, source, key, outcome string, at time.Time) error
	// Decide stores the final outcome of a seen item.
	Decide(ctx context.Context, source, key, outcome string) error
	// AddNews stores an item and returns its id.
	AddNews(ctx context.Context, n News) (int64, error)
	// SaveNews updates an item, except its id, source, key and Seen.
	SaveNews(ctx context.Context, n News) error
	// DueNews returns the source's items whose Due has come, oldest first.
	DueNews(ctx context.Context, source string, now time.Time) ([]News, error)
	// NextDue returns the earliest Due of the source's items after the given time;
	// zero: none.
	NextDue(ctx context.Context, source string, after time.Time) (time.Time, error)
	// FollowedNews returns the source's items that are still pending or were first
	// announced after the time announced, and that were last read before checked. The
	// least recently read come first, at most limit.
	FollowedNews(ctx context.Context, source string, announced, checked time.Time, limit int) ([]News, error)
	// RecentNews returns the source's stored items that the bot first saw at the given
	// time or later, oldest first.
	RecentNews(ctx context.Context, source string, since time.Time) ([]News, error)
	// NewsByID returns the items that exist, by id.
	NewsByID(ctx context.Context, ids []int64) (map[int64]*News, error)
}

// Announcements is the part of Store for the items that wait to be posted, and the
// messages that were posted about items.
type Announcements interface {
	// AddPending stores p, unless the item is already pending in the room.
	AddPending(ctx context.Context, p Pending) error
	// DuePending returns the items due by now, ordered by room, watch, due time and
	// item.
	DuePending(ctx context.Context, now time.Time) ([]Pending, error)
	// PendingFor returns the items that wait for the digests of a room's watch.
	PendingFor(ctx context.Context, room chat.RoomID, watch string) ([]Pending, error)
	// NextPending returns the earliest due time after the given one; zero: none.
	NextPending(ctx context.Context, after time.Time) (time.Time, error)
	DeletePending(ctx context.Context, p Pending) error
	// ForgetPending deletes a room's pending items of a source, except those that wait
	// for a digest.
	ForgetPending(ctx context.Context, room chat.RoomID, source string) error
	// SaveAnnouncement stores or replaces a, which shows the given items.
	SaveAnnouncement(ctx context.Context, a Announcement, items []int64) error
	// AnnouncementsOf returns the messages that show one of the items.
	AnnouncementsOf(ctx context.Context, items []int64) ([]Announcement, error)
	// PurgeNews deletes items and messages older than the given time. The keys of seen
	// items stay.
	PurgeNews(ctx context.Context, before time.Time) error
}
