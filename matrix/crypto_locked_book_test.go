package matrix

import (
	"fmt"
	"testing"

	"heraut/chat"
	"heraut/queue"
)

// TestLockedBook: the book bounds kept messages by sender, by room and in size.
func TestLockedBook(t *testing.T) {
	ids := 0
	add := func(b *lockedBook, room chat.RoomID, sender chat.UserID, bytes, times int) (kept int) {
		for range times {
			ids++
			if b.add(queue.Locked{ID: chat.EventID(fmt.Sprintf("$%d", ids)), Room: room, Sender: sender, Size: bytes}) {
				kept++
			}
		}
		return kept
	}
	b := newLockedBook()
	if n := add(b, "!a", "@a:x", 1000, 150); n != lockedPerSender {
		t.Errorf("%d messages of one sender are kept", n)
	}
	if n := add(b, "!b", "@a:x", 1000, 1); n != 0 {
		t.Error("another room keeps more of that sender")
	}
	if n := add(b, "!a", "@b:x", 60_000, 50); n != lockedBytesOfSender/60_000 {
		t.Errorf("%d large messages of one sender are kept", n)
	}
	for _, sender := range []chat.UserID{"@c:x", "@d:x", "@e:x", "@f:x", "@g:x"} {
		add(b, "!a", sender, 100, 100)
	}
	if got := b.rooms["!a"].events; got != lockedPerRoom {
		t.Errorf("%d messages of one room are kept", got)
	}
	if n := add(b, "!b", "@h:x", 100, 1); n != 1 {
		t.Error("a full room keeps another one from being kept")
	}
	stored := []queue.Locked{{ID: "$1", Room: "!a", Sender: "@a:x", Size: 10}}
	b.reset(stored)
	if n := add(b, "!a", "@a:x", 1000, 1); n != 0 {
		t.Error("a recount forgets messages that a sync has added and not stored yet")
	}
	b.reset(stored)
	b.reset(stored)
	if n := add(b, "!a", "@a:x", 1000, 150); n != lockedPerSender-1 {
		t.Errorf("after two recounts without the other messages, %d messages are kept", n)
	}
}
