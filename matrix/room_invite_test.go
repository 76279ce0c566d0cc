package matrix

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"heraut/chat"
	"heraut/queue"
	"heraut/storage"
)

// invitedClient returns a client without a homeserver. Its operator is
// @operator:example.org, and users of example.org may invite it.
func invitedClient(t *testing.T) *Client {
	t.Helper()
	db, err := dbutil.NewWithDialect("file:"+filepath.Join(t.TempDir(), "state.db"), "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	state := sqlstatestore.NewSQLStateStore(db, dbutil.NoopLogger, false)
	if err := state.Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{
		Homeserver: "http://127.0.0.1:1",
		IsOperator: func(user chat.UserID) bool { return user == "@operator:example.org" },
		MayInvite:  func(server string) bool { return server == "example.org" },
	}, nil, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	c.state = state
	c.mx.UserID = "@heraut:example.org"
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	c.store = store
	if c.rooms, err = openRoomBook(t.Context(), store, c.config.SetUp); err != nil {
		t.Fatal(err)
	}
	return c
}

func stateOf(kind event.Type, key string, sender id.UserID, content string) *event.Event {
	evt := &event.Event{Type: kind, StateKey: &key, Sender: sender}
	if err := evt.Content.UnmarshalJSON([]byte(content)); err != nil {
		panic(err)
	}
	return evt
}

// TestInvitations covers every combination of inviter, server and kind of room: it
// checks whether the bot enters, and whether it stays.
func TestInvitations(t *testing.T) {
	const (
		declined = "declined" // at once
		leaves   = "leaves"   // once the bot has read the power levels
		stays    = "stays"
	)
	inviters := []struct {
		name  string
		user  id.UserID
		power int
	}{
		{"operator", "@operator:example.org", 0},
		{"moderator", "@moderator:example.org", 50},
		{"member", "@member:example.org", 0},
		{"foreign moderator", "@moderator:other.example", 50},
		{"foreign member", "@member:other.example", 0},
		{"the operator's namesake elsewhere", "@operator:other.example", 100},
		{"the operator in capitals", "@Operator:example.org", 0},
		{"the homeserver", "@notices:example.org", 0},
		{"another homeserver", "@notices:other.example", 100},
	}
	kinds := []struct {
		name    string
		direct  bool
		content string // of m.room.create
		rules   string // Tchap's access rule
		members int
		tagged  bool // as the homeserver's notice room
	}{
		{"direct", true, `{"room_version":"11"}`, "", 2, false},
		{"direct by Tchap's rules", false, `{"room_version":"11"}`, "direct", 2, false},
		{"crowd said to be direct", true, `{"room_version":"11"}`, "", 30, false},
		{"room", false, `{"room_version":"11"}`, "restricted", 30, false},
		{"room v12", false, `{"room_version":"12"}`, "", 2, false},
		{"space", false, `{"room_version":"11","type":"m.space"}`, "", 30, false},
		{"notices", false, `{"room_version":"11"}`, "", 2, true},
	}
	// The outcome by inviter, in the order of kinds.
	want := map[string][]string{
		"operator":                          {stays, stays, stays, stays, stays, stays, stays},
		"moderator":                         {stays, stays, stays, stays, stays, declined, stays},
		"member":                            {stays, stays, leaves, leaves, leaves, declined, stays},
		"foreign moderator":                 {declined, declined, declined, declined, declined, declined, declined},
		"foreign member":                    {declined, declined, declined, declined, declined, declined, declined},
		"the operator's namesake elsewhere": {declined, declined, declined, declined, declined, declined, declined},
		"the operator in capitals":          {stays, stays, leaves, leaves, leaves, declined, stays},
		"the homeserver":                    {stays, stays, leaves, leaves, leaves, leaves, stays},
		"another homeserver":                {declined, declined, declined, declined, declined, declined, declined},
	}
	for _, inviter := range inviters {
		for i, kind := range kinds {
			t.Run(inviter.name+", "+kind.name, func(t *testing.T) {
				c := invitedClient(t)
				const room = id.RoomID("!r:example.org")
				creator := id.UserID("@creator:example.org")
				create := stateOf(event.StateCreate, "", creator, kind.content)
				var answer mautrix.RespSync
				invited := &mautrix.SyncInvitedRoom{}
				invited.State.Events = []*event.Event{
					create, stateOf(event.StateMember, "@heraut:example.org", inviter.user, fmt.Sprintf(`{"membership":"invite","is_direct":%t}`, kind.direct)),
				}
				if kind.rules != "" {
					invited.State.Events = append(invited.State.Events, stateOf(accessRules, "", creator, `{"rule":"`+kind.rules+`"}`))
				}
				answer.Rooms.Invite = map[id.RoomID]*mautrix.SyncInvitedRoom{room: invited}
				accepted, refused := c.invitations(&answer, time.Now())
				got := declined
				if len(accepted) == 1 && len(refused) == 0 {
					r := accepted[0]
					c.stateEvent(t.Context(), room, create)
					c.stateEvent(t.Context(), room, stateOf(event.StatePowerLevels, "", creator, fmt.Sprintf(`{"users":{%q:%d}}`, inviter.user, inviter.power)))
					r.Joined, r.Members, r.Version, r.Notices = true, kind.members, "11", kind.tagged
					var batch queue.Batch
					join := stateOf(event.StateMember, "@heraut:example.org", "@heraut:example.org", `{"membership":"join"}`)
					join.ID = "$join"
					said := c.enter(t.Context(), &r, join, "s1", time.Now(), &batch)
					got = stays
					if len(said) > 0 {
						got = leaves
						if r.InvitedBy != "" || len(batch.Arrivals) != 1 || !batch.Arrivals[0].Event.Joined.Unwelcome || said[0].Why != chat.DeclinedPerson {
							t.Errorf("it leaves with %+v, %+v, %+v", r, batch.Arrivals, said)
						}
					} else if greets := len(batch.Arrivals) == 1; greets != (!kind.tagged && r.Kind != spaceKind) {
						t.Errorf("it greets: %t", greets)
					}
				} else if len(accepted) != 0 || len(refused) != 1 || !refused[0].Open || refused[0].Server != inviter.user.Homeserver() {
					t.Fatalf("accepted %+v, declined %+v", accepted, refused)
				}
				if got != want[inviter.name][i] {
					t.Errorf("it %s, want %s", got, want[inviter.name][i])
				}
			})
		}
	}
}

// The creator of a version 12 room has all power, and the power levels do not list
// them.
func TestInvitedByTheCreator(t *testing.T) {
	c := invitedClient(t)
	const room = id.RoomID("!v12")
	for version, want := range map[string]bool{"11": false, "12": true} {
		c.stateEvent(t.Context(), room, stateOf(event.StateCreate, "", "@creator:example.org", `{"room_version":"`+version+`"}`))
		c.stateEvent(t.Context(), room, stateOf(event.StatePowerLevels, "", "@creator:example.org", `{"users":{}}`))
		if got := c.welcome(t.Context(), chat.Room{ID: chat.RoomID(room), InvitedBy: "@creator:example.org", Members: 3}); got != want {
			t.Errorf("room version %s: %t", version, got)
		}
	}
}
