package endtoend

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// speech is a bot and a person in a room, for messages that the bot may or may not
// answer.
type speech struct {
	agent *testkit.Client
	me    id.UserID
	room  id.RoomID
}

func newSpeech(t *testing.T, hs *testkit.Homeserver, account testkit.Account) speech {
	t.Helper()
	testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account})
	agent := hs.Person(t, "agent", testkit.ClientOptions{})
	return speech{agent, account.UserID, invited(t, agent, account.UserID, testkit.Room{})}
}

// answers sends a message and returns the bot's answers to it. They are complete
// once the bot has answered the command that follows.
func (s speech) answers(t *testing.T, content map[string]any) []*event.Event {
	t.Helper()
	content["msgtype"] = "m.text"
	said := s.agent.Send(t, s.room, event.EventMessage, content)
	s.agent.AwaitAnswer(t, s.room, s.me, s.agent.Say(t, s.room, "!sill vlc"))
	return testkit.Answers(s.agent.Events(s.room), s.me, said)
}

// The bot answers messages that are addressed to it, in every form that clients give
// a mention, and none that is addressed to others or mentions the bot in passing.
func TestSpokenTo(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	s := newSpeech(t, hs, account)
	me := string(account.UserID)
	other := "@" + account.UserID.Localpart() + ":autre.test"
	linked := func(base, user, name, rest string) map[string]any {
		return map[string]any{
			"body": name + rest, "format": "org.matrix.custom.html",
			"formatted_body": `<a href="` + base + user + `">` + name + `</a>` + strings.ReplaceAll(rest, "\n", "<br>"),
			"m.mentions":     map[string]any{"user_ids": []string{user}},
		}
	}
	plain := func(text string) map[string]any {
		return map[string]any{"body": text, "m.mentions": map[string]any{}}
	}
	const matrixTo, tchap = "https://matrix.to/#/", "https://tchap.gouv.fr/#/user/"
	name := account.UserID.Localpart()
	for label, test := range map[string]struct {
		content map[string]any
		want    int
	}{
		"full id, line break":   {plain(me + "\nsill gimp"), 1},
		"name, line break":      {plain(name + "\n!sill gimp"), 1},
		"name, colon":           {plain(name + " : sill gimp"), 1},
		"link":                  {linked(matrixTo, me, "Un autre nom", ": sill gimp"), 1},
		"link, Tchap":           {linked(tchap, me, "Un autre nom", ", !sill gimp"), 1},
		"Markdown link":         {plain("[Un autre nom](" + matrixTo + me + ") sill gimp"), 1},
		"ping alone":            {map[string]any{"body": "sill gimp", "m.mentions": map[string]any{"user_ids": []string{me}}}, 1},
		"another server":        {plain(other + " peux-tu regarder ?"), 0},
		"another server, colon": {plain(other + ": sill gimp"), 0},
		"link to another":       {linked(matrixTo, other, name, ": sill gimp"), 0},
		"in mid-sentence":       {plain("je crois que " + name + " sait : sill gimp"), 0},
		"a sentence":            {plain(name + " est en panne depuis hier ?"), 0},
		"a sentence with a link": {
			linked(matrixTo, me, name, " est en panne depuis hier ?"), 0},
	} {
		got := s.answers(t, test.content)
		if len(got) != test.want {
			t.Errorf("%s: %d answers, want %d\n%s", label, len(got), test.want, testkit.Transcript(got))
		} else if test.want == 1 {
			mustSay(t, got[0], "GIMP", "Licence")
		}
	}
}

// The bot answers to its new display name while it runs, and to its nickname in a
// room.
func TestSpokenToByANewName(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	s := newSpeech(t, hs, account)
	self, err := hs.Login(t.Context(), account, testkit.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(self.Close)
	hears := func(name string) {
		t.Helper()
		s.agent.Await(t, s.room, func(evt *event.Event) bool {
			return evt.Type == event.StateMember && evt.GetStateKey() == string(s.me) && evt.Content.AsMember().Displayname == name
		})
		if got := s.answers(t, map[string]any{"body": name + ": sill gimp", "m.mentions": map[string]any{}}); len(got) != 1 {
			t.Errorf("called %q: %d answers", name, len(got))
		}
	}
	if err := self.SetDisplayName(t.Context(), "Assistant SILL"); err != nil {
		t.Fatal(err)
	}
	hears("Assistant SILL")
	_, err = self.SendStateEvent(t.Context(), s.room, event.StateMember, string(s.me), map[string]any{"membership": "join", "displayname": "Libre-Bot"})
	if err != nil {
		t.Fatal(err)
	}
	hears("Libre-Bot")
}

// The bot recognises commands despite the characters that phones and editors add.
func TestCommandsFromPhones(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	s := newSpeech(t, hs, hs.Account(t, "heraut"))
	for _, text := range []string{
		"\u200b!sill gimp", "\ufeff!sill gimp", "\u2060!sill gimp", "\u200e!sill gimp", "!\u200bsill gimp", "!sill\u200b gimp",
		"！sill gimp", "`!sill gimp`", "```\n!sill gimp\n```", "Bonjour,\n!sill gimp", "!sill\u00a0gimp",
	} {
		if got := s.answers(t, map[string]any{"body": text}); len(got) != 1 {
			t.Errorf("%+q has %d answers", text, len(got))
		}
	}
}

// An edited choice edits the card, even if the choice was a reply: an edit does not
// state the target of the reply.
func TestEditedChoiceEditsTheCard(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	s := newSpeech(t, hs, hs.Account(t, "heraut"))
	list := s.agent.AwaitAnswer(t, s.room, s.me, s.agent.Say(t, s.room, "!sill remplace google docs"))
	mustSay(t, list, "1. ", "2. ", "3. ")
	s.agent.AwaitAnswer(t, s.room, s.me, s.agent.Say(t, s.room, "!sill gimp"))
	choice := s.agent.Say(t, s.room, "le 1", testkit.ReplyingTo(list.ID))
	card := s.agent.AwaitAnswer(t, s.room, s.me, choice)
	before := body(card)
	for n, text := range []string{"option 2", "③"} {
		s.agent.Edit(t, s.room, choice, text)
		s.agent.AwaitAnswer(t, s.room, s.me, s.agent.Say(t, s.room, "!sill vlc"))
		edits := testkit.Edits(s.agent.Events(s.room), card.ID)
		if len(edits) != n+1 {
			t.Fatalf("the card has %d edits after %s", len(edits), text)
		}
		if now := testkit.Body(edits[n]); now == before || !strings.Contains(now, "Licence") {
			t.Errorf("%s: the card became\n%s", text, now)
		} else {
			before = now
		}
	}
	for _, evt := range s.agent.Events(s.room) {
		if evt.Type == event.EventRedaction && evt.Sender == s.me {
			t.Errorf("%s was deleted", evt.Redacts)
		}
	}
}
