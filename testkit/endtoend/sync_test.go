package endtoend

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestHomeserverRestarts kills and restarts the homeserver while people send
// commands.
func TestHomeserverRestarts(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	all := places(t, hs, account.UserID, 2)
	commands := map[id.EventID]place{}
	for range 2 {
		for _, p := range all {
			commands[p.person.Say(t, p.room, "!sill gimp")] = p
		}
		hs.Kill()
		if err := hs.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			commands[p.person.Say(t, p.room, "!sill vlc")] = p
		}
	}
	awaitAll(t, account.UserID, commands)
}

// TestKeyRotation checks that new members and a member's new device can read, and
// that former members cannot.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	owner := hs.Person(t, "owner", encrypted)
	room := invited(t, owner, me, testkit.Room{Encrypted: true})
	session := func() (string, id.EventID) {
		t.Helper()
		command := owner.Say(t, room, "!sill gimp")
		answer := owner.AwaitAnswer(t, room, me, command)
		raw, err := owner.GetEvent(t.Context(), room, answer.ID)
		if err != nil {
			t.Fatal(err)
		}
		key, _ := raw.Content.Raw["session_id"].(string)
		return key, answer.ID
	}
	first, _ := session()
	if again, _ := session(); again != first || first == "" {
		t.Errorf("the room's key changed without a reason: %q, %q", first, again)
	}

	guest := hs.Person(t, "guest", encrypted)
	owner.Invite(t, room, guest.UserID)
	guest.Join(t, room.String())
	owner.AwaitMember(t, room, guest.UserID, event.MembershipJoin)
	second, answer := session()
	if second == first {
		t.Error("the room's key did not change when somebody joined")
	}
	guest.AwaitEvent(t, room, answer)

	guest.Leave(t, room)
	owner.AwaitMember(t, room, guest.UserID, event.MembershipLeave)
	third, _ := session()
	if third == second {
		t.Error("the room's key did not change when somebody left")
	}

	phone, err := hs.Login(t.Context(), owner.Account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(phone.Close)
	for range 5 { // the change of devices and a command may arrive separately
		fourth, answer := session()
		if fourth != third {
			phone.AwaitEvent(t, room, answer)
			return
		}
	}
	t.Error("the room's key did not change when a member got a new device")
}

// TestOneTimeKeys: the homeserver reports that few one-time keys are left and
// refuses new ones. The bot replaces all of them, and people can still reach it.
func TestOneTimeKeys(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	proxy := testkit.NewProxy(t, hs.URL)
	uploads := testkit.On(http.MethodPost, `/keys/upload$`)
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: proxy.URL, Account: account})
	// Dendrite's first sync does not count one-time keys: the bot asks once.
	if n := len(proxy.Requests(uploads)); n > 2 {
		t.Errorf("%d uploads of keys at the first start", n)
	}
	agent := hs.Person(t, "agent", encrypted)
	room := invited(t, agent, account.UserID, testkit.Room{Encrypted: true})
	proxy.Add(testkit.Rule{Name: "few left", Match: testkit.Syncs, Times: 1, Do: testkit.Rewrite(func(r *testkit.Response) {
		var answer map[string]any
		if json.Unmarshal(r.Body, &answer) == nil {
			answer["device_one_time_keys_count"] = map[string]int{"signed_curve25519": 1}
			r.Body, _ = json.Marshal(answer)
		}
	})})
	hasKeys := func(r *testkit.Request) bool { return uploads(r) && strings.Contains(string(r.Body), "one_time_keys") }
	before := len(proxy.Requests(hasKeys))
	// The bot checks the count with an upload without keys, which may pass.
	proxy.Add(testkit.Rule{Name: "refused", Match: hasKeys, Times: 1, Do: testkit.Answer(http.StatusBadRequest, map[string]any{
		"errcode": "M_UNKNOWN", "error": "One time key signed_curve25519:AAAAAQ already exists",
	})})
	agent.AwaitAnswer(t, room, account.UserID, agent.Say(t, room, "!sill gimp"))
	claims := testkit.On(http.MethodPost, `/keys/claim$`)
	if len(proxy.Requests(hasKeys)) > before {
		proxy.Await(t, before+2, hasKeys)
		proxy.Await(t, 1, claims)
	}
	stranger := hs.Person(t, "stranger", encrypted)
	private := invited(t, stranger, account.UserID, testkit.Room{Direct: true, Encrypted: true})
	stranger.AwaitAnswer(t, private, account.UserID, stranger.Say(t, private, "gimp"))
	if !strings.Contains(bot.Log(), "one-time keys") {
		t.Skip("the homeserver's own count made the upload unnecessary")
	}
}
