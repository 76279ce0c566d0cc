package endtoend

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestEditsByOthers: an edit of another person's message has no effect, even if the
// message is older than the bot's arrival. The sender's own edit counts.
func TestEditsByOthers(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	author, other := hs.Person(t, "author", testkit.ClientOptions{}), hs.Person(t, "other", testkit.ClientOptions{})
	room := author.Room(t, testkit.Room{Invite: []id.UserID{other.UserID}})
	other.Join(t, room.String())
	before := author.Say(t, room, "dit avant que le robot vienne")
	author.Invite(t, room, me)
	author.AwaitMember(t, room, me, event.MembershipJoin)
	author.AwaitAnswer(t, room, me, author.Say(t, room, "!aide"))

	forged := other.Edit(t, room, before, "!sill gimp")
	other.AwaitAnswer(t, room, me, other.Say(t, room, "!sill vlc"))
	for _, target := range []id.EventID{before, forged} {
		if got := testkit.Answers(author.Events(room), me, target); len(got) != 0 {
			t.Errorf("the edit by somebody else was answered:\n%s", testkit.Transcript(got))
		}
	}
	author.Edit(t, room, before, "!sill inkscape")
	if got := body(author.AwaitAnswer(t, room, me, before)); !strings.Contains(got, "Inkscape") {
		t.Errorf("the author's own edit was answered %q", got)
	}
}

// TestClearCommandsInEncryptedRooms: in an encrypted room the homeserver can forge
// any clear message. The bot obeys only harmless ones, and none confirms a question
// or edits an encrypted message.
func TestClearCommandsInEncryptedRooms(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, CrossSigned: true})
	room := invited(t, agent, me, testkit.Room{Direct: true, Encrypted: true})
	clear := func(text string, relation map[string]any) id.EventID {
		t.Helper()
		content := map[string]any{"msgtype": "m.text", "body": text}
		for name, value := range relation {
			content[name] = value
		}
		sent, err := agent.SendMessageEvent(t.Context(), room, event.EventMessage, content, mautrix.ReqSendEvent{DontEncrypt: true})
		if err != nil {
			t.Fatal(err)
		}
		return sent.EventID
	}
	answer := func(command id.EventID) string { t.Helper(); return body(agent.AwaitAnswer(t, room, me, command)) }

	if got := answer(clear("!sill gimp", nil)); !strings.Contains(got, "GIMP") {
		t.Errorf("!sill in clear: %q", got)
	}
	for _, command := range []string{"!oublie-moi", "!salon", "!bot etat", "!question quelle licence ?"} {
		if got := answer(clear(command, nil)); !strings.Contains(got, "est chiffré et votre message ne l’est pas") {
			t.Errorf("%s in clear: %q", command, got)
		}
	}
	asked := agent.AwaitAnswer(t, room, me, agent.Say(t, room, "!oublie-moi"))
	if !strings.Contains(body(asked), "oui") {
		t.Fatalf("!oublie-moi: %q", body(asked))
	}
	agent.React(t, room, asked.ID, "✅")
	clear("!oui", nil)
	sealed := agent.Say(t, room, "!sill vlc")
	before := answer(sealed)
	clear("* x", map[string]any{
		"m.new_content": map[string]any{"msgtype": "m.text", "body": "!sill inkscape"},
		"m.relates_to":  map[string]any{"rel_type": "m.replace", "event_id": sealed},
	})
	answer(agent.Say(t, room, "!sill gimp"))
	time.Sleep(500 * time.Millisecond)
	for _, evt := range agent.History(t, room) {
		if evt.Sender != me || evt.Type != event.EventMessage {
			continue
		}
		if text := body(evt); strings.Contains(text, "C’est fait") || strings.Contains(text, "Inkscape") {
			t.Errorf("a message in clear was followed: %q (before: %q)", text, before)
		}
	}
	if got := answer(agent.Say(t, room, "!oui")); !strings.Contains(got, "C’est fait") {
		t.Errorf("!oui, encrypted: %q", got)
	}
}
