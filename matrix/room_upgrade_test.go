package matrix_test

import (
	"bytes"
	"net/http"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestUpgradePower: the power of the tombstone's sender at that time counts, not
// their power after the bot's downtime; the move happens once.
func TestUpgradePower(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	admin := hs.Person(t, "admin", testkit.ClientOptions{})
	room := bot.invited(t, owner, testkit.Room{Invite: []mautrixid.UserID{admin.UserID}})
	admin.Join(t, room.String())
	owner.SetPower(t, room, admin.UserID, 99)
	owner.SetPower(t, room, bot.account.UserID, 0)
	var levels event.PowerLevelsEventContent
	if err := owner.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatal(err)
	}
	levels.SetEventLevel(event.StateTombstone, 90)
	if _, err := owner.SendStateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatal(err)
	}

	bot.end()
	made, err := admin.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
		Preset: "public_chat", CreationContent: map[string]any{"predecessor": map[string]any{"room_id": room, "event_id": "$last"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.SendStateEvent(t.Context(), room, event.StateTombstone, "", map[string]any{"replacement_room": made.RoomID}); err != nil {
		t.Fatal(err)
	}
	if hs.Kind == "synapse" { // Dendrite only returns the present power levels
		owner.SetPower(t, room, admin.UserID, 0)
	}
	moves := map[chat.EventID]chat.Event{} // after a restart the handler may get an unfinished event again
	hears := func(text string) {
		t.Helper()
		bot.start(t)
		admin.AwaitMember(t, made.RoomID, bot.account.UserID, event.MembershipJoin)
		for said, heard := chat.EventID(admin.Say(t, made.RoomID, text)), false; !heard || len(moves) == 0; {
			e := bot.next(t)
			heard = heard || e.ID == said
			if e.Moved != nil {
				moves[e.ID] = e
			}
		}
	}
	hears("bonjour")
	bot.end()
	hears("encore") // the move happens only once
	for _, e := range moves {
		if len(moves) != 1 || e.Room != chat.RoomID(room) || e.Moved.To != chat.RoomID(made.RoomID) || e.Sender != chat.UserID(admin.UserID) {
			t.Errorf("moved: %+v", moves)
		}
	}
	if r := bot.room(t, room); r.MovedTo != chat.RoomID(made.RoomID) || r.InvitedBy != "" {
		t.Errorf("the old room is %+v", r)
	}
	if r := bot.room(t, made.RoomID); r.InvitedBy != chat.UserID(owner.UserID) || !r.Joined {
		t.Errorf("the new room is %+v", r)
	}
}

// TestSlowSuccessor: while the homeserver delays the bot's join of a successor, the
// bot hears other rooms, and it misses no message in the successor.
func TestSlowSuccessor(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	room, other := bot.invited(t, owner, testkit.Room{Public: true}), bot.invited(t, owner, testkit.Room{})
	bot.through(t, proxy)

	asked, join, in, tell := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	proxy.Add(testkit.Rule{Match: testkit.On(http.MethodPost, `/join/|/join$`), Times: 1, Do: func(x *testkit.Exchange) {
		close(asked)
		<-join
		answer := x.Forward()
		close(in)
		<-tell
		x.Deliver(answer)
	}})
	next := owner.Upgrade(t, room, "10")
	<-asked
	hears(t, bot, owner.Say(t, other, "là"))
	close(join)
	<-in
	said := owner.Say(t, next, "ici")
	proxy.Await(t, 1, func(r *testkit.Request) bool {
		return testkit.Syncs(r) && bytes.Contains(r.Response, []byte(`"`+next+`":{`)) // shows the bot there
	})
	close(tell)
	hears(t, bot, said)
	if r := bot.room(t, room); r.MovedTo != chat.RoomID(next) {
		t.Errorf("the old room is %+v", r)
	}
}

// TestInvitedWhileRefused: an invitation to the successor arrives while the
// homeserver refuses the bot's join; the bot follows the upgrade at once.
func TestInvitedWhileRefused(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	room, other := bot.invited(t, owner, testkit.Room{}), bot.invited(t, owner, testkit.Room{})
	bot.through(t, proxy)

	refused, invited := make(chan struct{}), make(chan struct{})
	proxy.Add(testkit.Rule{Match: testkit.On(http.MethodPost, `/join/|/join$`), Times: 1, Do: func(x *testkit.Exchange) {
		answer := x.Forward()
		close(refused)
		<-invited
		x.Deliver(answer)
	}})
	next := owner.Upgrade(t, room, "10")
	<-refused
	owner.Invite(t, next, bot.account.UserID)
	hears(t, bot, owner.Say(t, other, "là")) // and saw the invitation before
	close(invited)
	owner.AwaitMember(t, next, bot.account.UserID, event.MembershipJoin)
}
