package matrix

import (
	"context"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// deviceBook is the record, in memory, of which users' devices changed and for which
// users the bot is asking the homeserver. It is safe for concurrent use.
type deviceBook struct {
	mu       sync.Mutex
	asking   map[id.UserID]chan struct{} // requests under way; closed when the request ends
	answered map[id.UserID]time.Time     // time of the homeserver's last answer, with or without devices
	changes  map[id.UserID]int           // number of device changes that sync reported
	total    int                         // number of changes of all users
	rooms    map[id.RoomID]int           // value of total when all members' devices were known
	unknown  map[senderKey]bool          // unknown devices that sent a message and that the bot has requested
}

// senderKey is the identity of a device: its user and its key.
type senderKey struct {
	user id.UserID
	key  id.SenderKey
}

func newDeviceBook() *deviceBook {
	return &deviceBook{
		asking: map[id.UserID]chan struct{}{}, answered: map[id.UserID]time.Time{}, changes: map[id.UserID]int{},
		rooms: map[id.RoomID]int{}, unknown: map[senderKey]bool{},
	}
}

// change counts a change of devices for each of these users, as sync reported it, and
// forgets when the homeserver last answered about them.
func (b *deviceBook) change(users []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, user := range users {
		b.changes[user]++
		b.total++
		delete(b.answered, user)
	}
}

// begin marks users as being asked about, except those for whom a request is under way,
// and returns the ones that it marked. The caller calls end for these.
func (b *deviceBook) begin(users []id.UserID) (begun []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, user := range users {
		if b.asking[user] == nil {
			b.asking[user] = make(chan struct{})
			begun = append(begun, user)
		}
	}
	return begun
}

// end records that a request about users has ended, and wakes the callers of wait.
// answered says whether the homeserver answered. changes holds, in the order of users,
// how many changes of devices were recorded for each user when the request began
// (changesOf). end returns the users whose devices changed after that: the caller asks
// about them again.
func (b *deviceBook) end(users []id.UserID, changes []int, answered bool) (again []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, user := range users {
		close(b.asking[user])
		delete(b.asking, user)
		switch {
		case b.changes[user] != changes[i]:
			again = append(again, user)
		case answered:
			b.answered[user] = time.Now()
		}
	}
	return again
}

// changesOf returns, in the order of users, how many changes of devices were recorded
// for each of them.
func (b *deviceBook) changesOf(users []id.UserID) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	changes := make([]int, len(users))
	for i, user := range users {
		changes[i] = b.changes[user]
	}
	return changes
}

// changedSince returns the users whose devices changed after an earlier call of
// changesOf; nil if there are none. changes is the result of that call, which had the
// same users in the same order.
func (b *deviceBook) changedSince(users []id.UserID, changes []int) (changed []id.UserID) {
	for i, now := range b.changesOf(users) {
		if now != changes[i] {
			changed = append(changed, users[i])
		}
	}
	return changed
}

// isAsking reports whether the bot is waiting for the homeserver's answer about the
// user's devices.
func (b *deviceBook) isAsking(user id.UserID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asking[user] != nil
}

// firstFrom reports whether this is the first call for a device of user with the key
// key, and records it: later calls for the device return false.
func (b *deviceBook) firstFrom(user id.UserID, key id.SenderKey) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.unknown[senderKey{user, key}]
	b.unknown[senderKey{user, key}] = true
	return first
}

// unanswered returns those users about whom the homeserver has not answered within the
// last devicesAgain; a change of a user's devices since then makes the answer void.
func (b *deviceBook) unanswered(users []id.UserID) (rest []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, user := range users {
		if at, ok := b.answered[user]; !ok || time.Since(at) >= devicesAgain {
			rest = append(rest, user)
		}
	}
	return rest
}

// wait waits until no request about any of the users is under way, and returns true. It
// returns false if that takes longer than the duration within, or ctx ends.
func (b *deviceBook) wait(ctx context.Context, users []id.UserID, within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	for _, user := range users {
		b.mu.Lock()
		end := b.asking[user]
		b.mu.Unlock()
		if end == nil {
			continue
		}
		select {
		case <-end:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// version returns the number of all changes of devices recorded so far. The caller
// passes it to ready, so that isReady notices later changes.
func (b *deviceBook) version() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total
}

// ready records that the bot knew the devices of all members of a room when the method
// version returned the value version.
func (b *deviceBook) ready(room id.RoomID, version int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rooms[room] = version
}

// isReady reports whether the bot knows the devices of all members of a room. It returns
// false if ready was never called for it, or any user's device changed since the version
// that ready got.
func (b *deviceBook) isReady(room id.RoomID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	version, ok := b.rooms[room]
	return ok && version == b.total
}
