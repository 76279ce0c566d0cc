package endtoend

import (
	"heraut/testkit"
)

// joinedStory joins a question from one room to the same question from another, and parts
// them again; sealed: the rooms are encrypted.
func (r *relayed) joinedStory(sealed bool) {
	t := r.TB
	r.thirdRoom("Forge", testkit.Room{Encrypted: sealed}, "!relais ajouter forge de ici vers #experts:"+r.me.Homeserver())
	r.step()
	r.asker.Say(t, r.asks, "!question Quelle licence ?")
	first := r.sees(r.answers, "Question n° 1").ID
	r.sees(r.asks, "posée")
	r.step()
	twin := r.other.Say(t, r.third, "!question Sous quelle licence publier ?")
	second := r.sees(r.answers, "Question n° 2").ID
	r.sees(r.third, "posée")

	r.step()
	r.expert.Say(t, r.answers, "La LGPL.", testkit.InThread(first))
	r.sees(r.asks, "La LGPL.")
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")
	r.step()
	r.expert.Say(t, r.answers, "Je cherche.", testkit.InThread(second))
	r.sees(r.third, "Je cherche.")
	r.sees(r.answers, "répondue")
	r.sees(r.third, "répondue")

	r.step()
	r.expert.Say(t, r.answers, "!meme 1", testkit.InThread(second))
	r.sees(r.answers, "C’est noté")
	r.sees(r.third, "Votre question n° 2 est la même que la n° 1")
	r.sees(r.third, "La LGPL.")
	r.sees(r.answers, "Posée aussi ailleurs (n° 2)")
	r.sees(r.answers, "répondez dans ce fil-là")
	r.sees(r.answers, "La même que la question n° 1")
	r.sees(r.third, "la même que la n° 1 : répondue")

	r.step()
	r.expert.Say(t, r.answers, "Un oubli.", testkit.InThread(second))
	r.sees(r.answers, "rien n’est transmis de ce fil")
	r.step()
	more := r.expert.Say(t, r.answers, "Ou la MPL.", testkit.InThread(first))
	r.sees(r.asks, "Ou la MPL.")
	r.sees(r.third, "Ou la MPL.")
	r.step()
	r.expert.Edit(t, r.answers, more, "Ou la MPL 2.")
	r.sees(r.asks, "Ou la MPL 2.")
	r.sees(r.third, "Ou la MPL 2.")
	r.step()
	r.other.Say(t, r.third, "Pour une bibliothèque.", testkit.InThread(twin))
	r.sees(r.answers, "Pour une bibliothèque.")

	r.step()
	r.asker.Say(t, r.asks, "!resolu 1")
	r.sees(r.asks, "est résolue")
	r.sees(r.third, "la n° 2 l’est donc aussi")
	r.sees(r.third, "la même que la n° 1 : résolue")
	r.sees(r.answers, "résolue") // the first question's thread, and what shows both
	r.sees(r.answers, "résolue")
	r.sees(r.answers, "résolue")
	r.sees(r.asks, "résolue")

	r.step()
	r.other.Say(t, r.third, "Cela ne marche pas.", testkit.InThread(twin))
	r.sees(r.answers, "Cela ne marche pas.")
	r.sees(r.answers, "à part")
	r.sees(r.third, "à part")
	r.sees(r.answers, "rouverte")
	r.sees(r.third, "rouverte")
	r.step()
}
