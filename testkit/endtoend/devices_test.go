package endtoend

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestKilledWhileDevicesAreStored kills the bot while it stores a user's devices:
// after the restart it still trusts the verified one.
func TestKilledWhileDevicesAreStored(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	d.bot.Start(t)
	for round := range 4 {
		agent := d.Person(t, fmt.Sprintf("agent-%d", round), encrypted)
		asked := testkit.On(http.MethodPost, `/keys/query$`)
		done := make(chan struct{})
		d.proxy.Add(testkit.Rule{Times: 1, Match: func(r *testkit.Request) bool {
			return asked(r) && bytes.Contains(r.Body, []byte(agent.UserID))
		}, Do: func(x *testkit.Exchange) {
			x.Deliver(x.Forward())
			go func() { // the homeserver's answer is on its way once this function returns
				time.Sleep(rand.N(12 * time.Millisecond))
				d.bot.Kill()
				close(done)
			}()
		}})
		room := agent.Room(t, testkit.Room{Encrypted: true, Invite: []id.UserID{d.account.UserID}})
		<-done
		d.bot.Start(t)
		agent.AwaitMember(t, room, d.account.UserID, event.MembershipJoin)
		answer := agent.AwaitAnswer(t, room, d.account.UserID, agent.Say(t, room, "!salon langue en"))
		mustSay(t, answer, "Noted")
	}
}
