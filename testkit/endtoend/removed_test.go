package endtoend

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// A moderator removes the bot from rooms that it should serve: the log, the
// operators, «!bot etat» and the metric report it, and stop once the bot is back.
func TestRemovedFromRooms(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	owner, operator := hs.Person(t, "owner", testkit.ClientOptions{}), hs.Person(t, "operator", testkit.ClientOptions{})
	kicked := owner.Room(t, testkit.Room{Alias: "experts-" + me.Localpart(), Name: "Experts", Public: true})
	banned := owner.Room(t, testkit.Room{Alias: "agents-" + me.Localpart(), Name: "Agents", Public: true})
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID},
		Set: map[string]any{"rooms": []map[string]any{
			{"room": "#experts-" + me.Localpart() + ":" + hs.Name}, {"room": "#agents-" + me.Localpart() + ":" + hs.Name},
		}},
	})
	owner.AwaitMember(t, kicked, me, event.MembershipJoin)
	owner.AwaitMember(t, banned, me, event.MembershipJoin)
	direct := invited(t, operator, me, testkit.Room{Direct: true})
	status := func() *event.Event {
		t.Helper()
		return operator.AwaitAnswer(t, direct, me, operator.Say(t, direct, "!bot etat"))
	}
	metric := func(want string) {
		t.Helper()
		if got := get(t, bot.URL+"/metrics"); !strings.Contains(got, "\nheraut_rooms_missing "+want+"\n") {
			t.Errorf("the metric is not %s:\n%s", want, got)
		}
	}
	if got := body(status()); strings.Contains(got, "où je devrais être") {
		t.Errorf("nothing is missing yet:\n%s", got)
	}
	metric("0")
	tells := func(texts ...string) {
		t.Helper()
		told := operator.Await(t, direct, func(evt *event.Event) bool {
			return evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(spaces.Replace(body(evt)), texts[0])
		})
		for _, text := range texts {
			if !strings.Contains(spaces.Replace(body(told)), text) {
				t.Errorf("the operator is not told %q:\n%s", text, body(told))
			}
		}
	}
	if _, err := owner.KickUser(t.Context(), kicked, &mautrix.ReqKickUser{UserID: me}); err != nil {
		t.Fatal(err)
	}
	tells("On m’a retiré du salon Experts", "inviter de nouveau")
	if _, err := owner.BanUser(t.Context(), banned, &mautrix.ReqBanUser{UserID: me}); err != nil {
		t.Fatal(err)
	}
	tells("L’accès au salon Agents", "m’a été interdit", "lever l’interdiction")
	got := spaces.Replace(body(status()))
	for _, want := range []string{"2 où je devrais être", "Experts", "d’où l’on m’a retiré", "Agents", "qui m’est interdit"} {
		if !strings.Contains(got, want) {
			t.Errorf("«!bot etat» lacks %q:\n%s", want, got)
		}
	}
	metric("2")
	awaitLog(t, bot, "no longer in a room that it served")

	owner.Invite(t, kicked, me)
	owner.AwaitMember(t, kicked, me, event.MembershipJoin)
	owner.AwaitAnswer(t, kicked, me, owner.Say(t, kicked, "!sill gimp"))
	if got := spaces.Replace(body(status())); !strings.Contains(got, "1 où je devrais être") || strings.Contains(got, "Experts") {
		t.Errorf("it is back among the experts, and «!bot etat» says:\n%s", got)
	}
	metric("1")
}

// The other side of a relay learns the truth: the bot has been removed or banned.
// The bot makes no claim about the audience of a room that it can no longer see.
func TestRemovedFromARelay(t *testing.T) {
	t.Parallel()
	r := newRelayed(t, testkit.StartHomeserver(t), testkit.Room{}, testkit.Room{}, false)
	r.asker.Say(t, r.asks, "!question Quelle licence ?")
	root := r.sees(r.answers, "Question n° 1").ID
	mine := r.sees(r.asks, "posée")
	if _, err := r.asker.KickUser(t.Context(), r.asks, &mautrix.ReqKickUser{UserID: r.me}); err != nil {
		t.Fatal(err)
	}
	awaitLog(t, r.bot, "no longer in a room that it served")
	answer := r.expert.Say(t, r.answers, "La LGPL convient.", testkit.InThread(root))
	told := r.sees(r.answers, "je ne suis plus dans le salon")
	for _, untrue := range []string{"tout le monde", "externes", "un autre serveur", "plus ouvert"} {
		if strings.Contains(spaces.Replace(body(told)), untrue) {
			t.Errorf("the experts are told:\n%s", body(told))
		}
	}
	// Once the bot is back, it carries the edited answer.
	r.asker.Invite(t, r.asks, r.me)
	r.asker.AwaitMember(t, r.asks, r.me, event.MembershipJoin)
	r.asker.AwaitAnswer(t, r.asks, r.me, r.asker.Say(t, r.asks, "!sill gimp"))
	r.expert.Edit(t, r.answers, answer, "La LGPL convient bien.")
	r.sees(r.asks, "La LGPL convient bien.")

	if _, err := r.expert.BanUser(t.Context(), r.answers, &mautrix.ReqBanUser{UserID: r.me}); err != nil {
		t.Fatal(err)
	}
	r.asker.Say(t, r.asks, "Et la MIT ?", testkit.InThread(mine.ID))
	r.sees(r.asks, "m’est maintenant interdit")
	r.asker.Say(t, r.asks, "!question Une autre ?")
	r.sees(r.asks, "L’accès au salon des experts m’est interdit")
}
