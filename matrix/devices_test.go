package matrix_test

import (
	"net/http"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// says makes the test of a message by its text.
func says(body string) func(*event.Event) bool {
	return func(evt *event.Event) bool { return testkit.Body(evt) == body }
}

// TestNewDeviceWhileKeysAreOut: somebody logs in on another device while the
// homeserver tells no keys; what is said afterwards can be read there.
func TestNewDeviceWhileKeysAreOut(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, agent, testkit.Room{Encrypted: true})
	bot.end()
	bot.matrix.Homeserver = proxy.URL
	bot.start(t)
	bot.post(t, "before", chat.Post{Room: chat.RoomID(room), HTML: "<p>Avant.</p>", Lang: "fr"})
	agent.Await(t, room, says("Avant."))

	queries := testkit.On(http.MethodPost, `/keys/query$`)
	restore := proxy.Add(testkit.Rule{Name: "no keys", Match: queries, Do: testkit.BadGateway})
	second, err := hs.Login(t.Context(), agent.Account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Close)
	proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "no keys" })
	bot.post(t, "after", chat.Post{Room: chat.RoomID(room), HTML: "<p>Après.</p>", Lang: "fr"})
	proxy.Await(t, 2, func(r *testkit.Request) bool { return r.Rule == "no keys" })
	restore()
	agent.Await(t, room, says("Après."))
	second.Await(t, room, says("Après."))
}

// TestJoinWhileMembersAreRead: somebody joins while the bot reads who is in the
// room, which the answer under way does not say; what is said then is for them, too.
func TestJoinWhileMembersAreRead(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent, guest := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true}), hs.Person(t, "guest", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, agent, testkit.Room{Encrypted: true, Public: true})
	bot.end()
	bot.matrix.Homeserver = proxy.URL
	bot.start(t)
	proxy.Add(testkit.Rule{Times: 1, Match: testkit.On(http.MethodGet, `/members$`), Do: func(x *testkit.Exchange) {
		before := x.Forward()
		guest.Join(t, room.String())
		hears(t, bot, guest.Say(t, room, "me voici"))
		x.Deliver(before)
	}})
	bot.post(t, "first", chat.Post{Room: chat.RoomID(room), HTML: "<p>Bonjour.</p>", Lang: "fr"})
	agent.Await(t, room, says("Bonjour."))
	guest.Await(t, room, says("Bonjour."))
}
