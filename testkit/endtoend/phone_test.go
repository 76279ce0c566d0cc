package endtoend

import (
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestOnAPhone walks through what people do with one thumb: they write to the bot, tap
// a number under a list, ask experts, and see what was carried.
func TestOnAPhone(t *testing.T) {
	hs := testkit.StartHomeserver(t)
	r := newRelayedAt(t, hs, hs.URL, testkit.Room{}, testkit.Room{}, true, map[string]any{
		"reactions": map[string]any{"carried": true, "choices": true},
		"links":     "https://tchap.gouv.fr",
	})
	isBots := func(kind event.Type, text string) func(*event.Event) bool {
		return func(evt *event.Event) bool {
			return evt.Sender == r.me && evt.Type == kind && strings.Contains(spaces.Replace(act(evt)), text)
		}
	}

	t.Run("one greeting", func(t *testing.T) {
		direct := r.asker.Room(t, testkit.Room{Direct: true, Invite: []id.UserID{r.me}})
		r.asker.Say(t, direct, "Bonjour !")
		r.asker.Await(t, direct, isBots(event.EventMessage, "des commandes est facultatif"))
		command := r.asker.Say(t, direct, "gimp")
		mustSay(t, r.asker.AwaitAnswer(t, direct, r.me, command), "GIMP")
		greetings := slices.DeleteFunc(r.asker.History(t, direct), func(evt *event.Event) bool {
			return !isBots(event.EventMessage, "je suis Héraut")(evt)
		})
		if len(greetings) != 1 {
			t.Errorf("%d greetings", len(greetings))
		}
	})

	t.Run("no quote", func(t *testing.T) {
		direct := invited(t, r.other, r.me, testkit.Room{Direct: true, Encrypted: true})
		alone := r.other.AwaitAnswer(t, direct, r.me, r.other.Say(t, direct, "gimp"))
		mustSay(t, alone, "GIMP")
		if relation := alone.Content.AsMessage().RelatesTo; relation != nil {
			t.Errorf("the answer in a direct message relates to %+v", relation)
		}
		inRoom := r.asker.AwaitAnswer(t, r.asks, r.me, r.asker.Say(t, r.asks, "!sill gimp"))
		if inRoom.Content.AsMessage().RelatesTo.GetReplyTo() == "" {
			t.Error("the answer in a room is no reply")
		}
	})

	t.Run("tap", func(t *testing.T) {
		command := r.asker.Say(t, r.asks, "!sill vidéo")
		list := r.asker.AwaitAnswer(t, r.asks, r.me, command)
		tap := r.asker.Await(t, r.asks, isBots(event.EventReaction, "2\uFE0F\u20E3"))
		if on := tap.Content.AsReaction().RelatesTo.EventID; on != list.ID {
			t.Errorf("the reaction is on %s, not on the list %s", on, list.ID)
		}
		r.asker.React(t, r.asks, list.ID, tap.Content.AsReaction().RelatesTo.GetAnnotationKey())
		mustSay(t, r.asker.AwaitAnswer(t, r.asks, r.me, list.ID), "Licence", "Une question sur")
	})

	t.Run("ask", func(t *testing.T) {
		question := r.asker.Say(t, r.asks, "!question gimp exporte-t-il en PSD avec les calques ?")
		root := r.expert.Await(t, r.answers, isBots(event.EventMessage, "sujet GIMP"))
		if kind := root.Content.AsMessage().MsgType; kind != event.MsgText {
			t.Errorf("the question is a %s, which does not ring", kind)
		}
		mustSay(t, root, "Répondez à ce message ou dans son fil")
		mark := r.asker.Await(t, r.asks, isBots(event.EventReaction, "📨"))
		if on := mark.Content.AsReaction().RelatesTo.EventID; on != question {
			t.Errorf("📨 is on %s, not on the question", on)
		}
		beside := r.expert.Say(t, r.answers, "Oui, depuis la 2.10.")
		hint := r.expert.AwaitAnswer(t, r.answers, r.me, beside)
		if !strings.Contains(spaces.Replace(body(hint)), "il n’est pas transmis") {
			t.Errorf("the hint is %q", body(hint))
		}
		answer := r.expert.Say(t, r.answers, "Oui, depuis la 2.10.", testkit.ReplyingTo(root.ID))
		r.asker.Await(t, r.asks, isBots(event.EventMessage, "répond à la question n° 1"))
		r.expert.Await(t, r.answers, func(evt *event.Event) bool {
			return isBots(event.EventReaction, "📨")(evt) && evt.Content.AsReaction().RelatesTo.EventID == answer
		})
		r.asker.React(t, r.asks, question, "✅")
		r.expert.Await(t, r.answers, func(evt *event.Event) bool {
			return isBots(event.EventMessage, "La question n° 1 est résolue")(evt) && evt.Content.AsMessage().RelatesTo.GetThreadParent() == root.ID
		})
	})

	t.Run("links", func(t *testing.T) {
		direct := r.other.Room(t, testkit.Room{Direct: true, Encrypted: true, Invite: []id.UserID{r.me}})
		r.other.Await(t, direct, isBots(event.EventMessage, "je suis Héraut"))
		command := r.other.Say(t, direct, "!bot salons")
		answer := r.other.AwaitAnswer(t, direct, r.me, command)
		html := answer.Content.AsMessage().FormattedBody
		if want := `href="https://tchap.gouv.fr/#/room/` + r.asks.String(); !strings.Contains(html, want) {
			t.Errorf("no link %s in\n%s", want, html)
		}
		if strings.Contains(html, r.asker.UserID.String()) || !strings.Contains(html, "message direct avec Camille") {
			t.Errorf("the direct message has no name in\n%s", html)
		}
	})
}
