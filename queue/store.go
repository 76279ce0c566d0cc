package queue

import (
	"context"
	"time"

	"heraut/chat"
)

// Arrival is a received event: readable, with Event set, or one that waits in its
// encrypted form for a key that the bot does not have yet, or for the devices of its
// sender. Then Raw holds the event as the homeserver gave it, and Session names the key
// or the sender.
type Arrival struct {
	ID    chat.EventID
	Room  chat.RoomID
	At    time.Time // by the clock of the sender's homeserver
	Event *chat.Event
	// Late becomes Event.Late, at once or when the event is unlocked.
	Late bool

	Sender  chat.UserID // of a locked event; Event names the sender of a readable one
	Session string
	Raw     []byte
}

// Locked is the description of a stored event that waits for its decryption key,
// without its content.
type Locked struct {
	ID      chat.EventID
	Room    chat.RoomID
	Sender  chat.UserID
	Session string
	Size    int // of the encrypted event, in bytes
}

// State is the state of a post in the outbox, such as waiting, being sent (Trying),
// sent or failed.
type State string

// The states of a post.
const (
	Waiting   State = "waiting"   // to be sent
	Trying    State = "trying"    // under way, or in doubt
	Sent      State = "sent"      // in the room
	Failed    State = "failed"    // refused for good
	Cancelled State = "cancelled" // withdrawn or withheld before it was sent
)

// Kind is the kind of a post: a post of its own, or the edit or deletion of another
// one.
type Kind string

// The kinds of posts.
const (
	KindPost      Kind = "post"
	KindEdit      Kind = "edit"
	KindRedaction Kind = "redaction"
)

// Row is one post in the outbox: its content, its state, and its attempts.
type Row struct {
	Seq   int64
	Key   chat.PostKey
	Cause chat.Cause
	Slot  int // index among the cause's answers, from 0
	Kind  Kind
	State State
	// Txn is random and unique. The sent event carries it, so that sync can match the
	// event to its row.
	Txn string
	// Post is erased, except its room and priority, when the row is finished and, if it
	// was sent, sync has shown its event.
	Post chat.Post

	EventID     chat.EventID // set once the post is sent
	DoneAt      time.Time    // when it was sent, failed or cancelled
	Reason      string       // why it failed or was withheld
	Attempts    int          // without those that a rate limit for all rooms put off
	AttemptedAt time.Time
	// Doubts counts the attempts that ended without an answer.
	Doubts int
	// DoubtSince is when the last attempt ended without an answer; zero if it got one,
	// or if a later sync showed that nothing arrived.
	DoubtSince time.Time
	NextAt     time.Time // no attempt before this time
	// BlockedSince is when the room first refused the post for want of power; zero:
	// never.
	BlockedSince time.Time
}

// Store is the interface of the database of received events and of the posts to send.
// Its methods join the transaction of their context.
type Store interface {
	Transactions
	Arrivals
	Work
	Posts
	Sending
	Blocking
	Cleaning
}

// Transactions is the part of Store that runs several changes as one.
type Transactions interface {
	// Do runs fn in a transaction and rolls everything back if fn returns an error.
	Do(ctx context.Context, fn func(ctx context.Context) error) error
}

// Arrivals is the part of Store for the events that a sync brings, and for which posts
// the sync shows.
type Arrivals interface {
	// AddArrival stores a unless its event id is known, and reports whether it is new.
	// It stores a dropped arrival as done and without content, so that the id is
	// known.
	AddArrival(ctx context.Context, a Arrival, dropped bool, now time.Time) (bool, error)
	// UnlockEvent stores the decrypted content of a locked event, which then waits to
	// be handled, and reports whether the event was still locked.
	UnlockEvent(ctx context.Context, e chat.Event) (bool, error)
	// ConfirmPost marks the post that carries txn as sent, whatever its state, and
	// returns its row with the event and, unless erased, the content. A post that is
	// already sent keeps its event: first is then false. chat.ErrNotFound: no post carries txn.
	ConfirmPost(ctx context.Context, txn string, id chat.EventID, now time.Time) (row Row, first bool, err error)
	// TakePost marks the post that carries txn as sent, as ConfirmPost does, by the
	// homeserver's answer. The content stays until SeePost, so that ResendPost can put
	// the post back. It returns false if the post is already sent, or is not there.
	TakePost(ctx context.Context, txn string, id chat.EventID, now time.Time) (first bool, err error)
	// SeePost erases the content of the post whose event sync has shown, and returns when
	// its last attempt began; the zero time if the event is no post.
	SeePost(ctx context.Context, id chat.EventID) (began time.Time, err error)
	// UnseenPosts returns at most limit posts with an event that were taken before the
	// given time, the oldest first, and that sync has not shown.
	UnseenPosts(ctx context.Context, before time.Time, limit int) ([]Row, error)
	// ResendPost puts a post that sync has not shown back to waiting, with another txn.
	ResendPost(ctx context.Context, key chat.PostKey, txn string) error
	// SettleDoubts puts the posts whose doubt began no later than the given time back
	// to waiting, since a later sync did not show them, and returns how many. It leaves
	// those of rooms to which the bot is invited.
	SettleDoubts(ctx context.Context, before time.Time) (int64, error)
}

