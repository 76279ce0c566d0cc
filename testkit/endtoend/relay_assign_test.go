package endtoend

import (
	"fmt"

	"maunium.net/go/mautrix/event"

	"heraut/testkit"
)

// naming returns a Manner that puts a mention of the person after the text, as clients do
// when a name is picked from their list.
func naming(p *testkit.Client, name string) testkit.Manner {
	return func(content *event.MessageEventContent) {
		content.EnsureHasHTML()
		content.FormattedBody += fmt.Sprintf(` <a href="%s">%s</a>`, p.UserID.URI().MatrixToURL(), name)
		content.Body += " " + name
		content.Mentions.Add(p.UserID)
	}
}

// assignedStory lets an expert ask a colleague twice to look after a question: the first
// time the colleague declines, then accepts.
func (r *relayed) assignedStory() {
	t := r.TB
	r.step()
	question := r.asker.Say(t, r.asks, "!question Quelle licence ?")
	root := r.sees(r.answers, "Question n° 1").ID
	r.sees(r.asks, "posée")

	r.step()
	r.expert.React(t, r.answers, root, "✋")
	r.sees(r.answers, "prise par Bruno")
	r.sees(r.asks, "prise par Bruno")

	r.step()
	r.expert.Say(t, r.answers, "!confier", naming(r.other, "Dora"), testkit.InThread(root))
	call := r.sees(r.answers, "vous propose").ID

	r.step()
	r.expert.React(t, r.answers, call, "👀") // which neither accepts nor declines
	r.other.Await(t, r.answers, func(evt *event.Event) bool { return evt.ID == call })
	r.other.React(t, r.answers, call, "❌")
	r.sees(r.answers, "ne la prend pas")
	r.sees(r.answers, "n’a plus cours")

	r.step()
	r.expert.Say(t, r.answers, "!confier 1 Dora")
	r.sees(r.answers, "je le demande dans le fil")
	call = r.sees(r.answers, "vous propose").ID

	r.step()
	r.other.Await(t, r.answers, func(evt *event.Event) bool { return evt.ID == call })
	r.other.React(t, r.answers, call, "✋")
	r.sees(r.answers, "qui s’en occupe")
	r.sees(r.answers, "prise par Dora")
	r.sees(r.asks, "prise par Dora")

	r.step()
	r.asker.Say(t, r.asks, "C’est pour une bibliothèque.", testkit.InThread(question))
	r.sees(r.answers, "C’est pour une bibliothèque.") // it calls Dora, not Bruno

	r.step()
	r.other.Say(t, r.answers, "La LGPL.", testkit.InThread(root))
	r.sees(r.asks, "La LGPL.")
	r.sees(r.answers, "répondue, suivie par Dora")
	r.sees(r.asks, "répondue, suivie par Dora")
	r.step()
}
