package matrix

import (
	"encoding/json"
	"sync"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
	"heraut/wait"
)

// Bounds on the stored messages that cannot be decrypted yet: anyone can send any
// number of them, each with a key that never existed.
const (
	lockedPerSender     = 100
	lockedPerRoom       = 400
	lockedInAll         = 4_000
	lockedBytesOfSender = 1 << 20
	lockedBytesOfRoom   = 4 << 20
	lockedBytesInAll    = 32 << 20
)

// lockedBook holds the counts of the stored messages that wait for a key, in all, by
// room and by sender, and limits them. It is safe for concurrent use.
type lockedBook struct {
	mu      sync.Mutex
	senders map[chat.UserID]usage
	rooms   map[chat.RoomID]usage
	all     usage
	// added and before hold the messages added since the last recount, and between that one
	// and the recount before it. A recount may miss them: the sync that brings a message
	// counts it first and stores it at its end.
	added, before map[chat.EventID]queue.Locked
}

type usage struct{ events, bytes int }

func (u usage) with(bytes int) usage { return usage{u.events + 1, u.bytes + bytes} }

func (u usage) within(events, bytes int) bool { return u.events <= events && u.bytes <= bytes }

func newLockedBook() *lockedBook {
	b := &lockedBook{}
	b.reset(nil)
	return b
}

// reset counts anew: all messages in stored, and the messages that add counted during
// the last two periods between resets and that stored lacks. A sync counts a message as
// soon as it reads it, but stores it only at its end, so such a message may not be in
// stored yet.
func (b *lockedBook) reset(stored []queue.Locked) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.senders, b.rooms, b.all = map[chat.UserID]usage{}, map[chat.RoomID]usage{}, usage{}
	for _, l := range stored {
		b.count(l)
		delete(b.added, l.ID)
		delete(b.before, l.ID)
	}
	for _, l := range b.before {
		b.count(l)
	}
	for _, l := range b.added {
		b.count(l)
	}
	b.before, b.added = b.added, map[chat.EventID]queue.Locked{}
}

func (b *lockedBook) count(l queue.Locked) {
	b.senders[l.Sender] = b.senders[l.Sender].with(l.Size)
	b.rooms[l.Room] = b.rooms[l.Room].with(l.Size)
	b.all = b.all.with(l.Size)
}

// add counts one more waiting message, l, and returns true. It counts nothing and
// returns false if too many messages, or too many bytes of them, wait already: of its
// sender, in its room, or in all.
func (b *lockedBook) add(l queue.Locked) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.senders[l.Sender].with(l.Size).within(lockedPerSender, lockedBytesOfSender) ||
		!b.rooms[l.Room].with(l.Size).within(lockedPerRoom, lockedBytesOfRoom) ||
		!b.all.with(l.Size).within(lockedInAll, lockedBytesInAll) {
		return false
	}
	b.count(l)
	b.added[l.ID] = l
	return true
}

// keepLocked adds the message evt, sent at the time at, to the batch, which stores it
// until its key or its sender's devices arrive. read is the result of decrypting it. If
// done is true, the caller has nothing more to do. If done is false, the message is
// decrypted already but cannot wait for the devices, since too many messages wait or
// the room was never encrypted: the caller processes it at once. A message that is not
// decrypted and cannot wait is lost; done is then true.
func (c *Client) keepLocked(room id.RoomID, evt *event.Event, read decrypted, at time.Time, batch *queue.Batch) (done bool) {
	raw, err := json.Marshal(evt)
	if err != nil {
		return true
	}
	arrival := queue.Arrival{
		ID: chat.EventID(evt.ID), Room: chat.RoomID(room), At: at,
		Sender: chat.UserID(evt.Sender), Session: read.session, Raw: raw,
	}
	counted := queue.Locked{ID: arrival.ID, Room: arrival.Room, Sender: arrival.Sender, Size: len(raw)}
	if encrypted, _ := c.rooms.encrypted(room); encrypted && c.locked.add(counted) {
		batch.Arrivals = append(batch.Arrivals, arrival)
		return true
	}
	if read.plain != nil {
		return false
	}
	c.log.Debug().Str("event", evt.ID.String()).Msg("A message that cannot be decrypted is not kept")
	return true
}

// arrivals is the set of the keys and senders' devices that arrived, for which messages
// may wait, until take returns them. It is safe for concurrent use.
type arrivals struct {
	wake     wait.Signal // signals that sessions is not empty
	mu       sync.Mutex
	sessions map[string]bool
	after    map[string][]string // sessions to add together with another one
}

func newArrivals() *arrivals {
	return &arrivals{wake: wait.NewSignal(), sessions: map[string]bool{}, after: map[string][]string{}}
}

func (a *arrivals) add(session string) {
	a.mu.Lock()
	a.sessions[session] = true
	for _, next := range a.after[session] {
		a.sessions[next] = true
	}
	delete(a.after, session)
	a.mu.Unlock()
	a.wake.Set()
}

// addAfter makes the next arrival of other, the id of a key or a user, count as an
// arrival of session too.
func (a *arrivals) addAfter(session, other string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.after[other] = append(a.after[other], session)
}

// take returns, in no order, the ids of the keys and users that arrived since its last
// call.
func (a *arrivals) take() (sessions []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for session := range a.sessions {
		sessions = append(sessions, session)
	}
	clear(a.sessions)
	return sessions
}
