package endtoend

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// phrases holds the commands and answers of TestManage in one language.
type phrases struct {
	configured                               string // the bot's configured language, unlike the room's
	language, noted                          string
	watch, watched, relay, relayed           string
	refused, operators, unverified, here     string
	journal, journalSays, remove, everything string
	settings, declared, watches, watchFile   string
}

var managed = map[string]phrases{
	"fr": {
		"en", "!salon langue fr", "C’est noté", "!veille ajouter depots langage:go", "C’est noté", "!relais ajouter libre de ici vers ", "libre",
		"Seuls les modérateurs", "Seuls les exploitants", "appareil n’est pas vérifié", "!aide",
		"!bot journal", "veille", "!veille retirer 1", "appareil",
		"!salon", "français (fixé par la configuration)", "!veille", "fixée par la configuration",
	},
	"en": {
		"fr", "!room language en", "Noted", "!watch add depots language:go", "Noted", "!relay add libre from here to ", "libre",
		"Only moderators", "Only the bot’s operators", "device is not verified", "!help",
		"!bot log", "watch", "!watch remove 1", "device",
		"!room", "English (set by the configuration)", "!watch", "set by the configuration",
	},
}

// TestManage: an operator and a moderator set up the bot from the chat, others try
// forbidden commands, and the settings move to an empty state.
func TestManage(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	for lang, said := range managed {
		t.Run(lang, func(t *testing.T) { manage(t, hs, lang, said) })
	}
}

func manage(t *testing.T, hs *testkit.Homeserver, lang string, said phrases) {
	account := hs.Account(t, "heraut-"+lang)
	me := account.UserID
	operator := hs.Person(t, "operator-"+lang, encrypted)
	moderator := hs.Person(t, "moderator-"+lang, encrypted)
	member := hs.Person(t, "member-"+lang, encrypted)
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID},
		Set: map[string]any{
			"language": said.configured,
			"sources":  []map[string]any{{"name": "depots", "kind": "repositories", "url": "absent.json", "every": "24h"}},
		},
	})
	greeted := func(evt *event.Event) bool { return evt.Sender == me && evt.Type == event.EventMessage }
	room := operator.Room(t, testkit.Room{Name: "BlueHats", Encrypted: true, Invite: []id.UserID{moderator.UserID, member.UserID, me}})
	moderator.Join(t, room.String())
	member.Join(t, room.String())
	operator.SetPower(t, room, moderator.UserID, 50)
	operator.Await(t, room, greeted)
	experts := operator.Room(t, testkit.Room{Name: "Experts", Encrypted: true, Invite: []id.UserID{me}})
	operator.Await(t, experts, greeted)
	direct := operator.Room(t, testkit.Room{Direct: true, Invite: []id.UserID{me}})
	operator.Await(t, direct, greeted)
	ask := func(c *testkit.Client, in id.RoomID, text string, manners ...testkit.Manner) *event.Event {
		t.Helper()
		return c.AwaitAnswer(t, in, me, c.Say(t, in, text, manners...))
	}

	mustSay(t, ask(moderator, room, said.language), said.noted)
	mustSay(t, ask(moderator, room, said.watch), said.watched)
	link := "https://matrix.to/#/" + string(experts) + "?via=" + hs.Name
	mustSay(t, ask(operator, room, said.relay+link), said.relayed)
	for _, change := range []string{said.language, said.watch} {
		mustSay(t, ask(member, room, change), said.refused)
	}
	mustSay(t, ask(moderator, room, said.relay+link), said.operators)

	operator.SetPower(t, room, moderator.UserID, 0)
	mustSay(t, ask(moderator, room, said.remove), said.refused)

	spoof(t, hs, bot, me, operator, room, said)

	// In the direct message the bot uses the configured language.
	other := managed[said.configured]
	log := ask(operator, direct, other.journal)
	mustSay(t, log, string(moderator.UserID), string(operator.UserID), "depots", "libre")
	mustSay(t, ask(operator, room, said.journal), said.journalSays, "BlueHats")
	mustSay(t, ask(operator, room, "!bot securite"), said.everything, string(operator.UserID))

	silent(t, hs, account, operator, direct, said)
	moveToEmptyState(t, bot, account, operator, member, room, said)
}

