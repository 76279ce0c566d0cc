package queue

import (
	"context"
	"time"

	"heraut/chat"
)

// Arrival is an event as it came in: read (Event), or locked, waiting for the
// key of Session (Raw is then the encrypted event as the homeserver gave it).
type Arrival struct {
	ID    chat.EventID
	Room  chat.RoomID
	At    time.Time // the sender's server's time
	Event *chat.Event
	// Late becomes Event.Late, now or when it is unlocked.
	Late bool

	Sender  chat.UserID // of a locked event; a read one says itself
	Session string
	Raw     []byte
}

// Locked is a stored event that cannot be read yet, without its content.
type Locked struct {
	ID      chat.EventID
	Room    chat.RoomID
	Sender  chat.UserID
	Session string
	Size    int // of the content, in bytes
}

// State is what has become of a post.
type State string

// The states of a post.
const (
	Waiting   State = "waiting"   // to be sent
	Trying    State = "trying"    // being sent, or sent without a known end
	Sent      State = "sent"      // in the room
	Failed    State = "failed"    // refused for good
	Cancelled State = "cancelled" // withdrawn before it was sent
)

// Kind is what a post does to the answer it belongs to.
type Kind string

// The kinds of posts.
const (
	KindPost      Kind = "post"
	KindEdit      Kind = "edit"
	KindRedaction Kind = "redaction"
)

// Row is a post in the outbox.
type Row struct {
	Seq   int64
	Key   chat.PostKey
	Cause chat.EventID
	Slot  int // which of the cause's answers it is, from 0
	Kind  Kind
	State State
	// Txn is random and unique; the sent event carries it, so that sync can tell
	// which post it is.
	Txn  string
	Post chat.Post // erased when the post is finished, but for its room and priority

	EventID     chat.EventID // once sent
	Reason      string       // why it failed
	Attempts    int          // those that the homeserver put off for everybody do not count
	AttemptedAt time.Time
	// Doubts is how many attempts ended without an answer.
	Doubts int
	// DoubtSince is when the last attempt ended without an answer; zero when it
	// did not, or when sync has shown since that nothing arrived.
	DoubtSince time.Time
	NextAt     time.Time // not to be tried before
	// BlockedSince is when the room first refused the post for want of power; zero:
	// it did not.
	BlockedSince time.Time
}

// Store keeps the queue. Its methods join the transaction of their context.
type Store interface {
	Transactions
	Arrivals
	Work
	Posts
	Sending
	Blocking
	Cleaning
}

// Transactions groups changes.
type Transactions interface {
	// Do runs fn in a transaction; its error undoes all.
	Do(ctx context.Context, fn func(ctx context.Context) error) error
}

// Arrivals takes in what a sync brought.
type Arrivals interface {
	// AddArrival stores a once per event id and reports whether it is new. A
	// dropped one is stored as done, for its id alone.
	AddArrival(ctx context.Context, a Arrival, dropped bool, now time.Time) (bool, error)
	// UnlockEvent turns a locked event into one to be handled, and reports
	// whether it was still locked.
	UnlockEvent(ctx context.Context, e chat.Event) (bool, error)
	// ConfirmPost marks the post that carries txn as sent, whatever it was before,
	// and returns it, with its content and its event. One that is sent already stays
	// the event that it is: first is then false. ErrNone: there is no such post.
	ConfirmPost(ctx context.Context, txn string, id chat.EventID, now time.Time) (row Row, first bool, err error)
	// SettleDoubts makes posts whose doubt began before the given time wait to
	// be sent again: a sync begun later did not show them.
	SettleDoubts(ctx context.Context, before time.Time) (int64, error)
}

// Work hands out what came in.
type Work interface {
	// BusyRooms are the rooms in which events wait to be handled.
	BusyRooms(ctx context.Context) ([]chat.RoomID, error)
	// NextEvent returns the room's oldest waiting event that is none of except, and how
	// often it was tried before; it counts the try. It returns ErrNone when there is none.
	NextEvent(ctx context.Context, room chat.RoomID, except []chat.EventID) (chat.Event, int, error)
	// ReturnEvent takes the last try of the event back.
	ReturnEvent(ctx context.Context, id chat.EventID) error
	// SenderOf returns who sent an event that came in; ErrNone when none did. The
	// sender of a message that was deleted before it came in is empty.
	SenderOf(ctx context.Context, id chat.EventID) (chat.UserID, error)
	// FinishEvent erases the event's content and reports whether it was open.
	FinishEvent(ctx context.Context, id chat.EventID, now time.Time) (bool, error)
	// SupersedeEvent finishes e.Cause(), come in or not, in favour of e, which
	// edits or deletes it, and reports whether e counts: it does unless it is from
	// another room, or edits somebody else's message, or a later edit or the
	// deletion came before it.
	SupersedeEvent(ctx context.Context, e chat.Event, now time.Time) (bool, error)
}

// Posts reads and writes the outbox.
type Posts interface {
	PostsOf(ctx context.Context, cause chat.EventID) ([]Row, error)
	// AddPost stores a new row, unless its key exists.
	AddPost(ctx context.Context, r Row) error
	// UpdatePost writes all but what is fixed (key, cause, slot, txn, room and
	// priority), unless the row is finished. A row that becomes finished loses
	// its content.
	UpdatePost(ctx context.Context, r Row, now time.Time) error
}

// Sending hands out what is to be sent.
type Sending interface {
	// NextPost is the seq of the next row to try: the first by priority, without a
	// doubt before with one, and by age, whose lane (room and priority) has nothing older open. It is for none of the
	// busy rooms; and when three of those are encrypted, for a room that is not, since
	// sharing keys with a large room takes long. When there is none it returns ErrNone
	// and when to ask again (zero: when something changes).
	NextPost(ctx context.Context, now time.Time, busy []chat.RoomID) (int64, time.Time, error)
	// StartPost marks a waiting row as being tried, counts the attempt, and returns
	// it as it is now; ErrNone when it no longer waits. With another error, a row
	// that has a key is one whose content cannot be read.
	StartPost(ctx context.Context, seq int64, now time.Time) (Row, error)
	// PostByKey returns ErrNone when the key is not known.
	PostByKey(ctx context.Context, key chat.PostKey) (Row, error)
	// DoubtTrying puts every row that was being tried when the process ended
	// into doubt, and reports how many are in doubt.
	DoubtTrying(ctx context.Context, now time.Time) (int64, error)
}

// Blocking keeps which rooms refuse posts for want of power.
type Blocking interface {
	BlockedRooms(ctx context.Context) ([]chat.RoomID, error)
	// BlockRoom and UnblockRoom report whether that is new.
	BlockRoom(ctx context.Context, room chat.RoomID, reason string, now time.Time) (bool, error)
	UnblockRoom(ctx context.Context, room chat.RoomID) (bool, error)
	// RetryRoom has the room's waiting posts that were refused for want of power
	// tried at once.
	RetryRoom(ctx context.Context, room chat.RoomID) error
}

// Cleaning forgets what nobody needs any more.
type Cleaning interface {
	// PurgeQueue deletes what was finished before the given time, finishes locked
	// events that came in before lockedBefore, and overwrites what is left on disk
	// of erased contents.
	PurgeQueue(ctx context.Context, before, lockedBefore time.Time) error
}
