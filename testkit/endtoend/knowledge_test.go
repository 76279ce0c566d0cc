package endtoend

import (
	"strings"
	"testing"

	"heraut/testkit"
)

// TestKnowledge: the bot stores an answer, finds it, and suggests it when the
// question comes again; a question that the suggestion answers never reaches the
// experts. The bot restarts before each step.
func TestKnowledge(t *testing.T) {
	t.Parallel()
	r := newRelayed(t, testkit.StartHomeserver(t), testkit.Room{Encrypted: true}, testkit.Room{Encrypted: true}, false)
	r.restarts = true
	r.asker.Say(t, r.asks, "!question Quelle licence pour une bibliothèque ?")
	root := r.sees(r.answers, "Question n° 1").ID
	answer := r.expert.Say(t, r.answers, "La LGPL convient.", testkit.InThread(root))
	r.sees(r.asks, "La LGPL convient.")
	r.sees(r.asks, "répondue")

	r.step()
	r.other.Say(t, r.answers, "!garder", testkit.ReplyingTo(answer))
	r.sees(r.answers, "Gardée dans la FAQ")

	r.step()
	r.asker.Say(t, r.asks, "!faq licence bibliothèque")
	r.sees(r.asks, "La LGPL convient.")

	r.step()
	r.asker.Say(t, r.asks, "!question Quelle licence prendre pour notre bibliothèque ?")
	shown := r.sees(r.asks, "ceci y répond-il")
	mustSay(t, shown, "La LGPL convient.")

	r.step()
	r.asker.React(t, r.asks, shown.ID, "✅")
	r.sees(r.asks, "Question close")

	r.step()
	r.asker.Say(t, r.asks, "!question Quelle licence, alors, pour une bibliothèque en C ?")
	shown = r.sees(r.asks, "ceci y répond-il")
	r.asker.React(t, r.asks, shown.ID, "❌")
	r.sees(r.answers, "bibliothèque en C")
	for _, evt := range r.expert.Events(r.answers) {
		if evt.Sender == r.me && strings.Contains(act(evt), "notre bibliothèque") {
			t.Errorf("the experts were told %q", act(evt))
		}
	}
}
