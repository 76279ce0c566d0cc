package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
	"heraut/storage"
)

// homeserver directs the client's requests to the given handler.
func homeserver(t *testing.T, c *Client, answer http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.mx.HomeserverURL = at
	c.config.Pace = rate.NewLimiter(rate.Inf, 1)
}

// TestRefusedJoin: the bot drops an invitation only if the homeserver's answer
// concerns the room, and only if no newer invitation has come.
func TestRefusedJoin(t *testing.T) {
	t.Parallel()
	const room = "!room:example.org"
	invited := chat.Room{ID: room, InvitedBy: "@agent:example.org"}
	joined := invited
	joined.Joined = true
	tests := map[string]struct {
		status    int
		errcode   string
		meanwhile chat.Room // the stored room when the answer arrives
		done      bool
		want      chat.UserID // the inviter
	}{
		"the invitation is gone":   {http.StatusForbidden, "M_FORBIDDEN", invited, true, ""},
		"the account is locked":    {http.StatusUnauthorized, "M_USER_LOCKED", invited, false, invited.InvitedBy},
		"terms are to be accepted": {http.StatusForbidden, "M_CONSENT_NOT_GIVEN", invited, false, invited.InvitedBy},
		"another invitation came":  {http.StatusForbidden, "M_FORBIDDEN", chat.Room{ID: room, InvitedBy: "@other:example.org"}, true, "@other:example.org"},
		"the bot is in":            {http.StatusForbidden, "M_FORBIDDEN", joined, true, invited.InvitedBy},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := invitedClient(t)
			homeserver(t, c, func(w http.ResponseWriter, _ *http.Request) {
				c.rooms.remember(test.meanwhile)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(test.status)
				_ = json.NewEncoder(w).Encode(map[string]string{"errcode": test.errcode})
			})
			c.rooms.remember(invited)
			if done := c.acceptInvitation(t.Context(), invited); done != test.done {
				t.Errorf("done: %v", done)
			}
			if by := c.rooms.get(room).InvitedBy; by != test.want {
				t.Errorf("invited by %q", by)
			}
		})
	}
}

// TestAliasOutOfReach: an alias of another server does not block the bot while that
// server is down.
func TestAliasOutOfReach(t *testing.T) {
	t.Parallel()
	const alias, room = "#salon:away.example", "!room:example.org"
	tests := map[string]struct {
		before chat.RoomID
		joined bool
	}{
		"found before":       {room, true},
		"found, but not in":  {room, false},
		"never found before": {"", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := invitedClient(t)
			c.config.Rooms = []string{alias}
			homeserver(t, c, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if !strings.HasSuffix(r.URL.Path, "/versions") {
					w.WriteHeader(http.StatusBadGateway)
				}
				_, _ = w.Write([]byte(`{"errcode": "M_UNKNOWN"}`))
			})
			if test.before != "" {
				if err := c.store.(*storage.DB).SaveAlias(t.Context(), alias, test.before); err != nil {
					t.Fatal(err)
				}
			}
			c.rooms.remember(chat.Room{ID: room, Joined: test.joined})
			if toJoin := c.declareRooms(t.Context(), noIntake{}); len(toJoin) != 1 {
				t.Errorf("to join: %q", toJoin)
			}
			if declared := c.rooms.isDeclared(room); declared != (test.before == room) {
				t.Errorf("declared: %v", declared)
			}
		})
	}
}

// noIntake is an Intake that only takes rooms.
type noIntake struct{ Intake }

// FoundRoom implements Intake.
func (noIntake) FoundRoom(context.Context, string, chat.RoomID) {}

// TestUpgradeKeepsPosts: posts that an upgraded room refuses wait until the bot has
// moved to its successor.
func TestUpgradeKeepsPosts(t *testing.T) {
	t.Parallel()
	const room = "!room:example.org"
	served := chat.Room{ID: room, InvitedBy: "@agent:example.org", Joined: true}
	upgraded, moved := served, served
	upgraded.Successor, moved.Successor = "!next:example.org", "!next:example.org"
	moved.MovedTo, moved.InvitedBy = moved.Successor, ""
	tests := map[string]struct {
		room  chat.Room
		waits bool
	}{
		"not upgraded": {served, false},
		"upgraded":     {upgraded, true},
		"followed":     {moved, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := invitedClient(t)
			homeserver(t, c, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(`{"errcode": "M_FORBIDDEN"}`))
			})
			c.rooms.remember(test.room)
			c.rooms.askedEncryption(room)
			_, err := c.Send(t.Context(), queue.Outgoing{Txn: "txn", Post: chat.Post{Room: room, HTML: "<p>Oui.</p>", Lang: "fr"}})
			notNow, waits := errors.AsType[*queue.NotNow](err)
			if _, blocked := errors.AsType[*queue.Blocked](err); waits != test.waits || blocked == waits || waits && !notNow.Lane {
				t.Errorf("got %v", err)
			}
		})
	}
}

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

// TestOldLeaveAfterAnInvitation: Dendrite may show again that somebody removed the bot,
// after the invitation that followed: the bot keeps the invitation until it has tried to
// join, unless the removal is newer.
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

func TestBecomes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		event string
		want  bool
	}{
		"joined":         {`{"content": {"membership": "join"}}`, true},
		"after inviting": {`{"content": {"membership": "join"}, "unsigned": {"prev_content": {"membership": "invite"}}}`, true},
		"renamed":        {`{"content": {"membership": "join"}, "unsigned": {"prev_content": {"membership": "join"}}}`, false},
		"left":           {`{"content": {"membership": "leave"}, "unsigned": {"prev_content": {"membership": "join"}}}`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			evt := &event.Event{}
			if err := json.Unmarshal([]byte(test.event), evt); err != nil {
				t.Fatal(err)
			}
			if got := becomes(evt, event.MembershipJoin); got != test.want {
				t.Errorf("got %v", got)
			}
		})
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
