package endtoend

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// A person requests dead feeds in more rooms than the bot has workers: the bot tries
// one of them at a time, and still answers everyone else.
func TestDeadFeedsHoldUpNobody(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	var tried atomic.Int32
	dead := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		tried.Add(1)
		select {
		case <-dead:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(dead) })
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account,
		Set: map[string]any{"fetch.allow_private": []string{"127.0.0.1"}},
	})
	busy, other := hs.Person(t, "busy", testkit.ClientOptions{}), hs.Person(t, "other", testkit.ClientOptions{})
	quiet := invited(t, other, me, testkit.Room{})
	const rooms = 10 // the bot handles 8 rooms at once
	feeds := map[id.EventID]id.RoomID{}
	var list []id.RoomID
	for range rooms {
		room := busy.Room(t, testkit.Room{Invite: []id.UserID{me}})
		busy.AwaitMember(t, room, me, event.MembershipJoin)
		list = append(list, room)
	}
	for _, room := range list {
		feeds[busy.Say(t, room, "!veille flux "+server.URL+"/feed")] = room
	}
	mustSay(t, other.AwaitAnswer(t, quiet, me, other.Say(t, quiet, "!sill gimp")), "GIMP")
	refused := 0
	for command, room := range feeds {
		if tried.Load() > 1 {
			t.Errorf("%d feeds are tried at once", tried.Load())
		}
		for _, answer := range testkit.Answers(busy.Events(room), me, command) {
			mustSay(t, answer, "Je m’occupe déjà")
			refused++
		}
	}
	// The bot also answers in the room whose feed it is trying.
	for _, room := range list {
		mustSay(t, busy.AwaitAnswer(t, room, me, busy.Say(t, room, "!sill gimp")), "GIMP")
	}
	t.Logf("%d feeds tried, %d refused when another person was answered", tried.Load(), refused)
}
