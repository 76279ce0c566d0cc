package matrix_test

import (
	"net/http"
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

// TestUnreadableIsToldOnce withholds the key of two messages: after a wait the
// handler gets one notice, and both messages when the key comes.
func TestUnreadableIsToldOnce(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{UnreadableAfter: 2 * time.Second}, queue.Config{})
	account, next := bot.account, bot.next

	proxy := testkit.NewProxy(t, hs.URL)
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, URL: proxy.URL})
	room := agent.Room(t, testkit.Room{Encrypted: true, Invite: []mautrixid.UserID{account.UserID}})
	agent.AwaitMember(t, room, account.UserID, event.MembershipJoin)
	if e := next(t); e.Joined == nil {
		t.Fatalf("first came %+v", e)
	}
	keys := testkit.On(http.MethodPut, `/sendToDevice/m\.room\.encrypted/`)
	pass := proxy.Add(testkit.Rule{Match: keys, Do: testkit.Answer(http.StatusOK, struct{}{})})
	first := agent.Say(t, room, "un")
	second := agent.Say(t, room, "deux")
	told := next(t)
	if told.Unreadable == nil || told.Room != chat.RoomID(room) || told.Unreadable.Target != chat.EventID(first) {
		t.Fatalf("got %+v", told)
	}
	pass()
	held := proxy.Requests(keys)
	if len(held) == 0 {
		t.Fatal("no key was held back")
	}
	agent.Replay(t, hs.URL, held[len(held)-1])
	for _, want := range []chat.EventID{chat.EventID(first), chat.EventID(second)} {
		if e := next(t); e.Message == nil || e.ID != want {
			t.Errorf("got %+v, want the message %s", e, want)
		}
	}
}

// TestRefusedKeyComesYet: the bot keeps a message whose key its sender refused
// earlier, since the key can still come.
func TestRefusedKeyComesYet(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	proxy := testkit.NewProxy(t, hs.URL)
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, URL: proxy.URL})
	room, other := bot.invited(t, agent, testkit.Room{Encrypted: true}), bot.invited(t, agent, testkit.Room{})
	keys := testkit.On(http.MethodPut, `/sendToDevice/m\.room\.encrypted/`)
	pass := proxy.Add(testkit.Rule{Match: keys, Do: testkit.Answer(http.StatusOK, struct{}{})})
	first := agent.Say(t, room, "un")
	hears(t, bot, agent.Say(t, other, "là"))
	locked, err := bot.db.Locked(t.Context(), "")
	if err != nil || len(locked) != 1 {
		t.Fatalf("%d messages wait for their key, %v", len(locked), err)
	}
	refusal := &event.Content{Parsed: &event.RoomKeyWithheldEventContent{
		RoomID: room, Algorithm: mautrixid.AlgorithmMegolmV1, SessionID: mautrixid.SessionID(locked[0].Session),
		SenderKey: agent.Machine().OwnIdentity().IdentityKey, Code: event.RoomKeyWithheldNoOlmSession,
	}}
	_, err = agent.SendToDevice(t.Context(), event.ToDeviceRoomKeyWithheld, &mautrix.ReqSendToDevice{
		Messages: map[mautrixid.UserID]map[mautrixid.DeviceID]*event.Content{bot.account.UserID: {"*": refusal}},
	})
	if err != nil {
		t.Fatal(err)
	}
	second := agent.Say(t, room, "deux")
	hears(t, bot, agent.Say(t, other, "encore"))
	pass()
	held := proxy.Requests(keys)
	agent.Replay(t, hs.URL, held[len(held)-1])
	for _, want := range []mautrixid.EventID{first, second} {
		if e := bot.next(t); e.Message == nil || e.ID != chat.EventID(want) {
			t.Errorf("got %+v, want the message %s", e, want)
		}
	}
}

// TestHeardWhileKeyIsShared: while the bot shares the key of an encrypted room,
// which takes long in a large room, it hears clear messages elsewhere.
func TestHeardWhileKeyIsShared(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true})
	room, other := bot.invited(t, agent, testkit.Room{Encrypted: true}), bot.invited(t, agent, testkit.Room{})
	bot.through(t, proxy)
	hears(t, bot, agent.Say(t, other, "avant")) // and of changed devices
	sharing, shared := make(chan struct{}), make(chan struct{})
	defer close(shared)
	proxy.Add(testkit.Rule{Times: 1, Match: testkit.On(http.MethodPut, `/sendToDevice/m\.room\.encrypted/`), Do: func(x *testkit.Exchange) {
		close(sharing)
		<-shared
		x.Deliver(x.Forward())
	}})
	bot.post(t, "cause", chat.Post{Room: chat.RoomID(room), HTML: "<p>Secret.</p>", Lang: "fr"})
	<-sharing
	hears(t, bot, agent.Say(t, other, "bonjour"))
}
