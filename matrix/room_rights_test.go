package matrix_test

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestRightsAreReadLive follows changes of a member's rights, and tries to gain
// rights with a display name and with an unverified device.
func TestRightsAreReadLive(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	operator := hs.Account(t, "operator")
	bot := startBot(t, hs, matrix.Config{
		IsOperator:     func(user chat.UserID) bool { return user == chat.UserID(operator.UserID) },
		ModeratorPower: func(room chat.RoomID) int { return 60 },
	}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{CrossSigned: true})
	member := hs.Person(t, "member", testkit.ClientOptions{CrossSigned: true})
	login := func(crossSigned bool) *testkit.Client {
		t.Helper()
		c, err := hs.Login(t.Context(), operator, testkit.ClientOptions{Encrypted: true, CrossSigned: crossSigned})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	verified := login(true)
	unverified := login(false)
	has := func(by *testkit.Client, room mautrixid.RoomID, want chat.Level) {
		t.Helper()
		by.Say(t, room, "quels sont mes droits ?")
		if e := bot.next(t); e.Message == nil || e.Sender != chat.UserID(by.UserID) || e.Level != want {
			t.Errorf("%s has the level %d, want %d: %+v", by.UserID, e.Level, want, e)
		}
	}
	for name, encrypted := range map[string]bool{"clear": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			room := bot.invited(t, owner, testkit.Room{Encrypted: encrypted, Invite: []mautrixid.UserID{member.UserID, operator.UserID}})
			member.Join(t, room.String())
			verified.Join(t, room.String())
			for _, c := range []*testkit.Client{member, unverified} {
				c.AwaitMember(t, room, operator.UserID, event.MembershipJoin)
			}
			has(owner, room, chat.LevelModerator)
			has(member, room, chat.LevelMember)
			owner.SetPower(t, room, member.UserID, 60)
			has(member, room, chat.LevelModerator)
			owner.SetPower(t, room, member.UserID, 59) // ModeratorPower is 60 here
			has(member, room, chat.LevelMember)

			has(verified, room, chat.LevelOperator)
			if encrypted {
				has(unverified, room, chat.LevelMember)
			} else {
				has(unverified, room, chat.LevelOperator) // in a clear room the homeserver's word is all there is
			}
			// A display name gives no rights.
			if err := member.SetDisplayName(t.Context(), operator.UserID.String()); err != nil {
				t.Fatal(err)
			}
			has(member, room, chat.LevelMember)
		})
	}
}

// TestRightsOfCreators: the power levels do not list the creator of a version 12
// room.
func TestRightsOfCreators(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	member := hs.Person(t, "member", testkit.ClientOptions{})
	room := madeIn(t, owner, "12", bot.account.UserID, member.UserID)
	if strings.Contains(room.String(), ":") {
		t.Fatalf("%s is of an older version", room)
	}
	if e := bot.next(t); e.Joined == nil || e.Joined.Unwelcome {
		t.Fatalf("first came %+v", e)
	}
	member.Join(t, room.String())
	for by, want := range map[*testkit.Client]chat.Level{owner: chat.LevelModerator, member: chat.LevelMember} {
		by.Say(t, room, "bonjour")
		if e := bot.next(t); e.Level != want {
			t.Errorf("%s has the level %d, want %d", by.UserID, e.Level, want)
		}
	}
}

// TestPromotion: the bot reports a rise of its own rights, and only when they are
// new.
func TestPromotion(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	room := bot.invited(t, owner, testkit.Room{Name: "Essai"})
	var told []chat.Promoted
	for _, power := range []int{49, 50, 60, 0, 100} {
		owner.SetPower(t, room, bot.account.UserID, power)
		owner.Say(t, room, "et maintenant ?")
		for {
			e := bot.next(t)
			if e.Promoted == nil {
				break
			}
			told = append(told, *e.Promoted)
		}
	}
	if len(told) != 2 || told[0] != (chat.Promoted{Name: "Essai"}) || told[1] != (chat.Promoted{Name: "Essai", Admin: true}) {
		t.Errorf("told %+v", told)
	}
	// In a direct message both members are administrators.
	direct := bot.invited(t, owner, testkit.Room{Direct: true})
	owner.Say(t, direct, "bonjour")
	if e := bot.next(t); e.Message == nil {
		t.Errorf("got %+v", e)
	}
}
