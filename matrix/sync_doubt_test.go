package matrix_test

import (
	"net/http"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestNoSync: an answer that is not a sync does not settle a doubt about a post.
func TestNoSync(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	room := bot.invited(t, owner, testkit.Room{})
	bot.through(t, proxy)
	hears(t, bot, owner.Say(t, room, "là"))

	restore := proxy.Add(testkit.Rule{Name: "no sync", Match: testkit.Syncs, Do: testkit.Answer(http.StatusOK, struct{}{})})
	owner.Say(t, room, "encore") // ends the sync under way
	proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "no sync" })
	proxy.Add(testkit.Rule{Match: testkit.Sends, Times: 1, Do: testkit.AfterActing(testkit.Drop)})
	bot.post(t, "doubt", chat.Post{Room: chat.RoomID(room), HTML: "<p>Une fois.</p>", Lang: "fr"})
	sent := proxy.Await(t, 1, testkit.Sends)
	proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "no sync" && r.At.After(sent.Done.Add(3*time.Second)) })
	restore()
	hears(t, bot, owner.Say(t, room, "fin"))
	sentOnce(t, bot, proxy)
}

// TestLastWordsInDoubt: the bot also sends a post only once in a room that it does
// not serve.
func TestLastWordsInDoubt(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner, guest := hs.Person(t, "owner", testkit.ClientOptions{}), hs.Person(t, "guest", testkit.ClientOptions{})
	bot.invited(t, owner, testkit.Room{})
	bot.through(t, proxy)
	room := owner.Room(t, testkit.Room{Public: true})
	owner.LetMembersInvite(t, room) // Synapse lets only moderators invite by default
	guest.Join(t, room.String())
	guest.Invite(t, room, bot.account.UserID)
	for e := bot.next(t); e.Joined == nil || !e.Joined.Unwelcome; { // after a restart the first room's event may come again
		e = bot.next(t)
	}
	proxy.Add(testkit.Rule{Match: testkit.Sends, Times: 1, Do: testkit.AfterActing(testkit.Drop)})
	bot.post(t, "doubt", chat.Post{Room: chat.RoomID(room), HTML: "<p>Adieu.</p>", Lang: "fr"}, chat.Post{Room: chat.RoomID(room), Leaves: true})
	owner.AwaitMember(t, room, bot.account.UserID, event.MembershipLeave)
	sentOnce(t, bot, proxy)
}

// TestRemovedInDoubt: a post arrives without an answer to the bot, and then a moderator
// kicks the bot and invites it again, while the bot syncs or between two syncs. The
// post is not sent a second time.
func TestRemovedInDoubt(t *testing.T) {
	t.Parallel()
	for name, seen := range map[string]bool{"seen by sync": true, "between two syncs": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			proxy := testkit.NewProxy(t, hs.URL)
			bot := startBot(t, hs, matrix.Config{}, queue.Config{})
			owner := hs.Person(t, "owner", testkit.ClientOptions{})
			room := bot.invited(t, owner, testkit.Room{})
			bot.through(t, proxy)
			hears(t, bot, owner.Say(t, room, "là"))

			restore := proxy.Add(testkit.Rule{Name: "no sync", Match: testkit.Syncs, Do: testkit.BadGateway})
			owner.Say(t, room, "encore") // ends the sync under way
			proxy.Await(t, 1, func(r *testkit.Request) bool { return r.Rule == "no sync" })
			proxy.Add(testkit.Rule{Match: testkit.Sends, Times: 1, Do: testkit.AfterActing(testkit.Drop)})
			bot.post(t, "doubt", chat.Post{Room: chat.RoomID(room), HTML: "<p>Une fois.</p>", Lang: "fr"})
			proxy.Await(t, 1, testkit.Sends)
			if _, err := owner.KickUser(t.Context(), room, &mautrix.ReqKickUser{UserID: bot.account.UserID}); err != nil {
				t.Fatal(err)
			}
			if !seen {
				owner.Invite(t, room, bot.account.UserID)
			}
			bot.end()
			restore()
			bot.start(t)
			if seen {
				for bot.next(t).Removed == nil {
				}
				owner.Invite(t, room, bot.account.UserID)
			}
			owner.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
			for bot.next(t).Joined == nil {
			}
			hears(t, bot, owner.Say(t, room, "fin"))
			sentOnce(t, bot, proxy)
		})
	}
}

// sentOnce waits until the bot has confirmed its post in the room. The bot must not
// have sent it again meanwhile: a homeserver may treat that as a second event.
func sentOnce(t *testing.T, bot *bot, proxy *testkit.Proxy) {
	t.Helper()
	for {
		row, err := bot.db.PostByKey(t.Context(), chat.KeyOf("doubt", 0))
		if err != nil {
			t.Fatal(err)
		}
		if row.State == queue.Sent {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := len(proxy.Requests(testkit.Sends)); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}
