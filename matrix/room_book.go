package matrix

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

const (
	// unseenAfter is how long sync has to show a room that was entered, before it is
	// looked at without.
	unseenAfter = 3 * time.Second
	// unseenFor is how long it is looked at.
	unseenFor = 5 * time.Minute
)

// roomBook holds the stored rooms in memory, and the state of joins and upgrades that
// only this process knows. It may be used by several goroutines.
type roomBook struct {
	store RoomStore

	mu       sync.Mutex
	rooms    map[id.RoomID]chat.Room
	declared map[id.RoomID][]string    // in the configuration, by these names
	served   func(chat.RoomID) bool    // set up in the chat
	asked    map[id.RoomID]bool        // this process asked for their encryption
	entered  map[id.RoomID]time.Time   // joined then, but not seen in sync yet; zero: being joined
	stays    map[id.RoomID]chat.RoomID // upgrades that are not followed: where to
	later    map[id.RoomID]time.Time   // successors that could not be entered: not before
	wake     chan struct{}             // there is something to join or to decline

	following map[id.RoomID]chan struct{} // successors that are being entered, until it is done
}

func openRoomBook(ctx context.Context, store RoomStore, served func(chat.RoomID) bool) (*roomBook, error) {
	rooms, err := store.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the rooms: %w", err)
	}
	b := &roomBook{
		store: store, rooms: map[id.RoomID]chat.Room{}, declared: map[id.RoomID][]string{}, served: served,
		asked: map[id.RoomID]bool{}, entered: map[id.RoomID]time.Time{}, stays: map[id.RoomID]chat.RoomID{},
		later: map[id.RoomID]time.Time{}, wake: make(chan struct{}, 1), following: map[id.RoomID]chan struct{}{},
	}
	for _, r := range rooms {
		b.rooms[id.RoomID(r.ID)] = r
	}
	return b, nil
}

// get returns the stored room, or one with the id alone.
func (b *roomBook) get(room id.RoomID) chat.Room {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.rooms[room]
	if !ok {
		r.ID = chat.RoomID(room)
	}
	return r
}

// all returns every room that is stored.
func (b *roomBook) all() []chat.Room {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Values(b.rooms))
}

// save stores the room. What is stored in a transaction is written, and
// remembered once that is committed.
func (b *roomBook) save(ctx context.Context, r chat.Room) error {
	b.remember(r)
	return b.write(ctx, r)
}

func (b *roomBook) write(ctx context.Context, r chat.Room) error {
	if err := b.store.SaveRoom(ctx, r); err != nil {
		return fmt.Errorf("store a room: %w", err)
	}
	return nil
}

func (b *roomBook) remember(rooms ...chat.Room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range rooms {
		r.Encrypted = r.Encrypted || b.rooms[id.RoomID(r.ID)].Encrypted
		b.rooms[id.RoomID(r.ID)] = r
		delete(b.entered, id.RoomID(r.ID))
		if !r.Joined { // it may become encrypted while the bot is out, which sync does not show
			delete(b.asked, id.RoomID(r.ID))
		}
	}
}

// setUp reports whether the bot serves the room: the configuration or an operator
// says so, or it accepted an invitation; and no other room took its place. It is
// silent everywhere else.
func (b *roomBook) setUp(room id.RoomID) bool {
	declared := b.isDeclared(room)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[room].MovedTo == "" && (declared || b.rooms[room].InvitedBy != "")
}

// isDeclared reports whether the configuration or an operator names the room.
func (b *roomBook) isDeclared(room id.RoomID) bool {
	if b.served(chat.RoomID(room)) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.declared[room]) > 0
}

