package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestHeldCatalogue: the bot holds back a catalogue that doubles in size, across
// restarts; the operators get one notice, and accept the catalogue.
func TestHeldCatalogue(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	operator := hs.Person(t, "operator", testkit.ClientOptions{})
	path := filepath.Join(t.TempDir(), "sill.json")
	publish := func(n int) {
		t.Helper()
		var entries []string
		for i := range n {
			entries = append(entries, fmt.Sprintf(`{"id": %d, "name": "Logiciel %d", "license": "MIT"}`, i+1, i+1))
		}
		if err := os.WriteFile(path, []byte("["+strings.Join(entries, ",")+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	publish(30)
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, SILL: path, Operators: []id.UserID{operator.UserID}})
	direct := invited(t, operator, me, testkit.Room{Direct: true})
	ask := func(text string, wants ...string) {
		t.Helper()
		mustSay(t, operator.AwaitAnswer(t, direct, me, operator.Say(t, direct, text)), wants...)
	}
	ask("!bot catalogue", "30 logiciels")
	const told = "Une nouvelle version est retenue"
	for range 2 { // the restart brings no second notice
		bot.Stop()
		publish(60)
		bot.Start(t)
		operator.Await(t, direct, func(evt *event.Event) bool { return evt.Sender == me && strings.Contains(body(evt), told) })
	}
	ask("!bot catalogue", "elle a 60 logiciels, et celle en vigueur 30")
	ask("!bot catalogue accepter", "60 logiciels au lieu de 30")
	ask("!bot catalogue", "60 logiciels")
	n := 0
	for _, evt := range operator.History(t, direct) {
		if evt.Sender == me && strings.Contains(body(evt), "Un tel écart") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the operator was told %d times:\n%s", n, testkit.Transcript(operator.History(t, direct)))
	}
	bot.Stop()
	bot.Start(t)
	ask("!bot catalogue", "60 logiciels")
}
