package matrix_test

import (
	"testing"
	"time"

	"golang.org/x/time/rate"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestNoLongPollBeforeAJoin: while an invitation waits for the pace, the bot makes no
// long poll: Dendrite does not always end one when the bot enters a room.
func TestNoLongPollBeforeAJoin(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	pace := rate.NewLimiter(rate.Every(5*time.Second), 1)
	bot := startBot(t, hs, matrix.Config{Pace: pace}, queue.Config{})
	agent := hs.Person(t, "agent", testkit.ClientOptions{})
	first := bot.invited(t, agent, testkit.Room{})
	bot.through(t, proxy)
	hears(t, bot, agent.Say(t, first, "là"))

	pace.ReserveN(time.Now(), 1) // the bot's request to join comes after its next poll
	release := make(chan struct{})
	defer close(release)
	invited := agent.Room(t, testkit.Room{Invite: []mautrixid.UserID{bot.account.UserID}})
	proxy.Add(testkit.Rule{
		Match: func(r *testkit.Request) bool { return testkit.Syncs(r) && r.Query.Get("timeout") == "30000" },
		Do:    testkit.Run(func() { <-release }),
	})
	for e := bot.next(t); e.Joined == nil || mautrixid.RoomID(e.Room) != invited; {
		e = bot.next(t)
	}
}