// moving are the rooms that are served and say that another took their place.
func (b *roomBook) moving() []chat.Room {
	return slices.DeleteFunc(b.all(), func(r chat.Room) bool {
		if r.Successor == "" || !b.setUp(id.RoomID(r.ID)) {
			return true
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.stays[id.RoomID(r.ID)] == r.Successor
	})
}

// doNotFollow notes that the room's upgrade does not count.
func (b *roomBook) doNotFollow(r chat.Room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stays[id.RoomID(r.ID)] = r.Successor
}

// followLater notes that the successor cannot be entered for now. A try takes long, so
// the joiner does not repeat it whenever it joins another room.
func (b *roomBook) followLater(successor id.RoomID, notBefore time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.later[successor] = notBefore
}

// mayFollow reports whether it is time to enter the successor.
func (b *roomBook) mayFollow(successor id.RoomID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !time.Now().Before(b.later[successor])
}

// follow notes that the successor is being entered, until done is called.
func (b *roomBook) follow(successor id.RoomID) (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	end := make(chan struct{})
	b.following[successor] = end
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.following, successor)
		close(end)
	}
}

// awaitFollowed waits until the room is not being entered any more.
func (b *roomBook) awaitFollowed(ctx context.Context, room id.RoomID) {
	b.mu.Lock()
	end := b.following[room]
	b.mu.Unlock()
	if end == nil {
		return
	}
	select {
	case <-end:
	case <-ctx.Done():
	}
}

// moves reports whether the room is served and another one takes its place.
func (b *roomBook) moves(room chat.RoomID) bool {
	return slices.ContainsFunc(b.moving(), func(r chat.Room) bool { return r.ID == room })
}

// isSuccessor reports whether a room that is served moves there.
func (b *roomBook) isSuccessor(room id.RoomID) bool {
	return slices.ContainsFunc(b.moving(), func(r chat.Room) bool { return r.Successor == chat.RoomID(room) })
}

// movedHere reports whether the room took another's place.
func (b *roomBook) movedHere(room id.RoomID) bool {
	return slices.ContainsFunc(b.all(), func(r chat.Room) bool { return r.MovedTo == chat.RoomID(room) })
}

func (b *roomBook) declare(name string, room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Contains(b.declared[room], name) {
		b.declared[room] = append(b.declared[room], name)
	}
}

// declaredAs are the names by which the configuration calls the room.
func (b *roomBook) declaredAs(room id.RoomID) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.declared[room])
}

// encrypted reports whether the room was ever seen encrypted, and whether this process
// asked the homeserver.
func (b *roomBook) encrypted(room id.RoomID) (encrypted, asked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[room].Encrypted, b.asked[room]
}

// sawEncryption notes, before anything else is done with it, that the room is
// encrypted; from then on nothing goes there in clear.
func (b *roomBook) sawEncryption(ctx context.Context, room id.RoomID) error {
	b.markEncrypted(room)
	return b.write(ctx, b.get(room)) // even if known: it may not be stored yet
}

// markEncrypted is sawEncryption in memory alone, which waits for nothing.
func (b *roomBook) markEncrypted(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rooms[room]
	r.ID, r.Encrypted = chat.RoomID(room), true
	b.rooms[room] = r
}

func (b *roomBook) askedEncryption(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[room] = true
}

// wakeJoiner makes joinRooms check invitations and upgrades.
func (b *roomBook) wakeJoiner() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// enters notes that the room is being joined; joining reports it until sync shows
// the room, or until it is known that the bot is not in.
func (b *roomBook) enters(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entered[room] = time.Time{}
}

// joined notes that the room was entered.
func (b *roomBook) joined(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.rooms[room].Joined { // sync may have been faster
		b.entered[room] = time.Now()
	}
}

// notIn notes that the room was not entered, or not for long.
func (b *roomBook) notIn(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.entered, room)
}

func (b *roomBook) joining(room id.RoomID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.entered[room]
	return ok
}

// unseen are the rooms that were entered on an invitation by then, not long ago,
// and that sync has not shown yet; more: there are others, or will be.
func (b *roomBook) unseen(by time.Time) (rooms []id.RoomID, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for room, at := range b.entered {
		switch r := b.rooms[room]; {
		case r.InvitedBy == "", r.Joined:
		case at.IsZero(), at.After(by):
			more = true
		case by.Sub(at) < unseenFor:
			rooms = append(rooms, room)
		}
	}
	return rooms, more
}
