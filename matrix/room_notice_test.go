package matrix_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// madeIn makes a room of the given version.
func madeIn(t *testing.T, by *testkit.Client, version string, invite ...mautrixid.UserID) mautrixid.RoomID {
	t.Helper()
	made, err := by.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{Preset: "private_chat", RoomVersion: mautrixid.RoomVersion(version), Invite: invite})
	if err != nil {
		t.Fatal(err)
	}
	return made.RoomID
}

// TestNotices: the bot reports the homeserver's messages to the account as notices,
// from the invitation on, and ignores other messages there. It ignores all messages
// in a space.
func TestNotices(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{
		IsOperator: func(user chat.UserID) bool { return user == chat.UserID("@operator:"+hs.Name) },
	}, queue.Config{})
	self, err := hs.Login(t.Context(), bot.account, testkit.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(self.Close)
	server := hs.Person(t, "notices", testkit.ClientOptions{})
	operator := hs.Person(t, "operator", testkit.ClientOptions{})

	// The homeserver tags the room before it invites; other accounts can only tag it
	// after.
	bot.end()
	notices := server.Room(t, testkit.Room{Name: "Annonces du serveur", Invite: []mautrixid.UserID{bot.account.UserID}})
	url := self.BuildClientURL("v3", "user", bot.account.UserID, "rooms", notices, "tags", "m.server_notice")
	if _, err := self.MakeRequest(t.Context(), http.MethodPut, url, struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	first := server.Say(t, notices, "!aide\nMaintenance ce soir.")
	bot.start(t)
	if e := bot.next(t); e.ID != chat.EventID(first) || e.Notice == nil || e.Notice.Body != "!aide\nMaintenance ce soir." || e.Message != nil {
		t.Fatalf("got %+v", e)
	}
	second := server.Say(t, notices, "Terminée.", testkit.AsNotice)
	if e := bot.next(t); e.ID != chat.EventID(second) || e.Notice == nil {
		t.Fatalf("got %+v", e)
	}

	// The bot enters a space for an operator, and stays silent there.
	made, err := operator.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
		Preset: "private_chat", CreationContent: map[string]any{"type": "m.space"}, Invite: []mautrixid.UserID{bot.account.UserID},
	})
	if err != nil {
		t.Fatal(err)
	}
	operator.AwaitMember(t, made.RoomID, bot.account.UserID, event.MembershipJoin)
	operator.Say(t, made.RoomID, "!aide")
	room := bot.invited(t, operator, testkit.Room{}) // the next event is from here, not from the space
	if r := bot.room(t, room); r.Kind != "" {
		t.Errorf("the room is %+v", r)
	}
}

// TestGapIsReadWhole: where Keeps is true, the bot reads all messages from its
// downtime, however old; in other rooms it does not.
func TestGapIsReadWhole(t *testing.T) {
	t.Parallel()
	const many = 130 // more than a sync and a page hold
	hs := testkit.StartHomeserver(t)
	var kept atomic.Value
	keeps := func(_ context.Context, room chat.RoomID) bool { return room == kept.Load() }
	bot := startBot(t, hs, matrix.Config{AnswerWithin: time.Millisecond, Keeps: keeps}, queue.Config{AnswerWithin: time.Millisecond, Keeps: keeps})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	rooms := []mautrixid.RoomID{bot.invited(t, owner, testkit.Room{}), bot.invited(t, owner, testkit.Room{})}
	kept.Store(chat.RoomID(rooms[0]))
	bot.end()
	var want []chat.EventID
	for i := range many {
		for n, room := range rooms {
			if said := owner.Say(t, room, fmt.Sprint(i)); n == 0 {
				want = append(want, chat.EventID(said))
			}
		}
	}
	bot.start(t)
	for i := range want {
		e := bot.next(t)
		for e.Joined != nil { // the bot ended before the queue had handled it
			e = bot.next(t)
		}
		if e.ID != want[i] || !e.Late || e.Name != "owner" {
			t.Fatalf("%d: got %+v, want %s", i, e, want[i])
		}
	}
}
