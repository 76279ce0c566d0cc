package endtoend

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestNeverClear turns on the encryption of rooms while the bot is in them, and
// deletes either of its databases: no message that needs encryption leaves in clear.
func TestNeverClear(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	proxy := testkit.NewProxy(t, hs.URL)
	agent := hs.Person(t, "agent", encrypted)
	declared := agent.Room(t, testkit.Room{Public: true})
	starts := []time.Time{time.Now()}
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: proxy.URL, Account: account, Set: map[string]any{
		"rooms": []map[string]any{{"room": declared}},
	}})
	agent.AwaitMember(t, declared, me, event.MembershipJoin)
	rooms := map[string]id.RoomID{"while bot.db is lost": declared}
	for _, name := range []string{"midway", "stays", "while stopped", "while crypto.db is lost", "invited again"} {
		rooms[name] = invited(t, agent, me, testkit.Room{})
	}
	ask := func(room id.RoomID) {
		t.Helper()
		command := agent.Say(t, room, "!sill gimp")
		agent.AwaitAnswer(t, room, me, command)
		exactlyOne(t, agent, room, me, command)
	}
	askAll := func() {
		t.Helper()
		for _, room := range rooms {
			ask(room)
		}
	}
	// restart stops the bot, encrypts a room and deletes a database. It sends a
	// command in that room before it starts the bot again.
	restart := func(encrypts, lost string) (asked id.EventID) {
		t.Helper()
		bot.Stop()
		agent.Encrypt(t, rooms[encrypts])
		if lost != "" {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				if err := os.Remove(filepath.Join(bot.Dir, "data", lost+suffix)); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
		}
		asked = agent.Say(t, rooms[encrypts], "!sill gimp")
		starts = append(starts, time.Now())
		bot.Start(t)
		if lost != "" {
			for _, device := range hs.Devices(t, account) {
				agent.AwaitDevice(t, me, device)
			}
		}
		return asked
	}
	askAll()
	agent.Encrypt(t, rooms["midway"])
	askAll()
	asked := restart("while stopped", "")
	agent.AwaitAnswer(t, rooms["while stopped"], me, asked)
	askAll()
	restart("while crypto.db is lost", "crypto.db") // the command was encrypted for the lost device
	askAll()

	restart("while bot.db is lost", "bot.db")
	// The bot has lost its accepted invitations with bot.db: invite it again where
	// the configuration does not name the room.
	ask(declared)
	for _, r := range rooms {
		if r == declared {
			continue
		}
		if _, err := agent.KickUser(t.Context(), r, &mautrix.ReqKickUser{UserID: me}); err != nil {
			t.Fatal(err)
		}
		agent.AwaitMember(t, r, me, event.MembershipLeave)
		agent.Invite(t, r, me)
		agent.AwaitMember(t, r, me, event.MembershipJoin)
		ask(r)
	}
	noClearText(t, proxy, starts...)

	sealed := 0
	for _, r := range proxy.Requests(testkit.Sends) {
		if strings.Contains(r.Path, "m.room.encrypted") {
			sealed++
		}
	}
	if sealed < 1+2+3+4 { // one more room each time
		t.Errorf("only %d encrypted sends were recorded: the test looks at the wrong thing", sealed)
	}
}

// TestLateKey delays a room's key for a minute: the bot answers the command when the
// key arrives, even after a kill in between.
func TestLateKey(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"running": false, "killed meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lateKey(t, killed)
		})
	}
}

func lateKey(t *testing.T, killed bool) {
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	proxy := testkit.NewProxy(t, hs.URL)
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, URL: proxy.URL})
	room := invited(t, agent, account.UserID, testkit.Room{Encrypted: true})

	var mu sync.Mutex
	var held []*testkit.Request
	release := proxy.Add(testkit.Rule{
		Match: testkit.On(http.MethodPut, `/sendToDevice/m\.room\.encrypted/`),
		Do: func(x *testkit.Exchange) {
			mu.Lock()
			held = append(held, x.Request)
			mu.Unlock()
			testkit.Answer(http.StatusOK, struct{}{})(x)
		},
	})
	command := agent.Say(t, room, "!sill gimp")
	// The bot takes in events in their order: once it answers this one, it has the other.
	inClear := invited(t, agent, account.UserID, testkit.Room{})
	later := agent.Say(t, inClear, "!sill gimp")
	agent.AwaitAnswer(t, inClear, account.UserID, later)
	if n := len(testkit.Answers(agent.History(t, room), account.UserID, command)); n != 0 {
		t.Fatalf("%d answers to what cannot have been read", n)
	}
	if killed {
		bot.Kill()
	}
	release()
	mu.Lock()
	defer mu.Unlock()
	if len(held) == 0 {
		t.Fatal("no key was held back")
	}
	for _, r := range held {
		agent.Replay(t, hs.URL, *r)
	}
	if killed {
		bot.Start(t)
	}
	agent.AwaitAnswer(t, room, account.UserID, command)
	exactlyOne(t, agent, room, account.UserID, command)
}
