package matrix

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"heraut/chat"
)

func TestLevel(t *testing.T) {
	raw, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	state := sqlstatestore.NewSQLStateStore(db, dbutil.NoopLogger, false)
	if err := state.Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	const (
		clear, secret, modern = id.RoomID("!clear:example.org"), id.RoomID("!secret:example.org"), id.RoomID("!v12")
		strict                = id.RoomID("!strict:example.org")
		owner, moderator      = id.UserID("@owner:example.org"), id.UserID("@moderator:example.org")
		member, operator      = id.UserID("@member:example.org"), id.UserID("@operator:example.org")
	)
	c := &Client{
		mx: &mautrix.Client{}, log: zerolog.Nop(), state: state,
		config: Config{
			IsOperator: func(user chat.UserID) bool { return user == chat.UserID(operator) },
			ModeratorPower: func(room chat.RoomID) int {
				if room == chat.RoomID(strict) {
					return 51
				}
				return moderatorPower
			},
		},
		rooms: &roomBook{rooms: map[id.RoomID]chat.Room{secret: {ID: chat.RoomID(secret), Encrypted: true}}},
	}
	for room, version := range map[id.RoomID]id.RoomVersion{clear: id.RoomV11, secret: id.RoomV11, modern: id.RoomV12, strict: id.RoomV11} {
		key := ""
		c.stateEvent(t.Context(), room, &event.Event{
			Type: event.StateCreate, StateKey: &key, RoomID: room, Sender: owner,
			Content: event.Content{Raw: map[string]any{"room_version": string(version)}, VeryRaw: []byte(`{"room_version":"` + version + `"}`)},
		})
		c.stateEvent(t.Context(), room, &event.Event{
			Type: event.StatePowerLevels, StateKey: &key, RoomID: room, Sender: owner,
			Content: event.Content{VeryRaw: []byte(`{"users":{"@moderator:example.org":50,"@member:example.org":49}}`)},
		})
	}
	for name, test := range map[string]struct {
		room  id.RoomID
		user  id.UserID
		trust chat.Trust
		want  chat.Level
	}{
		"a member":                               {clear, member, chat.TrustServer, chat.LevelMember},
		"somebody without a level":               {clear, "@other:example.org", chat.TrustServer, chat.LevelMember},
		"the operator's namesake elsewhere":      {clear, "@operator:example.org.evil.example", chat.TrustServer, chat.LevelMember},
		"the operator in capitals":               {clear, "@Operator:example.org", chat.TrustServer, chat.LevelMember},
		"the operator in another alphabet":       {clear, "@\u043eperator:example.org", chat.TrustServer, chat.LevelMember},
		"the operator and something unseen":      {clear, "@operator\u200b:example.org", chat.TrustServer, chat.LevelMember},
		"the moderator's namesake elsewhere":     {clear, "@moderator:other.example", chat.TrustServer, chat.LevelMember},
		"a moderator":                            {clear, moderator, chat.TrustServer, chat.LevelModerator},
		"below the level set for the room":       {strict, moderator, chat.TrustServer, chat.LevelMember},
		"an operator":                            {clear, operator, chat.TrustServer, chat.LevelOperator},
		"the creator of an older room":           {clear, owner, chat.TrustServer, chat.LevelMember},
		"the creator of a room v12":              {modern, owner, chat.TrustServer, chat.LevelModerator},
		"encrypted, a signed device":             {secret, moderator, chat.TrustVerified, chat.LevelModerator},
		"encrypted, another device":              {secret, moderator, chat.TrustMember, chat.LevelMember},
		"in clear in an encrypted room":          {secret, moderator, chat.TrustServer, chat.LevelMember},
		"encrypted, the operator's other device": {secret, operator, chat.TrustMember, chat.LevelMember},
		"encrypted, the operator's own":          {secret, operator, chat.TrustVerified, chat.LevelOperator},
	} {
		if got := c.level(t.Context(), test.room, test.user, test.trust); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}
