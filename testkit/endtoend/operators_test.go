package endtoend

import (
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestOperatorsAreTold: the bot reports its new rights, and the homeserver's notices
// to its account, in a ringing message to the operator's direct messages, once, and
// in no other room.
func TestOperatorsAreTold(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	operator := hs.Person(t, "operator", encrypted)
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	server := hs.Person(t, "notices", testkit.ClientOptions{})
	self, err := hs.Login(t.Context(), account, testkit.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(self.Close)
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID}})
	direct := invited(t, operator, me, testkit.Room{Direct: true, Encrypted: true})
	operator.AwaitAnswer(t, direct, me, operator.Say(t, direct, "!aide"))
	// ringing returns the bot's ringing messages, in order.
	ringing := func(events []*event.Event) (all []*event.Event) {
		for _, evt := range events {
			if evt.Sender == me && evt.Type == event.EventMessage && evt.Content.AsMessage().MsgType == event.MsgText {
				all = append(all, evt)
			}
		}
		return all
	}
	told := func(text string) {
		t.Helper()
		evt := operator.Await(t, direct, func(evt *event.Event) bool {
			return len(ringing([]*event.Event{evt})) == 1 && strings.Contains(body(evt), text)
		})
		if mentions := evt.Content.AsMessage().Mentions; mentions == nil || !mentions.Has(operator.UserID) {
			t.Errorf("it does not ring: %+v", mentions)
		}
	}

	room := owner.Room(t, testkit.Room{Name: "Essai", Invite: []id.UserID{me}})
	owner.AwaitMember(t, room, me, event.MembershipJoin)
	owner.SetPower(t, room, me, 100)
	told("administrateur du salon « Essai »")

	// The homeserver tags the room before it invites; other accounts can only tag it
	// after.
	bot.Stop()
	notices := server.Room(t, testkit.Room{Invite: []id.UserID{me}})
	url := self.BuildClientURL("v3", "user", me, "rooms", notices, "tags", "m.server_notice")
	if _, err := self.MakeRequest(t.Context(), http.MethodPut, url, struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	server.Say(t, notices, "!aide : maintenance ce soir")
	bot.Start(t)
	told("maintenance ce soir")
	bot.Kill()
	bot.Start(t)
	owner.AwaitAnswer(t, room, me, owner.Say(t, room, "!sill gimp"))
	if got := ringing(operator.History(t, direct)); len(got) != 2 {
		t.Errorf("the operator was told %d times:\n%s", len(got), testkit.Transcript(got))
	}
	if got := ringing(owner.History(t, room)); len(got) != 0 {
		t.Errorf("the room was told:\n%s", testkit.Transcript(got))
	}
	for _, evt := range server.History(t, notices) {
		if evt.Sender == me && evt.Type == event.EventMessage {
			t.Errorf("it answers the homeserver: %s", body(evt))
		}
	}
}
