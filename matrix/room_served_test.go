package matrix_test

import (
	"sync/atomic"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestServedAgain: the bot learns of the changes in a room while it did not serve
// it, once it serves it again: the name, the moderators and the audience.
func TestServedAgain(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	var served atomic.Bool
	served.Store(true)
	bot := startBot(t, hs, matrix.Config{SetUp: func(chat.RoomID) bool { return served.Load() }}, queue.Config{})
	device := testkit.ClientOptions{Encrypted: true, CrossSigned: true}
	owner, member, guest := hs.Person(t, "owner", device), hs.Person(t, "member", device), hs.Person(t, "guest", device)
	other := bot.invited(t, owner, testkit.Room{})
	room := owner.Room(t, testkit.Room{Name: "Avant", Encrypted: true, Public: true})
	member.Join(t, room.String())
	owner.SetPower(t, room, member.UserID, 50)
	self, err := hs.Login(t.Context(), bot.account, testkit.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(self.Close)
	self.Join(t, room.String())
	member.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)

	has := func(want chat.Level, name string) {
		t.Helper()
		said := member.Say(t, room, "bonjour")
		e := bot.next(t)
		for e.ID != chat.EventID(said) {
			e = bot.next(t)
		}
		if e.Level != want {
			t.Errorf("the member has the level %d, want %d", e.Level, want)
		}
		if r := bot.room(t, room); r.Name != name {
			t.Errorf("the room is called %q", r.Name)
		}
	}
	// posted posts a message as the bot and waits until the reader decrypts it.
	posted := func(text string, reader *testkit.Client) (session string) {
		t.Helper()
		bot.post(t, chat.Cause(text), chat.Post{Room: chat.RoomID(room), HTML: "<p>" + text + "</p>", Lang: "fr"})
		read := reader.Await(t, room, func(evt *event.Event) bool { return testkit.Body(evt) == text })
		raw, err := owner.GetEvent(t.Context(), room, read.ID)
		if err != nil {
			t.Fatal(err)
		}
		session, _ = raw.Content.Raw["session_id"].(string)
		return session
	}
	has(chat.LevelModerator, "Avant")
	first := posted("un", owner)

	served.Store(false)
	owner.SetPower(t, room, member.UserID, 0)
	if _, err := owner.SendStateEvent(t.Context(), room, event.StateRoomName, "", &event.RoomNameEventContent{Name: "Après"}); err != nil {
		t.Fatal(err)
	}
	guest.Join(t, room.String())
	owner.AwaitMember(t, room, guest.UserID, event.MembershipJoin)
	hears(t, bot, owner.Say(t, other, "là")) // by then the bot has passed over all earlier messages
	served.Store(true)
	has(chat.LevelMember, "Après")
	if second := posted("deux", guest); second == first || first == "" {
		t.Errorf("the room's key is still %q", second)
	}
}
