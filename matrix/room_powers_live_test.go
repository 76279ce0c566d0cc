package matrix_test

import (
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestRightsOfOddPowerLevels: power levels in an old or a wrong style take effect
// like others: a former moderator loses their rights.
func TestRightsOfOddPowerLevels(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner, demoted := hs.Person(t, "owner", testkit.ClientOptions{}), hs.Person(t, "demoted", testkit.ClientOptions{})
	for name, test := range map[string]struct {
		version id.RoomVersion
		change  func(levels map[string]any)
		owner   chat.Level
	}{
		"a level in a string":              {id.RoomV9, func(l map[string]any) { l["users"] = map[string]any{owner.UserID.String(): "100"} }, chat.LevelModerator},
		"another level in a string":        {id.RoomV9, func(l map[string]any) { l["ban"] = "50" }, chat.LevelModerator},
		"a notification level in a string": {id.RoomV9, func(l map[string]any) { l["notifications"] = map[string]any{"room": "50"} }, chat.LevelModerator},
		"a field that nobody knows":        {id.RoomV10, func(l map[string]any) { l["historical"] = "x" }, chat.LevelModerator},
		"a field of another type":          {id.RoomV10, func(l map[string]any) { l["notifications"] = map[string]any{"room": "x"} }, chat.LevelModerator},
	} {
		made, err := owner.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
			Preset: "private_chat", RoomVersion: test.version, Invite: []id.UserID{bot.account.UserID, demoted.UserID},
		})
		if err != nil {
			t.Fatal(err)
		}
		room := made.RoomID
		demoted.Join(t, room.String())
		owner.SetPower(t, room, demoted.UserID, 50)
		owner.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
		level := func(by *testkit.Client) chat.Level {
			t.Helper()
			for said := by.Say(t, room, "là"); ; {
				if e := bot.next(t); e.ID == chat.EventID(said) {
					return e.Level
				}
			}
		}
		if got := level(demoted); got != chat.LevelModerator {
			t.Errorf("%s: before, the moderator has the level %d", name, got)
		}
		levels := map[string]any{}
		if err := owner.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
			t.Fatal(err)
		}
		levels["users"] = map[string]any{owner.UserID.String(): 100}
		test.change(levels)
		if _, err := owner.SendStateEvent(t.Context(), room, event.StatePowerLevels, "", levels); err != nil {
			t.Logf("%s: the homeserver refuses it: %v", name, err)
			continue
		}
		if got := level(demoted); got != chat.LevelMember {
			t.Errorf("%s: the former moderator has the level %d", name, got)
		}
		if got := level(owner); got != test.owner {
			t.Errorf("%s: the owner has the level %d", name, got)
		}
	}
}
