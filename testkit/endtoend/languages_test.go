package endtoend

import (
	"path/filepath"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestLanguages: a room speaks a language that only a folder of the operators knows, over
// a restart; another room stays French.
func TestLanguages(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	operator := hs.Person(t, "operator", testkit.ClientOptions{})
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID},
		Set: map[string]any{"languages": filepath.Join(root, "locale", "testdata", "languages")},
	})
	awaitLog(t, bot, "New catalogue in force")
	french := invited(t, operator, me, testkit.Room{})
	italian := invited(t, operator, me, testkit.Room{})
	ask := func(room id.RoomID, text string, wants ...string) *event.Event {
		t.Helper()
		answer := operator.AwaitAnswer(t, room, me, operator.Say(t, room, text))
		mustSay(t, answer, wants...)
		return answer
	}
	ask(italian, "!salon langue klingon", "it", "italiano")
	ask(italian, "!salon langue italiano", "Fatto: lingua: italiano")
	speaks := func() {
		t.Helper()
		ask(italian, "!software gimp", "Licenza:", "Sistemi:", "Dati del SILL del")
		ask(italian, "!aiuto", "!software gimp: trovare un software libero")
		ask(italian, "!software diventare referente", "Dichiaratevi sulla pagina")
		ask(italian, "!sill compare gimp, krita", "The SILL has no software") // the folder lacks it
		ask(french, "!sill gimp", "Licence", "Données du SILL")
	}
	speaks()
	bot.Stop()
	bot.Start(t)
	awaitBody(t, operator, italian, me, "!software gimp", "Licenza:")
	speaks()
}
