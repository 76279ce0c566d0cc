package endtoend

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestCatalogues: two rooms with different catalogues and languages, over a restart
// and a move of the settings to an empty state.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	operator := hs.Person(t, "operator", testkit.ClientOptions{})
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	italia := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := "italia-1.json"
		if r.URL.Query().Has("page[after]") {
			page = "italia-2.json"
		}
		http.ServeFile(w, r, filepath.Join(root, "commons", "testdata", page))
	}))
	t.Cleanup(italia.Close)
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID},
		Set: map[string]any{"catalogue.word": "catalogue", "catalogues": []map[string]string{
			{"name": "italia", "label": "Developers Italia", "kind": "italia", "url": italia.URL + "/v1/software", "language": "it", "credit": "Data: AgID"},
			{"name": "beta", "label": "beta.gouv.fr", "kind": "betagouv", "url": filepath.Join(root, "commons", "testdata", "betagouv.json")},
		}},
	})
	awaitLog(t, bot, "New catalogue in force")
	first := invited(t, operator, me, testkit.Room{})
	second := invited(t, operator, me, testkit.Room{})
	ask := func(room id.RoomID, text string, wants ...string) {
		t.Helper()
		mustSay(t, operator.AwaitAnswer(t, room, me, operator.Say(t, room, text)), wants...)
	}
	// The other catalogues are read after the start.
	awaitBody(t, operator, first, me, "!commun prendre rendez-vous avec un agent", "Rendez-vous")
	ask(second, "!salon catalogues italia", "C’est noté", "italia")
	ask(second, "!salon langue en", "English")
	speaks := func() {
		t.Helper()
		ask(first, "!sill gimp", "GIMP", "Données du SILL")
		ask(first, "!commun idée que personne n’a reprise", "Vieille idée", "projet abandonné")
		ask(second, "!sill mensa", "Mensa", "Fatturazione", "the catalogue Developers Italia", "Data: AgID", "equipe@example.org")
		ask(second, "!catalogue vecchio", "project abandoned")
		ask(second, "!sill gimp", "the catalogue Developers Italia")
	}
	speaks()
	bot.Stop()
	bot.Start(t)
	awaitBody(t, operator, second, me, "!sill mensa", "Fatturazione")
	awaitBody(t, operator, first, me, "!commun prendre rendez-vous avec un agent", "Rendez-vous")
	speaks()
	moveSettings(t, bot, account)
	awaitBody(t, operator, second, me, "!sill mensa", "Fatturazione")
	awaitBody(t, operator, first, me, "!commun prendre rendez-vous avec un agent", "Rendez-vous")
	speaks()
}

// moveSettings exports the settings and starts the bot with them on an empty state.
func moveSettings(t *testing.T, bot *testkit.Bot, account testkit.Account) {
	t.Helper()
	exported, err := bot.Command(t.Context(), "export", "settings").Output()
	if err != nil {
		t.Fatal(err)
	}
	bot.Stop()
	file := strings.Replace(string(exported), "\nmatrix:\n", "\nmatrix:\n  password: \""+account.Password+"\"\n", 1)
	file = strings.Replace(file, "\nstate: "+filepath.Join(bot.Dir, "data"), "\nstate: "+filepath.Join(bot.Dir, "empty"), 1)
	if err := os.WriteFile(bot.ConfigFile, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	bot.Start(t)
}

// awaitBody asks until the answer has a text.
func awaitBody(t *testing.T, c *testkit.Client, room id.RoomID, bot id.UserID, line, text string) {
	t.Helper()
	var answer *event.Event
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if answer = c.AwaitAnswer(t, room, bot, c.Say(t, room, line)); strings.Contains(body(answer), text) {
			return
		}
	}
	t.Fatalf("%s is answered by %s", line, body(answer))
}
