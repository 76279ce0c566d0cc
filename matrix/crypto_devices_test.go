package matrix_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// says returns a function that matches a message by its text.
func says(body string) func(*event.Event) bool {
	return func(evt *event.Event) bool { return testkit.Body(evt) == body }
}

// TestNewDeviceWhileKeysAreOut: a person logs in on another device while the
// homeserver returns no keys; that device can read later messages.
func TestNewDeviceWhileKeysAreOut(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, agent, testkit.Room{Encrypted: true})
	bot.through(t, proxy)
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

// TestUnreadableDevices: the published keys of one person's device are malformed,
// before the bot's first request or from a later one on; the bot still answers the
// others in the room.
func TestUnreadableDevices(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]bool{"from the start": false, "later": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			proxy := testkit.NewProxy(t, hs.URL)
			bot := startBot(t, hs, matrix.Config{}, queue.Config{})
			agent, odd := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true}), hs.Person(t, "odd", testkit.ClientOptions{Encrypted: true})
			room := bot.invited(t, agent, testkit.Room{Encrypted: true, Public: true})
			odd.Join(t, room.String())
			bot.through(t, proxy)
			say := func(text string) {
				t.Helper()
				bot.say(t, room, text)
				agent.Await(t, room, says(text))
			}
			if later {
				say("avant")
			}
			proxy.Add(testkit.Rule{Name: "wrong", Match: testkit.On(http.MethodPost, `/keys/query$`), Do: testkit.Rewrite(func(r *testkit.Response) {
				var answer map[string]any
				if json.Unmarshal(r.Body, &answer) != nil {
					return
				}
				devices, _ := answer["device_keys"].(map[string]any)
				if _, asked := devices[odd.UserID.String()]; asked {
					devices[odd.UserID.String()] = map[string]any{"X": map[string]any{"algorithms": 5}}
					r.Body, _ = json.Marshal(answer)
				}
			})})
			if later {
				for _, c := range []*testkit.Client{agent, odd} {
					second, err := hs.Login(t.Context(), c.Account, testkit.ClientOptions{Encrypted: true})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(second.Close)
					if c == agent {
						defer func() { second.Await(t, room, says("après")) }()
					}
				}
				proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "wrong" && bytes.Contains(r.Body, []byte(odd.UserID)) })
				hears(t, bot, agent.Say(t, room, "nous avons d’autres appareils"))
			}
			say("après")
			if later {
				odd.Await(t, room, says("après")) // on the device that was readable
			}
		})
	}
}

// TestJoinWhileMembersAreRead: a person joins while the bot reads the room's
// members, and the answer under way lacks them; they can read the next message, too.
func TestJoinWhileMembersAreRead(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent, guest := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true}), hs.Person(t, "guest", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, agent, testkit.Room{Encrypted: true, Public: true})
	bot.through(t, proxy)
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

// TestLeaveWhileKeyIsShared: a member leaves, and sync stores it while the bot
// shares the room's key with them; the bot no longer uses that key.
func TestLeaveWhileKeyIsShared(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent, guest := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true}), hs.Person(t, "guest", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, agent, testkit.Room{Encrypted: true, Public: true})
	guest.Join(t, room.String())
	// Sync usually processes at least one of these rooms, and waits there, before
	// the room.
	busy := []mautrixid.RoomID{bot.invited(t, agent, testkit.Room{}), bot.invited(t, agent, testkit.Room{}), bot.invited(t, agent, testkit.Room{})}
	bot.through(t, proxy)
	say := func(body string) mautrixid.SessionID {
		bot.say(t, room, body)
		agent.Await(t, room, says(body))
		sent := proxy.Requests(testkit.Sends)
		var content struct {
			Session mautrixid.SessionID `json:"session_id"`
		}
		if err := json.Unmarshal(sent[len(sent)-1].Body, &content); err != nil {
			t.Fatal(err)
		}
		return content.Session
	}
	say("zéro") // the bot now knows the members
	hs.Person(t, "other", testkit.ClientOptions{}).Join(t, room.String())
	hears(t, bot, agent.Say(t, room, "là")) // and of the new member: the next message needs a new key

	syncs, pages := make(chan struct{}), make(chan struct{})
	until := func(c chan struct{}) testkit.Action { return func(x *testkit.Exchange) { <-c; x.Deliver(x.Forward()) } }
	held := proxy.Add(testkit.Rule{Name: "held", Match: testkit.Syncs, Do: until(syncs)})
	agent.Say(t, busy[0], "encore") // ends the sync under way
	for _, r := range busy {
		for i := range 60 {
			agent.Say(t, r, fmt.Sprint(i))
		}
	}
	guest.Leave(t, room)
	older := testkit.On(http.MethodGet, `/messages$`)
	proxy.Add(testkit.Rule{Match: older, Do: until(pages)})
	shares := testkit.On(http.MethodPut, `/sendToDevice/m\.room\.encrypted/`)
	former := len(proxy.Requests(shares))
	proxy.Add(testkit.Rule{Times: 1, Match: shares, Do: func(x *testkit.Exchange) {
		close(pages)
		testkit.Delay(2 * time.Second)(x)
	}})
	held()
	close(syncs)
	for len(proxy.Requests(older)) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	first := say("un")
	hears(t, bot, agent.Say(t, busy[0], "fin"))
	// Unless sync processed the room first after all.
	left := slices.ContainsFunc(proxy.Requests(shares)[former:], func(r testkit.Request) bool { return bytes.Contains(r.Body, []byte(guest.UserID)) })
	if say("deux") == first && left {
		t.Error("the key that was shared with who left is still used")
	}
}
