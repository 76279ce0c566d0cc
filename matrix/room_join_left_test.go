package matrix

import (
	"net/http"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// TestOldLeaveAfterAnInvitation: after an invitation, Dendrite may show an older removal
// of the bot once more. The bot keeps the invitation until it has tried to join, unless
// the removal is newer.
func TestOldLeaveAfterAnInvitation(t *testing.T) {
	t.Parallel()
	const room = "!room:example.org"
	c := invitedClient(t)
	c.rooms.remember(chat.Room{ID: room, InvitedBy: "@agent:example.org"})
	now := time.Now()
	c.rooms.accepts(room, now)
	left := func(ago time.Duration) bool {
		user := c.mx.UserID.String()
		kick := &event.Event{
			ID: "$kick", Type: event.StateMember, Sender: "@agent:example.org", StateKey: &user, Timestamp: now.Add(-ago).UnixMilli(),
			Content: event.Content{Raw: map[string]any{"membership": "leave"}},
		}
		return len(c.leftRooms(&mautrix.RespSync{Rooms: mautrix.RespSyncRooms{Leave: map[id.RoomID]*mautrix.SyncLeftRoom{
			room: {Timeline: mautrix.SyncTimeline{SyncEventsList: mautrix.SyncEventsList{Events: []*event.Event{kick}}}},
		}}}, nil, now.Add(2*time.Hour), &queue.Batch{})) > 0
	}
	if left(time.Minute) {
		t.Error("before it tried, the bot forgot the invitation")
	}
	if !left(-time.Hour) {
		t.Error("the bot kept an invitation after it was removed again")
	}
	c.rooms.enters(room)
	if left(-time.Hour) {
		t.Error("while it tried, the bot forgot the invitation")
	}
	c.rooms.notIn(room)
	if !left(time.Minute) {
		t.Error("after it failed, the bot kept the invitation")
	}
}

// TestLeaveAndInvitation: the end of a leave does not undo a newer invitation that
// sync has shown.
func TestLeaveAndInvitation(t *testing.T) {
	t.Parallel()
	const room = "!room:example.org"
	tests := map[string]struct {
		meanwhile chat.Room
		want      chat.UserID
	}{
		"nothing happened": {chat.Room{ID: room, InvitedBy: "@agent:example.org", Joined: true}, ""},
		"invited again":    {chat.Room{ID: room, InvitedBy: "@agent:example.org"}, "@agent:example.org"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := invitedClient(t)
			homeserver(t, c, func(w http.ResponseWriter, _ *http.Request) {
				c.rooms.remember(test.meanwhile)
				_, _ = w.Write([]byte("{}"))
			})
			c.rooms.remember(chat.Room{ID: room, InvitedBy: "@agent:example.org", Joined: true})
			if err := c.leave(t.Context(), room); err != nil {
				t.Fatal(err)
			}
			if r := c.rooms.get(room); r.InvitedBy != test.want || r.Joined {
				t.Errorf("the room is %+v", r)
			}
		})
	}
}
