package endtoend

import (
	"strings"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// wholeStory follows a question from beginning to end. Both rooms have the same
// audience.
func (r *relayed) wholeStory() {
	t := r.TB
	thread := testkit.InThread
	r.step()
	question := r.asker.Say(t, r.asks, "!question Quelle licence pour une bibliothèque ?")
	root := r.sees(r.answers, "Question n° 1").ID
	confirmation := r.sees(r.asks, "posée").ID

	r.step()
	r.expert.React(t, r.answers, root, "✋")
	r.sees(r.answers, "prise par Bruno")
	r.sees(r.asks, "prise par Bruno")

	r.step()
	first := r.expert.Say(t, r.answers, "La LGPL convient.", thread(root))
	answer := r.sees(r.asks, "La LGPL convient.").ID
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	second := r.other.Say(t, r.answers, "Ou la MPL.", thread(root))
	r.sees(r.asks, "Ou la MPL.")

	r.step()
	more := r.asker.Say(t, r.asks, "Et en ligne ?", thread(question))
	followUp := r.sees(r.answers, "Et en ligne ?").ID

	r.step()
	r.expert.Edit(t, r.answers, first, "La LGPL 3 convient.")
	r.sees(r.asks, "La LGPL 3")

	r.step()
	r.asker.Edit(t, r.asks, more, "Et pour un service en ligne ?")
	r.sees(r.answers, "Et pour un service")

	r.step()
	r.asker.Edit(t, r.asks, question, "!question Quelle licence pour une bibliothèque en C ?")
	r.sees(r.answers, "bibliothèque en C")

	r.step()
	thumb := r.other.React(t, r.answers, followUp, "👍")
	r.sees(r.asks, "👍")

	r.step()
	heart := r.asker.React(t, r.asks, answer, "❤️")
	r.sees(r.answers, "❤️")

	r.step()
	r.other.Redact(t, r.answers, thumb)
	r.sees(r.asks, "(deletion)")

	r.step()
	r.asker.Redact(t, r.asks, heart)
	r.sees(r.answers, "(deletion)")

	r.step()
	r.other.Redact(t, r.answers, second)
	r.sees(r.asks, "(deletion)")

	r.step()
	r.asker.Redact(t, r.asks, more)
	r.sees(r.answers, "(deletion)")
	r.sees(r.answers, "(deletion)") // of the edit

	r.step()
	r.asker.React(t, r.asks, confirmation, "✅")
	for _, room := range []id.RoomID{r.asks, r.answers} {
		r.sees(room, "est résolue")
		r.sees(room, ": résolue")
	}

	r.step()
	r.asker.Say(t, r.asks, "Encore un mot.", thread(question))
	r.sees(r.answers, "Encore un mot.")
	r.sees(r.answers, "rouverte")
	r.sees(r.asks, "rouverte")

	r.step()
	r.expert.Say(t, r.answers, "!resolu", thread(root))
	for _, room := range []id.RoomID{r.asks, r.answers} {
		r.sees(room, "est résolue")
		r.sees(room, ": résolue")
	}
	r.step()
}

// withConsent asks two questions from a private room to a public one.
func (r *relayed) withConsent() {
	t := r.TB
	r.step()
	r.asker.Say(t, r.asks, "!question Ceci doit-il rester ici ?")
	asked := r.sees(r.asks, "n’est pas encore transmise").ID

	r.step()
	r.asker.React(t, r.asks, asked, "3️⃣")
	r.sees(r.asks, "annulée")

	r.step()
	question := r.asker.Say(t, r.asks, "!question Et cela ?")
	asked = r.sees(r.asks, "n’est pas encore transmise").ID

	r.step()
	r.asker.Say(t, r.asks, "sans nom", testkit.ReplyingTo(asked))
	root := r.sees(r.answers, "d’un agent").ID
	r.sees(r.asks, "posée")

	r.step()
	r.expert.Say(t, r.answers, "Cela peut se dire.", testkit.InThread(root))
	r.sees(r.asks, "Cela peut se dire.")
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	r.asker.Say(t, r.asks, "Merci.", testkit.InThread(question))
	r.sees(r.answers, "Un agent ajoute")
	for _, evt := range r.expert.Events(r.answers) {
		if strings.Contains(act(evt), "Camille") || strings.Contains(act(evt), "rester ici") {
			t.Errorf("the experts were told %q", act(evt))
		}
	}
	r.step()
}
