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
	"heraut/wait"
)

const (
	// unseenAfter is how long the bot waits for sync to show a room that it entered,
	// before it reads the room's history.
	unseenAfter = 3 * time.Second
	// unseenFor bounds how long the bot tries to do so.
	unseenFor = 5 * time.Minute
)

// roomBook holds the stored rooms in memory, together with the joins and room upgrades
// that are under way in this process. It is safe for concurrent use.
type roomBook struct {
	store RoomStore

	mu       sync.Mutex
	rooms    map[id.RoomID]chat.Room
	declared map[id.RoomID][]string    // rooms of the configuration, with their names there
	served   func(chat.RoomID) bool    // reports rooms that an operator set up
	asked    map[id.RoomID]bool        // rooms for which this process requested the encryption state
	accepted map[id.RoomID]time.Time   // when invitations came whose room the bot has not tried to join
	entered  map[id.RoomID]time.Time   // join time of rooms that sync has not shown yet; zero: the join is under way
	stays    map[id.RoomID]chat.RoomID // upgrades that the bot does not follow: old room to successor
	later    map[id.RoomID]time.Time   // successors that could not be entered: time of the next try
	wake     wait.Signal               // signals that there are rooms to join or invitations to decline

	following map[id.RoomID]chan struct{} // successors that are being entered; closed at the end
}

func openRoomBook(ctx context.Context, store RoomStore, served func(chat.RoomID) bool) (*roomBook, error) {
	rooms, err := store.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the rooms: %w", err)
	}
	b := &roomBook{
		store: store, rooms: map[id.RoomID]chat.Room{}, declared: map[id.RoomID][]string{}, served: served,
		asked: map[id.RoomID]bool{}, accepted: map[id.RoomID]time.Time{}, entered: map[id.RoomID]time.Time{}, stays: map[id.RoomID]chat.RoomID{},
		later: map[id.RoomID]time.Time{}, wake: wait.NewSignal(), following: map[id.RoomID]chan struct{}{},
	}
	for _, r := range rooms {
		b.rooms[id.RoomID(r.ID)] = r
		if isInvited(r) {
			b.accepted[id.RoomID(r.ID)] = time.Now()
		}
	}
	return b, nil
}

// get returns the stored room; if there is none, a room with the id alone. It reads
// memory only.
func (b *roomBook) get(room id.RoomID) chat.Room {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.rooms[room]
	if !ok {
		r.ID = chat.RoomID(room)
	}
	return r
}

// all returns all stored rooms, in no order, those that the bot left included.
func (b *roomBook) all() []chat.Room {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Values(b.rooms))
}

// save updates the room r in memory and then stores it. In memory, a room that was ever
// encrypted stays so, and r no longer counts as a room to join or being joined (accepts,
// enters). If storing fails, the change in memory remains. In a transaction, call write
// instead, and remember after the commit.
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
		delete(b.accepted, id.RoomID(r.ID))
		delete(b.entered, id.RoomID(r.ID))
		if !r.Joined { // the room may become encrypted while the bot is out, and sync does not show that
			delete(b.asked, id.RoomID(r.ID))
		}
	}
}

// setUp reports whether the bot answers in the room: the configuration names it, an
// operator set it up, or the bot accepted an invitation to it. It returns false if
// another room has replaced it.
func (b *roomBook) setUp(room id.RoomID) bool {
	declared := b.isDeclared(room)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[room].MovedTo == "" && (declared || b.rooms[room].InvitedBy != "")
}

// isDeclared reports whether the configuration names the room, or an operator set it up
// in the chat. An accepted invitation does not count.
func (b *roomBook) isDeclared(room id.RoomID) bool {
	if b.served(chat.RoomID(room)) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.declared[room]) > 0
}

// moving returns the upgraded rooms in which the bot answers and whose successor it has
// not entered yet. It leaves out a room whose successor doNotFollow ruled out.
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

// doNotFollow records that the bot does not enter the room that r names as its
// successor, for example because the person who named it had no right to upgrade r. If
// r later names another successor, the bot decides about that one anew.
func (b *roomBook) doNotFollow(r chat.Room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stays[id.RoomID(r.ID)] = r.Successor
}

