package matrix_test

import (
	"testing"

	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestConfiguredRoomsPast adds rooms with a long history to the configuration of a
// bot that has run before: the bot hears only messages after its join.
func TestConfiguredRoomsPast(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	hears(t, bot, owner.Say(t, bot.invited(t, owner, testkit.Room{}), "là"))
	bot.end()
	rooms := make([]mautrixid.RoomID, 12)
	for i := range rooms {
		rooms[i] = owner.Room(t, testkit.Room{Public: true})
		for range 3 {
			owner.Say(t, rooms[i], "avant")
		}
		bot.matrix.Rooms = append(bot.matrix.Rooms, rooms[i].String())
	}
	bot.start(t)
	awaited := map[chat.EventID]bool{}
	for _, room := range rooms {
		owner.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
		awaited[chat.EventID(owner.Say(t, room, "après"))] = true
	}
	for len(awaited) > 0 {
		e := bot.next(t)
		if e.Message != nil && e.Message.Body == "avant" {
			t.Errorf("what was said before is heard in %s", e.Room)
		}
		delete(awaited, e.ID)
	}
}
