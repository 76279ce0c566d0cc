package endtoend

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestInvitations: an operator, a moderator and a member invite the bot.
func TestInvitations(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	owner := hs.Person(t, "owner", encrypted)
	operator := hs.Person(t, "operator", encrypted)
	member := hs.Person(t, "member", encrypted)
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID}})

	open := func(room testkit.Room) id.RoomID {
		room.Invite = []id.UserID{operator.UserID, member.UserID}
		made := owner.Room(t, room)
		owner.LetMembersInvite(t, made)
		operator.Join(t, made.String())
		member.Join(t, made.String())
		return made
	}
	for name, room := range map[string]testkit.Room{"clear": {}, "encrypted": {Encrypted: true}} {
		t.Run(name, func(t *testing.T) {
			// A member has no right to: the bot says so, answers nothing, and
			// leaves.
			there := open(room)
			member.Invite(t, there, me)
			said := owner.Await(t, there, func(evt *event.Event) bool { return evt.Sender == me && evt.Type == event.EventMessage })
			mustSay(t, said, "un de ses modérateurs")
			owner.AwaitMember(t, there, me, event.MembershipLeave)
			// A moderator may invite.
			owner.Invite(t, there, me)
			owner.Await(t, there, func(evt *event.Event) bool {
				return evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(body(evt), "Écrivez")
			})
			owner.AwaitAnswer(t, there, me, member.Say(t, there, "!sill gimp"))
			// An operator may invite, even as an ordinary member of the room.
			there = open(room)
			operator.Invite(t, there, me)
			owner.AwaitMember(t, there, me, event.MembershipJoin)
			owner.AwaitAnswer(t, there, me, member.Say(t, there, "!sill gimp"))
		})
	}
	// A “direct message” with several people counts as a room.
	crowd := open(testkit.Room{})
	if _, err := member.SendStateEvent(t.Context(), crowd, event.StateMember, me.String(), &event.MemberEventContent{
		Membership: event.MembershipInvite, IsDirect: true,
	}); err != nil {
		t.Fatal(err)
	}
	owner.AwaitMember(t, crowd, me, event.MembershipJoin)
	owner.AwaitMember(t, crowd, me, event.MembershipLeave)
	// Anyone may talk to the bot directly.
	direct := invited(t, member, me, testkit.Room{Direct: true, Encrypted: true})
	member.AwaitAnswer(t, direct, me, member.Say(t, direct, "gimp"))
}

// TestOtherServersDeclined: the bot declines invitations from a server that is not
// allowed, and tells the homeserver so, even after a kill.
func TestOtherServersDeclined(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	proxy := testkit.NewProxy(t, hs.URL)
	operator := hs.Person(t, "operator", encrypted)
	somebody := hs.Person(t, "somebody", encrypted)
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: proxy.URL, Account: account, Operators: []id.UserID{operator.UserID},
		Set: map[string]any{"invitations.servers": []string{"other.example"}},
	})
	leaves := testkit.On(http.MethodPost, `/leave$`)
	pass := proxy.Add(testkit.Rule{Match: leaves, Do: testkit.BadGateway})
	room := somebody.Room(t, testkit.Room{Invite: []id.UserID{me}})
	proxy.Await(t, 1, leaves)
	bot.Kill()
	pass()
	bot.Start(t)
	somebody.AwaitMember(t, room, me, event.MembershipLeave)
	for _, evt := range somebody.History(t, room) {
		if evt.Type == event.StateMember && evt.GetStateKey() == me.String() && evt.Content.AsMember().Membership == event.MembershipJoin {
			t.Error("the bot joined")
		}
	}
	direct := invited(t, operator, me, testkit.Room{Direct: true})
	operator.AwaitAnswer(t, direct, me, operator.Say(t, direct, "gimp"))
}

// TestManyInvitations: the bot accepts 30 simultaneous invitations at the set pace,
// and answers other people meanwhile.
func TestManyInvitations(t *testing.T) {
	t.Parallel()
	const many, perSecond, burst = 30, 3, 2
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	proxy := testkit.NewProxy(t, hs.URL)
	person := hs.Person(t, "person", testkit.ClientOptions{})
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: proxy.URL, Account: account,
		Set: map[string]any{"pace": map[string]any{"per_second": perSecond, "burst": burst}},
	})
	direct := invited(t, person, me, testkit.Room{Direct: true})
	person.AwaitAnswer(t, direct, me, person.Say(t, direct, "gimp"))

	joins := testkit.On(http.MethodPost, `/join/`)
	before := len(proxy.Requests(joins))
	bot.Stop()
	var rooms []id.RoomID
	for range many {
		rooms = append(rooms, person.Room(t, testkit.Room{Invite: []id.UserID{me}}))
	}
	bot.Start(t)
	for i := range 3 {
		person.AwaitAnswer(t, direct, me, person.Say(t, direct, fmt.Sprint("gimp ", i)))
		if joined := len(proxy.Requests(joins)) - before; joined >= many {
			t.Errorf("answer %d came after all %d joins", i, joined)
		}
	}
	for _, room := range rooms {
		person.AwaitMember(t, room, me, event.MembershipJoin)
	}
	// All paced requests: no span of time holds more than the pace allows. A late
	// request counts in its own span.
	paced := proxy.Requests(testkit.On("", `/join/|/send/m\.room|/redact/|/leave$`))
	for i := range paced {
		for j := i + 1; j < len(paced); j++ {
			allowed := burst + perSecond*paced[j].At.Sub(paced[i].At).Seconds() + 2
			if n := float64(j - i + 1); n > allowed+perSecond*slack.Seconds() {
				t.Fatalf("%v requests in %s", n, paced[j].At.Sub(paced[i].At))
			}
		}
	}
}

// slack bounds the delay that the machine adds to a request.
const slack = time.Second
