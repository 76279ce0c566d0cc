package matrix

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// TestEncryptedWhileOut: a room may become encrypted while the bot is out of it, so
// the bot asks again before its next message there.
func TestEncryptedWhileOut(t *testing.T) {
	t.Parallel()
	const room = "!room:example.org"
	c := invitedClient(t)
	clear := 0
	homeserver(t, c, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			clear++
		}
		w.WriteHeader(http.StatusBadGateway)
	})
	joined := chat.Room{ID: room, InvitedBy: "@agent:example.org", Joined: true}
	c.rooms.remember(joined)
	c.rooms.askedEncryption(room)
	c.rooms.remember(c.leftRooms(&mautrix.RespSync{Rooms: mautrix.RespSyncRooms{
		Leave: map[id.RoomID]*mautrix.SyncLeftRoom{room: {}},
	}}, nil, time.Now(), &queue.Batch{})...)
	joined.Joined = false // invited again
	c.rooms.remember(joined)
	_, err := c.Send(t.Context(), queue.Outgoing{Txn: "txn", Post: chat.Post{Room: room, HTML: "<p>Oui.</p>", Lang: "fr"}})
	if notNow, ok := errors.AsType[*queue.NotNow](err); !ok || !notNow.Lane || clear > 0 {
		t.Errorf("got %v, %d messages in clear", err, clear)
	}
}

// TestEncryptionIsNotedFirst: senders know that a room is encrypted while the sync
// that reports it still waits.
func TestEncryptionIsNotedFirst(t *testing.T) {
	t.Parallel()
	const room = id.RoomID("!room:example.org")
	c := invitedClient(t)
	key := ""
	answer := &mautrix.RespSync{}
	answer.Rooms.Join = map[id.RoomID]*mautrix.SyncJoinedRoom{room: {}}
	answer.Rooms.Join[room].Timeline.Events = []*event.Event{{Type: event.StateEncryption, StateKey: &key}}
	c.changing.Lock()
	ended := make(chan error)
	// process fails when it needs the keys, which this client does not have.
	go func() { ended <- c.process(t.Context(), answer, "", time.Now(), nil) }()
	for deadline := time.Now().Add(10 * time.Second); ; {
		if encrypted, _ := c.rooms.encrypted(room); encrypted {
			break
		} else if time.Now().After(deadline) {
			t.Fatal("the room is not known to be encrypted")
		}
		time.Sleep(time.Millisecond)
	}
	c.changing.Unlock()
	if err := <-ended; err == nil {
		t.Error("the sync was taken in without keys")
	}
	stored, err := c.store.Rooms(t.Context())
	if err != nil || len(stored) != 1 || !stored[0].Encrypted {
		t.Errorf("stored is %+v, %v", stored, err)
	}
}
