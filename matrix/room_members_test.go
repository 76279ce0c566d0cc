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

// The homeserver names a room's members; who left it is known from sync alone, also
// after a restart.
func TestMembers(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner, guest := hs.Person(t, "owner", testkit.ClientOptions{}), hs.Person(t, "guest", testkit.ClientOptions{})
	if err := guest.SetDisplayName(t.Context(), "Dora \u202eM"); err != nil {
		t.Fatal(err)
	}
	room := bot.invited(t, owner, testkit.Room{Invite: []mautrixid.UserID{guest.UserID}})
	id, user := chat.RoomID(room), chat.UserID(guest.UserID)
	members := func() map[chat.UserID]string {
		t.Helper()
		all, err := bot.client.Members(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if _, invited := members()[user]; invited {
		t.Error("a person who is only invited is a member")
	}
	guest.Join(t, room.String())
	owner.AwaitMember(t, room, guest.UserID, event.MembershipJoin)
	if all := members(); len(all) != 3 || all[user] != "Dora M" {
		t.Errorf("got %v", all)
	}
	if bot.client.HasLeft(t.Context(), id, user) || bot.client.HasLeft(t.Context(), id, "@nobody:example.org") {
		t.Error("a member, or a stranger, has left")
	}
	guest.Leave(t, room)
	if e := bot.next(t); e.Left == nil {
		t.Fatalf("got %+v", e)
	}
	if _, joined := members()[user]; joined || !bot.client.HasLeft(t.Context(), id, user) {
		t.Error("who left is still a member")
	}
	bot.restart(t)
	if !bot.client.HasLeft(t.Context(), id, user) {
		t.Error("a restart forgets who left")
	}
	if _, err := bot.client.Members(t.Context(), "!nowhere:example.org"); err == nil {
		t.Error("a room that the bot is not in has members")
	}
}
