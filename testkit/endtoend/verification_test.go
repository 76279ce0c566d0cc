package endtoend

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestVerification asks the bot to verify devices, as «Vérifier» in a profile does.
func TestVerification(t *testing.T) {
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	says := func(body string) bool { return strings.Contains(body, "J’annule la vérification") }

	t.Run("Element's encryption", func(t *testing.T) {
		t.Parallel()
		agent := hs.JSPerson(t, "agent", testkit.JSOptions{})
		room := agent.MakeRoom(t, me)
		agent.Await(t, func(m testkit.JSMessage) bool { return m.Room == room && strings.Contains(m.Body, "!aide") })
		for range 2 {
			if by, code := agent.Verify(t, room, me); by != me || code != "m.user" {
				t.Errorf("the request is cancelled by %s with %s", by, code)
			}
		}
		if by, code := agent.VerifyDevice(t, me); by != me || code != "m.user" {
			t.Errorf("the request to the device is cancelled by %s with %s", by, code)
		}
		agent.Await(t, func(m testkit.JSMessage) bool { return m.Room == room && says(m.Body) })
		command := agent.Say(t, room, "!sill gimp")
		agent.Await(t, func(m testkit.JSMessage) bool { return m.ReplyTo == command })
		if n := agent.Count(func(m testkit.JSMessage) bool { return m.Room == room && says(m.Body) }); n != 1 {
			t.Errorf("the bot says %d times why", n)
		}
	})

	t.Run("direct message", func(t *testing.T) {
		t.Parallel()
		agent := hs.Person(t, "direct", testkit.ClientOptions{})
		room := invited(t, agent, me, testkit.Room{Direct: true})
		agent.RequestDevice(t, me, "t1")
		agent.Await(t, room, func(evt *event.Event) bool { return evt.Sender == me && says(body(evt)) })
		request := agent.Say(t, room, "?", func(content *event.MessageEventContent) {
			content.MsgType, content.To, content.FromDevice = event.MsgVerificationRequest, me, agent.DeviceID
			content.Methods = []event.VerificationMethod{event.VerificationMethodSAS}
		})
		cancel := agent.Await(t, room, func(evt *event.Event) bool { return evt.Type == event.InRoomVerificationCancel })
		content, _ := cancel.Content.Parsed.(*event.VerificationCancelEventContent)
		if cancel.Sender != me || content == nil || content.RelatesTo.GetReferenceID() != request || content.Code != event.VerificationCancelCodeUser {
			t.Errorf("the request is answered by %+v", cancel.Content.Raw)
		}
		agent.Say(t, room, "?", func(content *event.MessageEventContent) {
			content.MsgType, content.To = event.MsgVerificationRequest, id.UserID("@other:"+hs.Name)
		})
		agent.AwaitAnswer(t, room, me, agent.Say(t, room, "gimp"))
		said, cancelled := 0, 0
		for _, evt := range agent.History(t, room) {
			if evt.Type == event.InRoomVerificationCancel {
				cancelled++
			}
			if evt.Sender == me && says(body(evt)) {
				said++
			}
		}
		if said != 1 || cancelled != 1 {
			t.Errorf("said %d times, cancelled %d times", said, cancelled)
		}
	})
}