// Work is the part of Store that gives the rooms' workers the received events to
// handle, and records which were handled.
type Work interface {
	// BusyRooms returns the rooms in which events wait to be handled.
	BusyRooms(ctx context.Context) ([]chat.RoomID, error)
	// NextEvent returns the room's oldest waiting event that is not in except, with
	// the number of earlier tries, and counts this try. It returns chat.ErrNotFound if there is
	// none. If the content cannot be read it returns another error, and an event with
	// only ID and Room.
	NextEvent(ctx context.Context, room chat.RoomID, except []chat.EventID) (chat.Event, int, error)
	// ReturnEvent takes back the count of the event's last try, so that it does not
	// count as one.
	ReturnEvent(ctx context.Context, id chat.EventID) error
	// SenderOf returns the sender of an event that came in, or chat.ErrNotFound if it did not.
	// The sender of a message that was deleted before it came in is empty.
	SenderOf(ctx context.Context, id chat.EventID) (chat.UserID, error)
	// FinishEvent marks the event as done, erases its content and reports whether it
	// was still open.
	FinishEvent(ctx context.Context, id chat.EventID, now time.Time) (bool, error)
	// SupersedeEvent finishes e.Original(), even if that has not come in yet, in favour
	// of e, its edit or deletion, and reports whether e counts. e does not count if it
	// comes from another room, if it edits another person's message, or if a later
	// edit or the deletion was handled first.
	SupersedeEvent(ctx context.Context, e chat.Event, now time.Time) (bool, error)
}

// Posts is the part of Store that reads, adds and changes posts in the outbox.
type Posts interface {
	PostsOf(ctx context.Context, cause chat.Cause) ([]Row, error)
	// AddPost stores a new row; it does nothing if the key exists.
	AddPost(ctx context.Context, r Row) error
	// UpdatePost writes all but the fixed fields (key, cause, slot, txn, room and
	// priority); it does nothing if the stored row is finished. A row that becomes
	// finished loses its content.
	UpdatePost(ctx context.Context, r Row, now time.Time) error
}

// Sending is the part of Store that finds the posts to send next, and records attempts.
type Sending interface {
	// NextPost returns the seq of the next row to try. Only the oldest open row of
	// each lane (room and priority) qualifies. Of the rows that are due it takes the
	// most urgent priority, then rows without a doubt, then the oldest. It skips the
	// busy rooms and, when three of those are encrypted, every encrypted room, since
	// sharing keys with a large room takes long. If no row is due it returns chat.ErrNotFound
	// and when to ask again (zero: when something changes).
	NextPost(ctx context.Context, now time.Time, busy []chat.RoomID) (int64, time.Time, error)
	// PostsBehind returns the places of the open rows behind the row with that seq in
	// its lane, the oldest first, at most limit.
	PostsBehind(ctx context.Context, seq int64, limit int) ([]Place, error)
	// StartPost marks a waiting row as being tried, counts the attempt and returns the
	// current row. It returns chat.ErrNotFound if the row no longer waits. With any other
	// error, a row that has a key is one whose content cannot be read.
	StartPost(ctx context.Context, seq int64, now time.Time) (Row, error)
	// PostByKey returns the row with the key, or chat.ErrNotFound.
	PostByKey(ctx context.Context, key chat.PostKey) (Row, error)
	// HasOthers reports whether another event of the room waits to be handled, or came
	// in after the given one.
	HasOthers(ctx context.Context, room chat.RoomID, event chat.EventID) (bool, error)
	// DoubtTrying puts every row that was being tried when the process ended into doubt
	// (sent or not), as of now, and returns how many rows are in doubt.
	DoubtTrying(ctx context.Context, now time.Time) (int64, error)
}

// Blocking is the part of Store that records the rooms in which the bot lacks the right
// to post.
type Blocking interface {
	BlockedRooms(ctx context.Context) ([]chat.RoomID, error)
	// BlockRoom records that the room refuses the bot's posts, and why; UnblockRoom,
	// that it no longer does. Both report whether they changed anything.
	BlockRoom(ctx context.Context, room chat.RoomID, reason string, now time.Time) (bool, error)
	UnblockRoom(ctx context.Context, room chat.RoomID) (bool, error)
	// RetryRoom makes the room's waiting posts that were refused for want of power due
	// at once.
	RetryRoom(ctx context.Context, room chat.RoomID) error
}

// Cleaning is the part of Store that deletes old rows that nothing needs any more, and
// the remains of erased contents.
type Cleaning interface {
	// PurgeQueue deletes rows that were finished before the given time, finishes
	// locked events that came in before lockedBefore, and overwrites erased contents
	// left on disk.
	PurgeQueue(ctx context.Context, before, lockedBefore time.Time) error
	// Rewrite writes the whole database anew, so that no copies of erased contents stay
	// in its files. Other uses of the store wait meanwhile.
	Rewrite(ctx context.Context) error
	// RewrittenAt returns when Rewrite last succeeded, in any run; a time long ago if it
	// never did, or if it has to be done anew soon.
	RewrittenAt(ctx context.Context) (time.Time, error)
}
