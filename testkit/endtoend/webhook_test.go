package endtoend

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// hookAddress matches the address of a hook in the bot's message.
var hookAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+/h/[a-z0-9]{26}`)

// withWebhooks enables the webhooks in a bot's configuration.
func withWebhooks(t *testing.T, set map[string]any) map[string]any {
	t.Helper()
	port, err := testkit.FreePort(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	set["webhooks.listen"], set["webhooks.url"] = address, "http://"+address
	return set
}

// postHook posts a text, and returns the status and the body of the response;
// without a response, 0 and the error.
func postHook(ctx context.Context, address, contentType, text, key string) (int, string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(text))
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("Content-Type", contentType)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(answer)
}

// hookOffice is a bot with webhooks, an encrypted room with a moderator, and their
// direct message with the bot.
type hookOffice struct {
	*testing.T
	hs           *testkit.Homeserver
	bot          *testkit.Bot
	proxy        *testkit.Proxy
	me           id.UserID
	owner        *testkit.Client
	room, direct id.RoomID
}

func newHookOffice(t *testing.T) *hookOffice {
	t.Helper()
	o := &hookOffice{T: t, hs: testkit.StartHomeserver(t)}
	account := o.hs.Account(t, "heraut")
	o.me = account.UserID
	var err error
	if o.proxy, err = testkit.StartProxy(o.hs.URL, 1); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.proxy.Close)
	o.owner = o.hs.Person(t, "owner", encrypted)
	o.bot = testkit.StartBot(t, testkit.BotConfig{
		Homeserver: o.proxy.URL, Account: account, Set: withWebhooks(t, map[string]any{"webhooks.per_minute": 600}),
	})
	greeted := func(evt *event.Event) bool { return evt.Sender == o.me && evt.Type == event.EventMessage }
	o.room = o.owner.Room(t, testkit.Room{Name: "Production", Encrypted: true, Public: true, Invite: []id.UserID{o.me}})
	o.owner.Await(t, o.room, greeted)
	o.direct = o.owner.Room(t, testkit.Room{Direct: true, Encrypted: true, Invite: []id.UserID{o.me}})
	o.owner.Await(t, o.direct, greeted)
	return o
}

// ask sends a command in the room, and checks the answer.
func (o *hookOffice) ask(text string, wants ...string) {
	o.Helper()
	mustSay(o.T, o.owner.AwaitAnswer(o.T, o.room, o.me, o.owner.Say(o.T, o.room, text)), wants...)
}

// address makes or renews a hook, and returns its address from the direct message;
// before is the former address.
func (o *hookOffice) address(command, before string) string {
	o.Helper()
	o.ask(command, "C’est fait")
	given := o.owner.Await(o.T, o.direct, func(evt *event.Event) bool {
		found := hookAddress.FindString(body(evt))
		return evt.Sender == o.me && found != "" && found != before
	})
	return hookAddress.FindString(body(given))
}

func (o *hookOffice) ok(address, contentType, text string) {
	o.Helper()
	if status, answer := postHook(o.Context(), address, contentType, text, ""); status != http.StatusOK || answer != "ok" {
		o.Fatalf("posting is answered with %d %q", status, answer)
	}
}

const firing = `{"version":"4","status":"%[1]s","receiver":"heraut","groupLabels":{},"commonLabels":{},"alerts":[{"status":"%[1]s",
	"labels":{"alertname":"Disque plein","instance":"srv1"},"annotations":{"summary":"Il reste 2 %%"},"startsAt":"2026-11-30T13:00:00Z",
	"endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://prometheus.example.org/graph","fingerprint":"srv1"}]}`

// TestWebhooks: tools post into an encrypted room, across a renewed address, an
// upgrade and the bot's removal.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	o := newHookOffice(t)
	address := o.address("!webhook creer supervision", "")
	sees := func(room id.RoomID, text string) *event.Event {
		t.Helper()
		return o.owner.Await(t, room, func(evt *event.Event) bool {
			return evt.Sender == o.me && evt.Type == event.EventMessage && strings.Contains(body(evt), text)
		})
	}
	t.Run("read by the client of most people", func(t *testing.T) {
		agent := o.hs.JSPerson(t, "agent", testkit.JSOptions{OnlySigned: true})
		agent.Join(t, o.room)
		o.owner.AwaitMember(t, o.room, id.NewUserID("agent", o.hs.Name), event.MembershipJoin)
		o.ok(address, "application/json", `{"text":"Déploiement *terminé* <https://ci.example.org/7|n° 7> <!channel>"}`)
		m := agent.Await(t, func(m testkit.JSMessage) bool { return m.Sender == o.me && strings.Contains(m.Body, "Déploiement") })
		if m.Failure != "" || !m.Encrypted || !strings.Contains(m.Body, "terminé n° 7 (https://ci.example.org/7) @channel") {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("an alert goes on and ends", func(t *testing.T) {
		o.ok(address, "application/json", fmt.Sprintf(firing, "firing"))
		alert := sees(o.room, "Alerte – en cours (firing)")
		o.ok(address, "application/json", fmt.Sprintf(firing, "firing"))
		sees(o.room, "2 fois depuis")
		o.ok(address, "application/json", fmt.Sprintf(firing, "resolved"))
		o.owner.Await(t, o.room, func(evt *event.Event) bool {
			return evt.Sender == o.me && strings.Contains(body(evt), "Terminé à") &&
				evt.Content.AsMessage().OptionalGetRelatesTo().GetThreadParent() == alert.ID
		})
		last := ""
		for _, evt := range testkit.Edits(o.owner.Events(o.room), alert.ID) {
			if content := evt.Content.AsMessage().NewContent; content != nil {
				last = content.FormattedBody
			}
		}
		if !strings.Contains(last, "<del>") {
			t.Errorf("the alert that ended is %s", last)
		}
	})
	t.Run("a renewed address", func(t *testing.T) {
		former := address
		address = o.address("!webhook renouveler supervision", former)
		if status, _ := postHook(t.Context(), former, "text/plain", "ancien", ""); status != http.StatusNotFound {
			t.Errorf("the former address answers %d", status)
		}
		o.ok(address, "text/plain", "par la nouvelle adresse")
		sees(o.room, "par la nouvelle adresse")
	})
	t.Run("an upgrade", func(t *testing.T) {
		next := o.owner.Upgrade(t, o.room, "12") // the owner is the creator of this version 12 room and has all power
		o.owner.AwaitMember(t, next, o.me, event.MembershipJoin)
		o.room = next
		o.ask("!webhook", "supervision")
		o.ok(address, "text/plain", "dans le nouveau salon")
		sees(next, "dans le nouveau salon")
	})
	t.Run("the bot's removal", func(t *testing.T) {
		if _, err := o.owner.KickUser(t.Context(), o.room, &mautrix.ReqKickUser{UserID: o.me}); err != nil {
			t.Fatal(err)
		}
		o.owner.Await(t, o.direct, func(evt *event.Event) bool {
			return evt.Sender == o.me && strings.Contains(body(evt), "supervision est désactivé")
		})
		if status, _ := postHook(t.Context(), address, "text/plain", "trop tard", ""); status != http.StatusNotFound {
			t.Errorf("the hook of a room without the bot answers %d", status)
		}
	})
	if secret := address[strings.LastIndexByte(address, '/')+1:]; strings.Contains(o.bot.Log(), secret) {
		t.Error("the secret is in the log")
	}
}

// webhookRounds returns the number of kills: HERAUT_WEBHOOK_ROUNDS, or 4.
func webhookRounds() int {
	if n, err := strconv.Atoi(os.Getenv("HERAUT_WEBHOOK_ROUNDS")); err == nil {
		return n
	}
	return 4
}

// TestWebhooksAndKills kills the bot between its «ok» and its send, or in the middle
// of the send: the room gets each accepted message once.
func TestWebhooksAndKills(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	o := newHookOffice(t)
	address := o.address("!webhook creer ci", "")
	var accepted []string
	for round := range webhookRounds() {
		killed := make(chan struct{})
		kill := func() {
			o.bot.Kill()
			close(killed)
		}
		remove := func() {}
		if round%2 == 0 {
			do := testkit.Run(kill)
			if round%4 == 0 {
				do = testkit.AfterActing(do)
			}
			remove = o.proxy.Add(testkit.Rule{Name: "kill", Times: 1, Skip: rand.IntN(2), Do: do, Match: func(r *testkit.Request) bool {
				return r.Method == http.MethodPut && strings.Contains(r.Path, "/send/")
			}})
		}
		for i := range 3 {
			mark := fmt.Sprintf("tour-%d-message-%d.", round, i)
			status, _ := postHook(t.Context(), address, "text/plain", mark, mark)
			if round%2 == 1 && i == 2 { // right after the response
				time.Sleep(rand.N(20 * time.Millisecond))
				kill()
			}
			if status != http.StatusOK {
				<-killed
				remove()
				remove = func() {}
				break // the sender retries after the restart
			}
			accepted = append(accepted, mark)
		}
		select {
		case <-killed:
		case <-time.After(30 * time.Second):
			t.Fatal("the bot sent nothing to be killed at")
		}
		remove()
		o.bot.Start(t)
		for i := range 3 { // an uncertain sender retries
			mark := fmt.Sprintf("tour-%d-message-%d.", round, i)
			if status, answer := postHook(t.Context(), address, "text/plain", mark, mark); status != http.StatusOK {
				t.Fatalf("after the restart: %d %s", status, answer)
			}
		}
	}
	last := fmt.Sprintf("tour-%d-message-2.", webhookRounds()-1)
	o.owner.Await(t, o.room, func(evt *event.Event) bool { return evt.Sender == o.me && strings.Contains(body(evt), last) })
	times := map[string]int{}
	order := 0
	for _, evt := range o.owner.Events(o.room) {
		var round, n int
		if evt.Sender != o.me || evt.Type != event.EventMessage {
			continue
		}
		if _, err := fmt.Sscanf(body(evt), "tour-%d-message-%d.", &round, &n); err != nil {
			continue
		}
		times[body(evt)]++
		if at := round*3 + n; at < order {
			t.Errorf("%s comes after a later one", body(evt))
		} else {
			order = at
		}
	}
	lost, twice := 0, 0
	for round := range webhookRounds() {
		for i := range 3 {
			switch times[fmt.Sprintf("tour-%d-message-%d.", round, i)] {
			case 0:
				lost++
			case 1:
			default:
				twice++
			}
		}
	}
	t.Logf("rounds=%d messages=%d accepted at first=%d lost=%d twice=%d", webhookRounds(), 3*webhookRounds(), len(accepted), lost, twice)
	if lost > 0 || twice > 0 {
		t.Errorf("%d lost, %d twice", lost, twice)
	}
}
