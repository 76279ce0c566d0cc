// Package limits tests the bot under the rate limits of homeservers. It is a
// separate package because its test waits for minutes, during which others can run.
package limits

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

const (
	// Synapse's default is a message every 5 seconds after the first 10.
	patience = 5 * time.Minute
	// toRead is the time that the bot has to read a refusal.
	toRead = 100 * time.Millisecond
)

// Under Synapse's rate limits, the bot answers each of forty commands once and in
// order, and never retries before Synapse allows it.
func TestSynapseLimitsTheBot(t *testing.T) {
	hs := testkit.StartSynapse(t, testkit.SynapseOptions{DefaultLimits: true})
	proxy := testkit.NewProxy(t, hs.URL)
	account := hs.Account(t, "heraut")
	me := account.UserID
	testkit.StartBot(t, testkit.BotConfig{Homeserver: proxy.URL, Account: account})

	const rooms, each = 2, 20
	var agents []*testkit.Client
	var ids []id.RoomID
	for n := range rooms {
		agent := hs.Person(t, fmt.Sprintf("agent%d", n), testkit.ClientOptions{})
		hs.LiftLimits(t, agent.UserID)
		room := agent.Room(t, testkit.Room{Invite: []id.UserID{me}})
		agent.AwaitMember(t, room, me, event.MembershipJoin)
		agents, ids = append(agents, agent), append(ids, room)
	}
	commands := make([][]id.EventID, rooms)
	for range each {
		for n, agent := range agents {
			commands[n] = append(commands[n], agent.Say(t, ids[n], "!sill gimp"))
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for n, agent := range agents {
		for _, command := range commands[n] {
			_, err := agent.Wait(ctx, ids[n], func(evt *event.Event) bool { return testkit.IsAnswer(evt, me, command) })
			if err != nil {
				t.Fatal(err)
			}
		}
		var answered []id.EventID
		for _, evt := range agent.History(t, ids[n]) {
			if relation := evt.Content.AsMessage().OptionalGetRelatesTo(); evt.Sender == me && relation.GetReplyTo() != "" {
				answered = append(answered, relation.GetReplyTo())
			}
		}
		if !slices.Equal(answered, commands[n]) {
			t.Errorf("in room %d the answers are to\n%v, not to\n%v", n, answered, commands[n])
		}
	}
	checkObedience(t, proxy.Requests(testkit.Sends))
}

// checkObedience fails the test if the bot sent a request before the homeserver
// allowed it again. Requests that were under way at the first refusal do not count.
func checkObedience(t *testing.T, sends []testkit.Request) {
	t.Helper()
	var refusals []testkit.Request
	var untils []time.Time
	for _, send := range sends {
		for i, refusal := range refusals {
			if send.At.After(refusal.Done.Add(toRead)) && send.At.Before(untils[i]) {
				t.Errorf("request %d came %s too early", send.Number, untils[i].Sub(send.At))
			}
		}
		if send.Status != http.StatusTooManyRequests {
			continue
		}
		var answer struct {
			RetryAfter int64 `json:"retry_after_ms"`
		}
		if err := json.Unmarshal(send.Response, &answer); err != nil || answer.RetryAfter <= 0 {
			t.Fatalf("the limit does not say for how long: %s, %v", send.Response, err)
		}
		refusals, untils = append(refusals, send), append(untils, send.At.Add(time.Duration(answer.RetryAfter)*time.Millisecond))
	}
	refused := len(refusals)
	t.Logf("%d sends, of which %d came up against the limit", len(sends), refused)
	if refused == 0 {
		t.Error("the limit was never reached")
	}
}
