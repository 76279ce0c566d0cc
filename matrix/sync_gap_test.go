package matrix_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestUnreadableGap: a room whose history the homeserver does not return blocks no
// other room, and continues with the events of sync.
func TestUnreadableGap(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	const (
		many     = 60 // more than a sync brings
		patience = 3 * time.Second
	)
	for name, fault := range map[string]struct {
		do    testkit.Action
		again bool // the bot requests it again
	}{
		"refused":   {testkit.MatrixError(http.StatusForbidden, "M_FORBIDDEN"), false},
		"not found": {testkit.MatrixError(http.StatusNotFound, "M_NOT_FOUND"), false},
		"502":       {testkit.BadGateway, true},
		"web page":  {testkit.WebPage, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			proxy := testkit.NewProxy(t, hs.URL)
			bot := startBot(t, hs, matrix.Config{GapPatience: patience}, queue.Config{})
			owner := hs.Person(t, "owner", testkit.ClientOptions{})
			bad, good := bot.invited(t, owner, testkit.Room{}), bot.invited(t, owner, testkit.Room{})
			bot.end()
			said := map[mautrixid.RoomID][]chat.EventID{}
			for i := range many {
				for _, room := range []mautrixid.RoomID{bad, good} {
					said[room] = append(said[room], chat.EventID(owner.Say(t, room, fmt.Sprint(i))))
				}
			}
			unread := testkit.On(http.MethodGet, `/rooms/`+regexp.QuoteMeta(string(bad))+`/messages$`)
			proxy.Add(testkit.Rule{Match: unread, Do: fault.do})
			bot.matrix.Homeserver = proxy.URL
			bot.start(t)

			heard := map[chat.RoomID][]chat.EventID{}
			await := func(n int, room mautrixid.RoomID) {
				t.Helper()
				for len(heard[chat.RoomID(room)]) < n {
					if e := bot.next(t); e.Message != nil {
						heard[e.Room] = append(heard[e.Room], e.ID)
					}
				}
			}
			await(many, good)
			if !slices.Equal(heard[chat.RoomID(good)], said[good]) {
				t.Error("something else was heard in the room that can be read")
			}
			last := owner.Say(t, bad, "encore")
			for !slices.Contains(heard[chat.RoomID(bad)], chat.EventID(last)) {
				await(len(heard[chat.RoomID(bad)])+1, bad)
			}
			said[bad] = append(said[bad], chat.EventID(last))
			if h, want := heard[chat.RoomID(bad)], said[bad]; len(h) < 2 || !slices.Equal(h, want[len(want)-len(h):]) {
				t.Error("what was heard in the other room is not the end of what was said")
			}
			asked := proxy.Requests(unread)
			if again := len(asked) > 1; again != fault.again {
				t.Errorf("its history was asked for %d times", len(asked))
			}
			if lasted := asked[len(asked)-1].At.Sub(asked[0].Done); fault.again && lasted < patience {
				t.Errorf("it was given up after %s", lasted)
			}
			if n := bot.client.GapsLost().Load(); n != 1 {
				t.Errorf("%d gaps are counted as lost", n)
			}
		})
	}
	t.Run("of a new room", func(t *testing.T) {
		t.Parallel()
		hs := testkit.StartHomeserver(t)
		proxy := testkit.NewProxy(t, hs.URL)
		bot := startBot(t, hs, matrix.Config{}, queue.Config{})
		owner := hs.Person(t, "owner", testkit.ClientOptions{})
		good := bot.invited(t, owner, testkit.Room{})
		bot.through(t, proxy)
		room := owner.Room(t, testkit.Room{})
		for i := range many {
			owner.Say(t, room, fmt.Sprint(i))
		}
		// The bot's own join is out of reach, too.
		proxy.Add(testkit.Rule{Match: testkit.On(http.MethodGet, `/messages$`), Do: testkit.MatrixError(http.StatusForbidden, "M_FORBIDDEN")})
		forget := testkit.Rewrite(func(r *testkit.Response) {
			r.Body = regexp.MustCompile(`"membership":"join"`).ReplaceAll(r.Body, []byte(`"membership":"knock"`))
		})
		proxy.Add(testkit.Rule{Match: testkit.Syncs, Do: forget})
		owner.Invite(t, room, bot.account.UserID)
		owner.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
		hears(t, bot, owner.Say(t, good, "là"))
		// If the bot knows that it is in the room, it hears the messages from then
		// on.
		owner.Say(t, room, "ici")
		for bot.client.GapsLost().Load() == 0 {
			owner.Say(t, good, "encore")
			bot.next(t)
		}
		hears(t, bot, owner.Say(t, room, "ici"))
	})
}

// hears waits until the bot handles the event.
func hears(t *testing.T, bot *bot, said mautrixid.EventID) {
	t.Helper()
	for bot.next(t).ID != chat.EventID(said) {
		continue
	}
}
