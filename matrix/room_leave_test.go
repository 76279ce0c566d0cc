package matrix_test

import (
	"reflect"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestRoom follows a room that the bot is invited to: its facts, who speaks, who
// leaves, and the bot's own leaving.
func TestRoom(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	guest := hs.Person(t, "guest", testkit.ClientOptions{})
	if err := guest.SetDisplayName(t.Context(), "Camille\u202e Martin"); err != nil {
		t.Fatal(err)
	}
	room := bot.invited(t, owner, testkit.Room{Name: "Essai", Public: true})
	guest.Join(t, room.String())
	said := guest.Say(t, room, "bonjour")
	if e := bot.next(t); e.ID != chat.EventID(said) || e.Name != "Camille Martin" {
		t.Errorf("got %+v", e)
	}
	r := bot.room(t, room)
	if r.Name != "Essai" || r.Server != hs.Name || r.Version == "" || r.JoinRule != "public" || r.History != "shared" {
		t.Errorf("the room is %+v", r)
	}
	if _, err := owner.SendStateEvent(t.Context(), room, event.StateRoomName, "", &event.RoomNameEventContent{Name: "Autre"}); err != nil {
		t.Fatal(err)
	}
	guest.Leave(t, room)
	if e := bot.next(t); e.Left == nil || e.Left.User != chat.UserID(guest.UserID) || e.Sender != chat.UserID(guest.UserID) {
		t.Errorf("got %+v", e)
	}
	if r := bot.room(t, room); r.Name != "Autre" {
		t.Errorf("the room is called %q", r.Name)
	}
	guest.Join(t, room.String())
	if _, err := owner.BanUser(t.Context(), room, &mautrix.ReqBanUser{UserID: guest.UserID}); err != nil {
		t.Fatal(err)
	}
	if e := bot.next(t); e.Left == nil || e.Left.User != chat.UserID(guest.UserID) || e.Sender != chat.UserID(owner.UserID) {
		t.Errorf("got %+v", e)
	}

	// The bot requests the missing facts of a row that another version stored
	// without them.
	stored := bot.room(t, room)
	bare := stored
	bare.RoomFacts = chat.RoomFacts{}
	if err := bot.db.SaveRoom(t.Context(), bare); err != nil {
		t.Fatal(err)
	}
	bot.end()
	bot.start(t)
	said = owner.Say(t, room, "encore")
	for e := bot.next(t); e.ID != chat.EventID(said); {
		e = bot.next(t)
	}
	if again := bot.room(t, room); !reflect.DeepEqual(again.RoomFacts, stored.RoomFacts) {
		t.Errorf("the room is %+v, was %+v", again, stored)
	}

	bot.post(t, "leaving", chat.Post{Room: r.ID, HTML: "<p>Au revoir.</p>", Lang: "fr"}, chat.Post{Room: r.ID, Leaves: true})
	owner.AwaitMember(t, room, bot.account.UserID, event.MembershipLeave)
	owner.Await(t, room, func(evt *event.Event) bool { return testkit.Body(evt) == "Au revoir." })
	// Leaving a room that the bot is not in succeeds, and blocks no other post.
	again := bot.invited(t, owner, testkit.Room{})
	bot.post(t, "again", chat.Post{Room: r.ID, Leaves: true}, chat.Post{Room: chat.RoomID(again), HTML: "<p>Oui.</p>", Lang: "fr"})
	owner.Await(t, again, func(evt *event.Event) bool { return testkit.Body(evt) == "Oui." })
	for n := range 2 {
		key := chat.KeyOf([]chat.Cause{"leaving", "again"}[n], 1-n)
		row, err := bot.db.PostByKey(t.Context(), key)
		for end := time.Now().Add(time.Minute); err == nil && row.State != queue.Sent && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
			row, err = bot.db.PostByKey(t.Context(), key)
		}
		if err != nil || row.State != queue.Sent {
			t.Errorf("the post that leaves is %+v, %v", row, err)
		}
	}
	if r := bot.room(t, room); r.Joined || r.InvitedBy != "" {
		t.Errorf("the room that was left is %+v", r)
	}
}
