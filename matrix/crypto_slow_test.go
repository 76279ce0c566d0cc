package matrix_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestSlowDevicesDelayTheirRoomAlone: the homeserver takes 15 s to return one
// person's devices. The bot hears and answers other people meanwhile, in clear and
// encrypted rooms, even if their own devices change; it hears that person
// afterwards, fully trusted.
func TestSlowDevicesDelayTheirRoomAlone(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	const slow = 15 * time.Second
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	device := testkit.ClientOptions{Encrypted: true, CrossSigned: true}
	agent, late := hs.Person(t, "agent", device), hs.Person(t, "late", device)
	clear, sealed := bot.invited(t, agent, testkit.Room{}), bot.invited(t, agent, testkit.Room{Encrypted: true})
	trap := bot.invited(t, late, testkit.Room{Encrypted: true})
	proxy := testkit.NewProxy(t, hs.URL)
	bot.through(t, proxy)
	for _, room := range []id.RoomID{clear, sealed, trap} {
		bot.post(t, chat.Cause("before "+room), chat.Post{Room: chat.RoomID(room), HTML: "<p>avant</p>", Lang: "fr"})
	}
	agent.Await(t, clear, says("avant"))
	late.Await(t, trap, says("avant"))
	agent.Await(t, sealed, says("avant"))
	proxy.Add(testkit.Rule{Name: "slow", Do: testkit.Delay(slow), Match: func(r *testkit.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/keys/query") && bytes.Contains(r.Body, []byte(late.UserID))
	}})
	var seconds []*testkit.Client
	for _, c := range []*testkit.Client{late, agent} {
		second, err := hs.Login(t.Context(), c.Account, testkit.ClientOptions{Encrypted: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(second.Close)
		seconds = append(seconds, second)
	}
	proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "slow" })
	began := time.Now()
	lateSaid := late.Say(t, trap, "me voici")
	var lateHeard chat.Event
	heard := func(said id.EventID) chat.Event { // after a restart the bot may handle an earlier event again
		t.Helper()
		for {
			e := bot.next(t)
			if e.ID == chat.EventID(lateSaid) {
				lateHeard = e
			}
			if e.ID == chat.EventID(said) {
				return e
			}
		}
	}
	for n := range 2 {
		bot.post(t, chat.Cause(fmt.Sprint("trap ", n)), chat.Post{Room: chat.RoomID(trap), HTML: fmt.Sprintf("<p>piège %d</p>", n), Lang: "fr"})
		for name, room := range map[string]id.RoomID{"clear": clear, "encrypted": sealed} {
			said := agent.Say(t, room, fmt.Sprintf("là %d", n))
			if e := heard(said); room == sealed && e.Trust != chat.TrustVerified {
				t.Errorf("%s: got %+v", name, e)
			}
			text := fmt.Sprintf("réponse %d", n)
			bot.post(t, chat.Cause(name+text), chat.Post{Room: chat.RoomID(room), HTML: text, Lang: "fr"})
			agent.Await(t, room, says(text))
		}
	}
	if took := time.Since(began); took > slow*2/3 {
		t.Errorf("the others waited %s", took)
	}
	if lateHeard.ID == "" {
		heard(lateSaid)
	}
	if lateHeard.Trust != chat.TrustVerified {
		t.Errorf("the person whose devices are slow: got %+v", lateHeard)
	}
	late.Await(t, trap, says("piège 1"))
	seconds[0].Await(t, trap, says("piège 1"))
}

// TestUndecryptableFlood: the bot keeps one person's undecryptable messages up to a
// bound, and none in a room that was never encrypted.
func TestUndecryptableFlood(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	flooder := hs.Person(t, "flooder", testkit.ClientOptions{Encrypted: true})
	clear, sealed := bot.invited(t, flooder, testkit.Room{}), bot.invited(t, flooder, testkit.Room{Encrypted: true})
	junk := strings.Repeat("QUJD", 30)
	for n := range 130 {
		for _, room := range []id.RoomID{clear, sealed} {
			_, err := flooder.SendMessageEvent(t.Context(), room, event.EventEncrypted, map[string]any{
				"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": junk, "device_id": "X", "sender_key": "abc", "session_id": fmt.Sprintf("%043d", n),
			}, mautrix.ReqSendEvent{DontEncrypt: true})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	hears(t, bot, flooder.Say(t, clear, "là"))
	locked, err := bot.db.LockedIndex(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(locked) != 100 {
		t.Errorf("%d messages are kept, want 100", len(locked))
	}
	for _, l := range locked {
		if l.Room != chat.RoomID(sealed) {
			t.Errorf("a message is kept of the room %s, which was never encrypted", l.Room)
			break
		}
	}
}
