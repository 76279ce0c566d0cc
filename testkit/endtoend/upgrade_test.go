package endtoend

import (
	"slices"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// replace makes a room with the creation content says, and sends a tombstone to room
// that names it as the successor.
func replace(t *testing.T, by *testkit.Client, room id.RoomID, says map[string]any) id.RoomID {
	t.Helper()
	made, err := by.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{Preset: "public_chat", CreationContent: says})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := by.SendStateEvent(t.Context(), room, event.StateTombstone, "", map[string]any{
		"body": "replaced", "replacement_room": made.RoomID,
	}); err != nil {
		t.Fatal(err)
	}
	return made.RoomID
}

// TestUpgrades: people with and without the right to upgrade rooms do so, and the
// settings move once, or stay.
func TestUpgrades(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	owner := hs.Person(t, "owner", encrypted)
	member := hs.Person(t, "member", encrypted)
	api := testkit.StartRepositoryAPI()
	t.Cleanup(api.Close)
	api.Publish(testkit.Repository{Name: "ville/ancien", Language: "Go"})
	declared := owner.Room(t, testkit.Room{Alias: "declare", Public: true})
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account,
		Set: map[string]any{
			"quiet":   map[string]any{"nights": "", "weekends": false, "holidays": false},
			"sources": []map[string]any{{"name": "depots", "kind": "ecosystems", "url": api.URL, "every": "1s", "settle": "0s"}},
			"rooms": []map[string]any{{"room": declared.String(), "watches": []map[string]string{
				{"source": "depots", "filter": "langage:go", "rhythm": "immediat"},
			}}},
		},
	})
	owner.AwaitMember(t, declared, me, event.MembershipJoin)
	place := func(room testkit.Room) id.RoomID {
		t.Helper()
		room.Invite = append(room.Invite, me, member.UserID)
		made := owner.Room(t, room)
		owner.AwaitMember(t, made, me, event.MembershipJoin)
		member.Join(t, made.String())
		mustSay(t, owner.AwaitAnswer(t, made, me, owner.Say(t, made, "!veille ajouter depots langage:rust")), "C’est noté")
		return made
	}
	watches := func(room id.RoomID, want ...string) {
		t.Helper()
		owner.AwaitMember(t, room, me, event.MembershipJoin)
		mustSay(t, owner.AwaitAnswer(t, room, me, owner.Say(t, room, "!veille")), want...)
	}
	stays := func(room, elsewhere id.RoomID, why string) {
		t.Helper()
		awaitLog(t, bot, why)
		mustSay(t, owner.AwaitAnswer(t, room, me, owner.Say(t, room, "!veille")), "langage:rust")
		for _, evt := range owner.History(t, elsewhere) {
			if evt.Sender == me && evt.Type == event.EventMessage {
				t.Errorf("the bot speaks in a room that is not followed: %s", body(evt))
			}
		}
	}

	t.Run("not by who may not", func(t *testing.T) {
		room := place(testkit.Room{})
		var levels event.PowerLevelsEventContent
		if err := owner.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
			t.Fatal(err)
		}
		if _, err := member.SendStateEvent(t.Context(), room, event.StateTombstone, "", map[string]any{"replacement_room": "!a:b"}); err == nil {
			t.Error("the homeserver lets a member upgrade the room")
		}
		// The bot refuses even if the homeserver allows everybody to upgrade.
		levels.SetEventLevel(event.StateTombstone, 0)
		if _, err := owner.SendStateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
			t.Fatal(err)
		}
		next := replace(t, member, room, map[string]any{"predecessor": map[string]any{"room_id": room, "event_id": "$last"}})
		owner.Join(t, next.String())
		stays(room, next, "had the power 0, not 50")
	})
	t.Run("not into a room that does not say so", func(t *testing.T) {
		room := place(testkit.Room{})
		stays(room, replace(t, owner, room, nil), "does not say so")
	})
	t.Run("open", func(t *testing.T) {
		room := place(testkit.Room{Public: true})
		next := owner.Upgrade(t, room, "12")
		watches(next, "langage:rust")
		for _, evt := range owner.History(t, next) {
			if evt.Sender == me && evt.Type == event.EventMessage &&
				evt.Content.AsMessage().OptionalGetRelatesTo() == nil {
				t.Errorf("the bot introduces itself again: %s", body(evt))
			}
		}
		// The watch announces in the new room, once, and not in the old one.
		awaitRounds(t, api, 2)
		api.Publish(testkit.Repository{Name: "ville/un", Language: "Rust"})
		owner.Await(t, next, func(evt *event.Event) bool {
			return slices.Contains(announced([]*event.Event{evt}, me), "un")
		})
		if told := announced(owner.History(t, room), me); len(told) > 0 {
			t.Errorf("the old room is told of %v", told)
		}
		// A further upgrade, across a restart.
		bot.Kill()
		last := owner.Upgrade(t, next, "11")
		bot.Start(t)
		watches(last, "langage:rust")
	})
	t.Run("by invitation, encrypted", func(t *testing.T) {
		room := place(testkit.Room{Encrypted: true})
		next := owner.Upgrade(t, room, "12")
		owner.Invite(t, next, me)
		watches(next, "langage:rust")
	})
	t.Run("of the configuration", func(t *testing.T) {
		next := owner.Upgrade(t, declared, "12")
		watches(next, "langage:go")
		bot.Stop()
		bot.Start(t)
		watches(next, "langage:go")
		api.Publish(testkit.Repository{Name: "ville/deux", Language: "Go"})
		owner.Await(t, next, func(evt *event.Event) bool {
			return slices.Contains(announced([]*event.Event{evt}, me), "deux")
		})
	})
}
