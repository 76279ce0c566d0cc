package endtoend

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"

	"heraut/testkit"
)

// answerWithin sets answer_within in the bot's configuration.
func answerWithin(t *testing.T, bot *testkit.Bot, age string) {
	t.Helper()
	config := map[string]any{}
	content, err := os.ReadFile(bot.ConfigFile)
	if err == nil {
		err = json.Unmarshal(content, &config) // testkit writes JSON, which is YAML
	}
	if err == nil {
		config["answer_within"] = age
		content, err = json.Marshal(config)
	}
	if err == nil {
		err = os.WriteFile(bot.ConfigFile, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRelayGoesOn: the experts' room is upgraded, another bot of this kind writes in
// it, the asker leaves, and the bot misses messages that are too old to be answered.
func TestRelayGoesOn(t *testing.T) {
	t.Parallel()
	r := newRelayed(t, testkit.StartHomeserver(t), testkit.Room{}, testkit.Room{}, false)
	colleague := r.other
	r.asker.Invite(t, r.asks, colleague.UserID)
	colleague.Join(t, r.asks.String())

	question := r.asker.Say(t, r.asks, "!question Et après le déménagement ?")
	r.sees(r.answers, "Question n° 1")
	r.sees(r.asks, "posée")

	next := r.expert.Upgrade(t, r.answers, "12")
	r.expert.Invite(t, next, r.me)
	root := r.sees(next, "Suite de la question n° 1").ID
	r.bot.Restart(t)
	r.expert.Send(t, next, event.EventMessage, &event.Content{
		Parsed: &event.MessageEventContent{MsgType: event.MsgText, Body: "Dit par un autre Héraut.", RelatesTo: (&event.RelatesTo{}).SetThread(root, root)},
		Raw:    map[string]any{"heraut.post": "ABCDEF"},
	})
	r.expert.Say(t, next, "Tout continue.", testkit.InThread(root))
	r.sees(r.asks, "Tout continue.")
	r.asker.Say(t, r.asks, "Merci.", testkit.InThread(question))
	r.sees(next, "Merci.")

	// The bot carries messages from its downtime, however late; it no longer answers
	// old commands.
	r.bot.Stop()
	late := r.asker.Say(t, r.asks, "!sill gimp")
	r.expert.Say(t, next, "Dit pendant l’absence.", testkit.InThread(root))
	answerWithin(t, r.bot, "1s")
	time.Sleep(2 * time.Second) //nolint:forbidigo // what was said gets older
	r.bot.Start(t)
	r.sees(r.asks, "Dit pendant l’absence.")

	r.asker.Leave(t, r.asks)
	r.sees(next, "que l’auteur a quitté")
	r.expert.Say(t, next, "Pour les autres.", testkit.InThread(root))
	told := colleague.Await(t, r.asks, func(evt *event.Event) bool {
		return evt.Sender == r.me && strings.Contains(act(evt), "Pour les autres.")
	})
	if users := told.Content.AsMessage().Mentions.UserIDs; len(users) > 0 {
		t.Errorf("who left is called: %v", users)
	}
	for _, evt := range colleague.Events(r.asks) {
		if evt.Sender == r.me && strings.Contains(act(evt), "autre Héraut") {
			t.Errorf("another bot is carried: %s", act(evt))
		}
		if testkit.IsAnswer(evt, r.me, late) {
			t.Errorf("a late command is answered: %s", act(evt))
		}
	}
}
