package endtoend

import (
	"strings"

	"maunium.net/go/mautrix/event"

	"heraut/testkit"
)

// quotedStory makes messages questions: the asker's own by a reply and by a reaction,
// and another person's, who agrees.
func (r *relayed) quotedStory(sealed bool) {
	t := r.TB
	reply := testkit.ReplyingTo
	r.asker.Invite(t, r.asks, r.other.UserID)

	said := r.asker.Say(t, r.asks, "Quelle licnce ?")
	r.asker.Edit(t, r.asks, said, "Quelle licence ?")
	r.other.Join(t, r.asks.String())
	r.asker.AwaitMember(t, r.asks, r.other.UserID, event.MembershipJoin)
	forged := r.other.Edit(t, r.asks, said, "Un texte que Camille n’a pas écrit")
	r.asker.AwaitEvent(t, r.asks, forged)
	r.step()
	r.asker.Say(t, r.asks, "!question", reply(said))
	root := r.sees(r.answers, "Quelle licence ?").ID
	r.sees(r.asks, "posée")

	r.step()
	r.asker.Edit(t, r.asks, said, "Quelle licence pour une bibliothèque ?")
	r.sees(r.answers, "bibliothèque")

	r.step()
	r.expert.Say(t, r.answers, "La LGPL.", testkit.InThread(root))
	r.sees(r.asks, "La LGPL.")
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	second := r.asker.Say(t, r.asks, "Où publier ?")
	r.sees(r.asks, "Si ce message complète")
	r.step()
	r.asker.React(t, r.asks, second, "❓")
	if !sealed {
		proposed := r.sees(r.asks, "ceci y répond-il").ID
		r.step()
		r.asker.React(t, r.asks, proposed, "❌")
		r.sees(r.answers, "Où publier ?")
		r.sees(r.asks, "posée")
	}

	r.step()
	third := r.other.Say(t, r.asks, "Qui tient une forge ?")
	r.asker.AwaitEvent(t, r.asks, third)
	r.step()
	r.asker.Say(t, r.asks, "!question", reply(third))
	offer := r.sees(r.asks, "un modérateur propose").ID
	r.step()
	r.asker.React(t, r.asks, offer, "✅")
	r.asker.Say(t, r.asks, "oui", reply(offer))
	r.step()
	if sealed {
		r.other.React(t, r.asks, offer, "✅") // nobody knows who put it there
		r.step()
		r.other.Say(t, r.asks, "oui 2", reply(offer))
	} else {
		r.other.React(t, r.asks, offer, "✅")
	}
	r.sees(r.answers, "de Dora")
	r.sees(r.asks, "posée")
	for _, evt := range r.expert.Events(r.answers) {
		if sealed && strings.Contains(act(evt), "Où publier") {
			t.Errorf("a reaction in an encrypted room made a question: %q", act(evt))
		}
	}
	r.step()
}