// spoof makes people who resemble the operator try to act as one.
func spoof(t *testing.T, hs *testkit.Homeserver, bot *testkit.Bot, me id.UserID, operator *testkit.Client, room id.RoomID, said phrases) {
	t.Helper()
	name := strings.TrimPrefix(string(operator.UserID), "@operator")
	name, _, _ = strings.Cut(name, ":")
	mallory := hs.Person(t, "0perator"+name, encrypted)
	operator.Invite(t, room, mallory.UserID)
	mallory.Join(t, room.String())
	for _, display := range []string{"operator", string(operator.UserID)} {
		if err := mallory.SetDisplayName(t.Context(), display); err != nil {
			t.Fatal(err)
		}
		mallory.Await(t, room, func(evt *event.Event) bool {
			return evt.Type == event.StateMember && evt.Content.AsMember().Displayname == display
		})
		mustSay(t, mallory.AwaitAnswer(t, room, me, mallory.Say(t, room, "!bot etat")), said.operators)
	}
	// A quote of the operator's message, with and without a command.
	by := operator.Say(t, room, "!bot etat")
	operator.AwaitAnswer(t, room, me, by)
	quoted := "> <" + string(operator.UserID) + "> !bot etat\n\n"
	silentReply := mallory.Say(t, room, quoted+"merci", testkit.ReplyingTo(by))
	mustSay(t, mallory.AwaitAnswer(t, room, me, mallory.Say(t, room, quoted+"!bot etat", testkit.ReplyingTo(by))), said.operators)
	if answers := testkit.Answers(mallory.Events(room), me, silentReply); len(answers) != 0 {
		t.Errorf("a quoted command was answered: %s", body(answers[0]))
	}
	// The operator's own account, on an unverified device.
	device, err := hs.Login(t.Context(), operator.Account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(device.Close)
	mustSay(t, device.AwaitAnswer(t, room, me, device.Say(t, room, "!bot etat")), said.operators, said.unverified)
}

// silent checks that the bot stays silent in a space and in a room that is not set
// up, until the operator sets it up.
func silent(t *testing.T, hs *testkit.Homeserver, account testkit.Account, operator *testkit.Client, direct id.RoomID, said phrases) {
	t.Helper()
	itself, err := hs.Login(t.Context(), account, testkit.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer itself.Close()
	hidden := operator.Room(t, testkit.Room{Name: "Hidden", Public: true})
	itself.Join(t, hidden.String())
	operator.AwaitMember(t, hidden, account.UserID, event.MembershipJoin)
	before := []id.EventID{operator.Say(t, hidden, "!aide"), operator.Say(t, hidden, "!bot etat")}
	ask := func(text string) *event.Event {
		t.Helper()
		return operator.AwaitAnswer(t, direct, account.UserID, operator.Say(t, direct, text))
	}
	mustSay(t, ask("!bot salons"), string(hidden))
	for _, command := range before {
		if answers := testkit.Answers(operator.History(t, hidden), account.UserID, command); len(answers) != 0 {
			t.Errorf("the bot spoke in a room that is not set up: %s", body(answers[0]))
		}
	}
	ask("!salon " + hidden.String() + " role essai")
	mustSay(t, operator.AwaitAnswer(t, hidden, account.UserID, operator.Say(t, hidden, "!aide")), "Héraut", "essai")
	// The operator makes the bot leave: the bot asks, and a reaction in a direct
	// message confirms.
	question := ask("!bot quitter " + hidden.String())
	operator.React(t, direct, question.ID, "✅")
	operator.AwaitMember(t, hidden, account.UserID, event.MembershipLeave)
}

// moveToEmptyState exports the settings and starts the bot with them on an empty
// state.
func moveToEmptyState(t *testing.T, bot *testkit.Bot, account testkit.Account, operator, member *testkit.Client, room id.RoomID, said phrases) {
	t.Helper()
	me := account.UserID
	if found, err := bot.Command(t.Context(), "doctor").CombinedOutput(); err == nil || !strings.Contains(string(found), "source depots\u202f: ce fichier n’existe pas") ||
		!strings.Contains(string(found), "appareil ") || !strings.Contains(string(found), "horloge\u202f: bon\n") || !strings.Contains(string(found), "clé de récupération\u202f: bon\n") || !strings.Contains(string(found), "service\u202f: bon") {
		t.Errorf("bot doctor: %v\n%s", err, found)
	}
	var exported, complaints bytes.Buffer
	export := bot.Command(t.Context(), "export", "settings")
	export.Stdout, export.Stderr = &exported, &complaints
	if err := export.Run(); err != nil {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	if strings.Contains(exported.String(), account.Password) {
		t.Error("the exported settings hold the password")
	}
	bot.Stop()
	file := strings.Replace(exported.String(), "\nmatrix:\n", "\nmatrix:\n  password: \""+account.Password+"\"\n", 1)
	state := filepath.Join(bot.Dir, "data")
	file = strings.Replace(file, "\nstate: "+state, "\nstate: "+filepath.Join(bot.Dir, "empty"), 1)
	if err := os.WriteFile(bot.ConfigFile, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, err := bot.Command(t.Context(), "check").CombinedOutput(); err != nil {
		t.Fatalf("the exported settings are not accepted: %s\n%s", status, file)
	}
	bot.Start(t)
	ask := func(c *testkit.Client, text string) *event.Event {
		t.Helper()
		return c.AwaitAnswer(t, room, me, c.Say(t, room, text))
	}
	mustSay(t, ask(member, said.settings), said.declared)
	mustSay(t, ask(member, said.watches), "depots", "langage:go", said.watchFile)
	mustSay(t, ask(member, said.language), said.refused)
	mustSay(t, ask(operator, "!relais"), "libre")
	mustSay(t, ask(operator, "!bot etat"), "version")
}
