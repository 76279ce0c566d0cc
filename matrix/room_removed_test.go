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

// TestRemoved: a moderator kicks the bot out of one room and bans it from another.
// The bot reports which it was, keeps the room's name, and forgets the removal when
// it comes back.
func TestRemoved(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	remove := map[chat.Exit]func(room id.RoomID) error{
		chat.ExitKicked: func(room id.RoomID) error {
			_, err := owner.KickUser(t.Context(), room, &mautrix.ReqKickUser{UserID: bot.account.UserID})
			return err
		},
		chat.ExitBanned: func(room id.RoomID) error {
			_, err := owner.BanUser(t.Context(), room, &mautrix.ReqBanUser{UserID: bot.account.UserID})
			return err
		},
	}
	for exit, leave := range remove {
		room := bot.invited(t, owner, testkit.Room{Name: "Essai"})
		if err := leave(room); err != nil {
			t.Fatal(err)
		}
		e := bot.next(t)
		if e.Removed == nil || *e.Removed != (chat.Removed{Name: "Essai", Exit: exit}) || e.Sender != chat.UserID(owner.UserID) {
			t.Errorf("%s: got %+v", exit, e)
		}
		if r := bot.room(t, room); r.Joined || r.Exit != exit || r.Name != "Essai" || r.Known() {
			t.Errorf("%s: the room is %+v", exit, r)
		}
		if exit == chat.ExitBanned {
			continue
		}
		owner.Invite(t, room, bot.account.UserID)
		owner.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
		if e := bot.next(t); e.Joined == nil {
			t.Errorf("after the next invitation came %+v", e)
		}
		if r := bot.room(t, room); !r.Joined || r.Exit != "" {
			t.Errorf("after the next invitation the room is %+v", r)
		}
	}
}

// TestMuted: the bot knows whether its power level allows it to send messages, in
// clear and in encrypted rooms, and learns of each change.
func TestMuted(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{Encrypted: true})
	for name, kind := range map[string]testkit.Room{"clear": {}, "encrypted": {Encrypted: true}} {
		room := bot.invited(t, owner, kind)
		has := func(muted bool) {
			t.Helper()
			hears(t, bot, owner.Say(t, room, "là"))
			if r := bot.room(t, room); r.Muted != muted {
				t.Errorf("%s: muted is %t", name, r.Muted)
			}
		}
		set := func(change func(levels *event.PowerLevelsEventContent)) {
			t.Helper()
			var levels event.PowerLevelsEventContent
			if err := owner.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
				t.Fatal(err)
			}
			change(&levels)
			if _, err := owner.SendStateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
				t.Fatal(err)
			}
		}
		has(false)
		set(func(levels *event.PowerLevelsEventContent) { levels.EventsDefault = 50 })
		has(true)
		set(func(levels *event.PowerLevelsEventContent) { levels.EventsDefault = 0 })
		has(false)
		set(func(levels *event.PowerLevelsEventContent) {
			levels.SetEventLevel(event.EventMessage, 50)
			levels.SetEventLevel(event.EventEncrypted, 50)
		})
		has(true)
	}
}