// followLater sets notBefore as the earliest time of the next try to enter a room's
// successor, since a try takes long; the zero time means at once.
func (b *roomBook) followLater(successor id.RoomID, notBefore time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.later[successor] = notBefore
}

// mayFollow reports whether the bot may try to enter a room's successor now: followLater
// set no time for it, or that time has come.
func (b *roomBook) mayFollow(successor id.RoomID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !time.Now().Before(b.later[successor])
}

// follow records that the bot is entering a room's successor. It returns a function
// that the caller has to call when the attempt has ended, successful or not;
// awaitFollowed waits for that call.
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

// awaitFollowed waits while the bot is entering room as the successor of another one,
// or until ctx ends. It returns at once for other rooms.
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

// moves reports whether the bot answers in the room and is about to enter its
// successor.
func (b *roomBook) moves(room chat.RoomID) bool {
	return slices.ContainsFunc(b.moving(), func(r chat.Room) bool { return r.ID == room })
}

// isSuccessor reports whether the bot is about to enter this room as the successor of
// another one.
func (b *roomBook) isSuccessor(room id.RoomID) bool {
	return slices.ContainsFunc(b.moving(), func(r chat.Room) bool { return r.Successor == chat.RoomID(room) })
}

// movedHere reports whether this room is the successor to which the bot moved from
// another one.
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

// declaredAs returns a copy of the list of ids and aliases under which the configuration
// names the room; it is empty if the configuration does not.
func (b *roomBook) declaredAs(room id.RoomID) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.declared[room])
}

// encrypted reports whether the bot ever saw that the room is encrypted. asked reports
// whether this process has asked the homeserver; until then, false may be out of date.
func (b *roomBook) encrypted(room id.RoomID) (encrypted, asked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[room].Encrypted, b.asked[room]
}

// sawEncryption records in memory and then stores that the room is encrypted; after an
// error memory has it all the same. The caller does so before anything else, since from
// then on the bot sends nothing there in clear.
func (b *roomBook) sawEncryption(ctx context.Context, room id.RoomID) error {
	b.markEncrypted(room)
	return b.write(ctx, b.get(room)) // even if memory has it: the store may not
}

// markEncrypted records in memory alone that the room is encrypted; it never waits.
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

// wakeJoiner makes joinRooms look at once for invitations to accept or decline and
// upgrades to follow. It never blocks.
func (b *roomBook) wakeJoiner() { b.wake.Set() }

// accepts records that the bot accepts an invitation to the room and has not joined
// yet. came is the time at which the invitation came.
func (b *roomBook) accepts(room id.RoomID, came time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accepted[room] = came
}

// enters records that the bot has begun to join the room; this record replaces that of
// accepts. It ends when sync shows the room, or by notIn.
func (b *roomBook) enters(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.accepted, room)
	b.entered[room] = time.Time{}
}

// joined records that the homeserver let the bot join the room just now. It does nothing
// if sync has already shown the room.
func (b *roomBook) joined(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.rooms[room].Joined { // sync may have shown the room already
		b.entered[room] = time.Now()
	}
}

// notIn records that the bot is not joining the room any more: it could not join, or
// has left again.
func (b *roomBook) notIn(room id.RoomID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.entered, room)
}

// toJoin reports whether the bot is joining the room, or will join it because of an
// invitation that it accepted. left is the time at which the bot last left the room: an
// invitation that came before does not count.
func (b *roomBook) toJoin(room id.RoomID, left time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, entered := b.entered[room]; entered {
		return true
	}
	came, accepted := b.accepted[room]
	return accepted && !left.After(came)
}

func (b *roomBook) joining(room id.RoomID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.entered[room]
	return ok
}

// unseen returns the rooms, in no order, that the bot joined on an invitation or as
// successors and that sync has not shown yet. It leaves out joins after the time by,
// and those unseenFor or more before it. more reports whether there are joins that are
// later than by, under way or still to begin.
func (b *roomBook) unseen(by time.Time) (rooms []id.RoomID, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	more = len(b.accepted) > 0
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
