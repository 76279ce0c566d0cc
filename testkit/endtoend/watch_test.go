package endtoend

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// newRepository matches the beginning of an announcement of a repository.
var newRepository = regexp.MustCompile(`Nouveau dépôt\x{a0}: (\S+)`)

// announced returns the repositories that the bot announced one by one, in order.
func announced(events []*event.Event, bot id.UserID) (names []string) {
	for _, evt := range events {
		if evt.Sender != bot || evt.Type != event.EventMessage {
			continue
		}
		for _, m := range newRepository.FindAllStringSubmatch(body(evt), -1) {
			names = append(names, strings.TrimRight(m[1], ","))
		}
	}
	return names
}

// awaitRounds waits until the bot has read the whole source n more times.
func awaitRounds(t *testing.T, api *testkit.RepositoryAPI, n int) {
	t.Helper()
	// The last round that began is complete once the next one begins.
	until, deadline := api.Rounds()+n+1, time.Now().Add(time.Minute)
	for api.Rounds() < until {
		if time.Now().After(deadline) {
			t.Fatal("the source is not read any more")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// awaitLog waits until the bot's log has a text.
func awaitLog(t *testing.T, bot *testkit.Bot, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(bot.Log(), text); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the log lacks %q", text)
		}
	}
}

// TestWatches: three rooms watch one source, each with its own filter and rhythm,
// across a kill, a change by a moderator and an outage.
func TestWatches(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	moderator := hs.Person(t, "moderator", encrypted)
	member := hs.Person(t, "member", testkit.ClientOptions{})
	operator := hs.Person(t, "operator", encrypted)
	clear := moderator.Room(t, testkit.Room{Alias: "go", Public: true})
	secret := moderator.Room(t, testkit.Room{Alias: "reste", Public: true, Encrypted: true})
	daily := moderator.Room(t, testkit.Room{Alias: "jour", Public: true})
	member.Join(t, clear.String())

	api := testkit.StartRepositoryAPI()
	t.Cleanup(api.Close)
	api.Publish(testkit.Repository{Name: "ville/ancien", Language: "Go"}, testkit.Repository{Name: "hydro/ancien"})
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	speaks := time.Now().Add(100 * time.Second).In(zone).Truncate(time.Minute)
	watch := func(filter, rhythm string) []map[string]string {
		return []map[string]string{{"source": "depots", "filter": filter, "rhythm": rhythm}}
	}
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account,
		Set: map[string]any{
			"operators": []string{operator.UserID.String()},
			"quiet":     map[string]any{"nights": "", "weekends": false, "holidays": false},
			"sources":   []map[string]any{{"name": "depots", "kind": "ecosystems", "url": api.URL, "every": "1s", "settle": "0s"}},
			"rooms": []map[string]any{
				{"room": "#go:" + hs.Name, "watches": watch("langage:go", "immediat")},
				{"room": "#reste:" + hs.Name, "watches": watch("-langage:go", "immediat")},
				{"room": "#jour:" + hs.Name, "watches": watch("organisation:hydro", "quotidien "+speaks.Format("15:04"))},
			},
		},
	})
	for _, room := range []id.RoomID{clear, secret, daily} {
		moderator.AwaitMember(t, room, me, event.MembershipJoin)
	}
	alerts := invited(t, operator, me, testkit.Room{Direct: true, Encrypted: true})
	awaitRounds(t, api, 2) // repositories of the first round are not announced

	api.Publish(
		testkit.Repository{Name: "ville/un", Language: "Go"}, testkit.Repository{Name: "hydro/deux", Language: "Python"},
		testkit.Repository{Name: "ville/trois", Language: "Go"}, testkit.Repository{Name: "ville/copie", Language: "Go", Fork: true},
	)
	awaitRounds(t, api, 1)
	bot.Kill()
	api.Publish(testkit.Repository{Name: "hydro/quatre", Language: "Go"}, testkit.Repository{Name: "ville/cinq", Language: "Rust"})
	bot.Start(t)
	awaitTold := func(room id.RoomID, name string) {
		t.Helper()
		moderator.Await(t, room, func(evt *event.Event) bool {
			return slices.Contains(announced([]*event.Event{evt}, me), name)
		})
	}
	awaitTold(clear, "quatre")
	awaitTold(secret, "cinq")

	const add = "!veille ajouter depots langage:rust"
	mustSay(t, member.AwaitAnswer(t, clear, me, member.Say(t, clear, add)), "Seuls les modérateurs")
	mustSay(t, moderator.AwaitAnswer(t, clear, me, moderator.Say(t, clear, add)), "C’est noté", "langage:rust")
	mustSay(t, moderator.AwaitAnswer(t, secret, me, moderator.Say(t, secret, "!veille ajouter depots nom:aucun")), "C’est noté")
	mustSay(t, member.AwaitAnswer(t, clear, me, member.Say(t, clear, "!veille")), "langage:go", "langage:rust", "source lue le ")
	mustSay(t, member.AwaitAnswer(t, clear, me, member.Say(t, clear, "!veille tester depots organisation:hydro")), "deux", "quatre")
	api.Publish(testkit.Repository{Name: "ville/six", Language: "Rust"})
	awaitTold(clear, "six")
	awaitTold(secret, "six")

	awaitAlert := func(text string) {
		t.Helper()
		alert := operator.Await(t, alerts, func(evt *event.Event) bool {
			return evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(body(evt), text)
		})
		content := alert.Content.AsMessage()
		if content.MsgType != event.MsgText || !slices.Equal(content.Mentions.UserIDs, []id.UserID{operator.UserID}) {
			t.Errorf("an alert that does not ring: %s, mentions %v", content.MsgType, content.Mentions)
		}
	}
	api.Break(http.StatusInternalServerError)
	awaitAlert("ne peut plus être lue")
	awaitLog(t, bot, "La source « depots » ne peut plus être lue")
	mustSay(t, member.AwaitAnswer(t, clear, me, member.Say(t, clear, "!veille")), "source illisible")
	api.Break(0)
	awaitAlert("répond de nouveau")

	ctx, cancel := context.WithDeadline(t.Context(), speaks.Add(time.Minute))
	defer cancel()
	digest, err := moderator.Wait(ctx, daily, func(evt *event.Event) bool {
		return evt.Sender == me && evt.Type == event.EventMessage
	})
	if err != nil {
		t.Fatal(err)
	}
	mustSay(t, digest, "nouveaux dépôts", "deux (https://git.example.org/hydro/deux) et quatre (")
	if at := time.UnixMilli(digest.Timestamp); at.Before(speaks) || at.After(speaks.Add(30*time.Second)) {
		t.Errorf("the digest of %s came at %s", speaks, at.In(zone))
	}
	awaitRounds(t, api, 2)
	last := member.Say(t, clear, "!sill gimp")
	member.AwaitAnswer(t, clear, me, last)

	for room, want := range map[id.RoomID][]string{
		clear: {"un", "trois", "quatre", "six"}, secret: {"deux", "cinq", "six"}, daily: nil,
	} {
		if got := announced(moderator.History(t, room), me); !slices.Equal(got, want) {
			t.Errorf("a room was told of %v, want %v", got, want)
		}
	}
	said := 0
	for _, room := range []id.RoomID{clear, secret, daily} {
		for _, evt := range moderator.History(t, room) {
			if room == daily && evt.Sender == me && evt.Type == event.EventMessage {
				said++
			}
			if evt.Sender == me && strings.Contains(body(evt), "ne peut plus") {
				t.Errorf("a room was told of an outage: %s", body(evt))
			}
		}
	}
	told := 0
	for _, evt := range operator.History(t, alerts) {
		if evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(body(evt), "La source") {
			told++
		}
	}
	if told != 2 {
		t.Errorf("the operator was told %d times of one outage and its end", told)
	}
	if said != 1 {
		t.Errorf("the room with a digest got %d messages", said)
	}
}
