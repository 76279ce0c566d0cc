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

	"golang.org/x/time/rate"
	"maunium.net/go/mautrix/event"

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
