package endtoend

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// Most people use a client with the encryption of matrix-js-sdk, which rejects more
// messages than the bot's own.
func TestOtherClients(t *testing.T) {
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})

	for name, test := range map[string]struct {
		options testkit.JSOptions
		failure string // why the client cannot read a message of a device that its owner has not signed
	}{
		"all devices":         {testkit.JSOptions{}, ""},
		"only signed devices": {testkit.JSOptions{OnlySigned: true}, "UNSIGNED_SENDER_DEVICE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suffix := strings.ReplaceAll(name, " ", "-")
			agent := hs.JSPerson(t, "agent-"+suffix, test.options)
			owner := hs.Person(t, "owner-"+suffix, encrypted)
			theirs := invited(t, owner, me, testkit.Room{Encrypted: true, Public: true})
			agent.Join(t, theirs)
			own := agent.MakeRoom(t, me)
			agent.Await(t, func(m testkit.JSMessage) bool {
				return m.Room == own && m.Sender == me && strings.Contains(m.Body, "!aide")
			})
			for _, room := range []id.RoomID{theirs, own} {
				for text, want := range map[string]string{"!sill gimp": "GIMP", "!aide": "!sill"} {
					command := agent.Say(t, room, text)
					answer := agent.Await(t, func(m testkit.JSMessage) bool {
						return m.Sender == me && m.ReplyTo == command && m.Failure == "" // the key may arrive after the message
					})
					if !strings.Contains(answer.Body, want) || !answer.Encrypted {
						t.Errorf("%s is answered by %+v", text, answer)
					}
				}
			}

			// This checks that the two modes differ.
			unsigned := hs.Person(t, "unsigned-"+suffix, testkit.ClientOptions{Encrypted: true})
			unsigned.Join(t, theirs.String())
			said := unsigned.Say(t, theirs, "bonjour")
			agent.Await(t, func(m testkit.JSMessage) bool { return m.ID == said && m.Failure == test.failure })
		})
	}
}
