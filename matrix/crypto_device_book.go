package matrix

import (
	"context"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// deviceBook knows whose devices are being asked for. It may be used by several
// goroutines.
type deviceBook struct {
	mu      sync.Mutex
	asking  map[id.UserID]chan struct{} // closed when the answer is taken in, or will not come
	told    map[id.UserID]time.Time     // when the homeserver last answered, with devices or without
	changes map[id.UserID]int           // how often sync said that the devices changed
	total   int                         // of all changes
	rooms   map[id.RoomID]int           // the total at which all members' devices were known
	unknown map[senderKey]bool          // devices that a message came from and that were asked for
}

// senderKey names a device by its user and its key.
type senderKey struct {
	user id.UserID
	key  id.SenderKey
}

func newDeviceBook() *deviceBook {
	return &deviceBook{
		asking: map[id.UserID]chan struct{}{}, told: map[id.UserID]time.Time{}, changes: map[id.UserID]int{},
		rooms: map[id.RoomID]int{}, unknown: map[senderKey]bool{},
	}
}

// change notes that sync said that these people's devices changed.
func (b *deviceBook) change(users []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, user := range users {
		b.changes[user]++
		b.total++
		delete(b.told, user)
	}
}

// begin returns those of the users that are not being asked for; they are from now on.
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

// end notes that asking is over, and that the homeserver answered if told. It returns
// those whose devices changed meanwhile.
func (b *deviceBook) end(users []id.UserID, changes []int, told bool) (again []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, user := range users {
		close(b.asking[user])
		delete(b.asking, user)
		switch {
		case b.changes[user] != changes[i]:
			again = append(again, user)
		case told:
			b.told[user] = time.Now()
		}
	}
	return again
}

// changesOf returns how often each user's devices changed.
func (b *deviceBook) changesOf(users []id.UserID) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	changes := make([]int, len(users))
	for i, user := range users {
		changes[i] = b.changes[user]
	}
	return changes
}

// changedSince returns the users whose devices changed more often than that.
func (b *deviceBook) changedSince(users []id.UserID, changes []int) (changed []id.UserID) {
	for i, now := range b.changesOf(users) {
		if now != changes[i] {
			changed = append(changed, users[i])
		}
	}
	return changed
}

// isAsking reports whether the user's devices are being asked for.
func (b *deviceBook) isAsking(user id.UserID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asking[user] != nil
}

// firstFrom reports whether no message came from that device yet.
func (b *deviceBook) firstFrom(user id.UserID, key id.SenderKey) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.unknown[senderKey{user, key}]
	b.unknown[senderKey{user, key}] = true
	return first
}

// unanswered returns the users about whom the homeserver did not answer lately.
func (b *deviceBook) unanswered(users []id.UserID) (rest []id.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, user := range users {
		if at, ok := b.told[user]; !ok || time.Since(at) >= devicesAgain {
			rest = append(rest, user)
		}
	}
	return rest
}

// wait waits until none of the users is being asked for; it reports false when that
// takes longer than the given time.
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

// version grows with every change.
func (b *deviceBook) version() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total
}

// ready notes that the devices of a room's members were known at that version.
func (b *deviceBook) ready(room id.RoomID, version int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rooms[room] = version
}

// isReady reports whether no device changed since the room was ready.
func (b *deviceBook) isReady(room id.RoomID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	version, ok := b.rooms[room]
	return ok && version == b.total
}
