package relay_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"heraut/chat"
)

// Nothing leaves the experts' thread of a duplicate, reactions neither, and those that
// wait when the questions are joined stay there too.
func TestReactionsInTheThreadOfADuplicate(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, q2, root2 := w.asksTwice()
		w.react(experts, bruno, root2, "🎉")
		w.says(elsewhere, "🎉")
		more := w.inThread(elsewhere, farid, q2, "C’est pour une bibliothèque.")
		copied := w.last(experts, "bibliothèque")
		release := w.holding(elsewhere)
		w.react(experts, bruno, copied, "🤔")
		w.inThread(experts, bruno, root2, "!meme 1")
		release()
		w.react(experts, bruno, copied, "👍")
		w.react(experts, dora, root2, "👀")
		for _, sign := range []string{"🤔", "👍", "👀"} {
			w.neverSays(elsewhere, sign)
		}
		w.react(elsewhere, farid, more, "🙏") // what its asker adds arrives
		w.says(experts, "🙏")
		w.react(experts, bruno, root1, "👏")
		w.says(salon, "👏")
		w.inThread(experts, bruno, root2, "!separer")
		w.react(experts, bruno, copied, "🤔")
		w.says(elsewhere, "🤔")
	})
}

// An answer kept in the FAQ names none of those whom it was written for.
func TestKeptAnswersHideTheAskersOfDuplicates(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		w.say(salon, alix, "!question Et moi, quelle licence ?")
		root3 := w.root()
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(experts, bruno, root3, "!meme 1")
		w.inThread(experts, bruno, root1, "Pour Camille Roy, Alix et Farid : la LGPL.")
		w.inThread(experts, bruno, root3, "!separer")
		w.inThread(experts, bruno, root1, "!garder")
		all, err := w.db.Entries(context.Background())
		if err != nil || len(all) != 1 || !strings.Contains(all[0].Answer, "LGPL") {
			t.Fatalf("%v, %v", all, err)
		}
		for _, name := range []string{"Camille", "Alix", "Farid"} {
			if strings.Contains(all[0].Answer, name) {
				t.Errorf("the entry names %s: %q", name, all[0].Answer)
			}
		}
	})
}

// The experts of a duplicate are not sent to a thread that answers nothing any more, once
// the question that it repeats is handed over.
func TestDuplicateOfAQuestionThatIsHandedOver(t *testing.T) {
	doubled(t, func(w *world) {
		q1, root1, q2, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		link := w.last(experts, "répondez dans ce fil-là")
		w.inThread(experts, bruno, root1, "!transmettre licences")
		w.restart()
		edited := func(text string) bool {
			return slices.ContainsFunc(w.own(experts), func(p chat.Post) bool {
				return p.Edits.Event == link && strings.Contains(plainOf(p), text)
			})
		}
		if !edited("à laquelle d’autres experts répondent") {
			t.Errorf("the link still leads to the thread of question 1:\n%s", w.log())
		}
		for _, say := range []func() chat.EventID{
			func() chat.EventID { return w.inThread(experts, bruno, root2, "Un oubli.") },
			func() chat.EventID { return w.inThread(experts, bruno, root2, "!prendre") },
			func() chat.EventID { return w.inThread(experts, bruno, root2, "!confier Dora") },
			func() chat.EventID { return w.inThread(experts, bruno, root2, "!transmettre licences") },
		} {
			said := say()
			w.saysLast(experts, "à laquelle d’autres experts répondent")
			w.neverSays(experts, "Répondez dans le fil de celle-là")
			if last := w.own(experts)[len(w.own(experts))-1]; last.ReplyTo.Event != said {
				t.Errorf("it answers %v:\n%s", last.ReplyTo, w.log())
			}
		}
		w.say(salon, alix, "!question Et moi ?")
		w.inThread(experts, bruno, w.root(), "!meme 2") // lawyers answer the first
		w.says(experts, "La question n° 3 est la même que la n° 1, à laquelle d’autres experts répondent")
		w.inThread(experts, bruno, root2, "!separer")
		w.inThread(experts, bruno, root2, "La LGPL.")
		w.says(elsewhere, "La LGPL.")
		w.neverSays(salon, "La LGPL.")
		w.inThread(salon, camille, q1, "Merci.")
		w.inThread(elsewhere, farid, q2, "Merci.")
	})
	doubled(t, func(w *world) { // the duplicate is closed, and opened again later
		_, root1, q2, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(experts, bruno, root1, "La LGPL.")
		w.inThread(elsewhere, farid, q2, "!resolu")
		w.inThread(experts, bruno, root1, "!transmettre licences")
		w.inThread(elsewhere, farid, q2, "Et la MPL ?")
		w.says(experts, "Et la MPL ?")
		w.says(experts, "à laquelle d’autres experts répondent")
	})
	doubled(t, func(w *world) { // and back
		_, root1, _, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(experts, bruno, root1, "!transmettre licences")
		w.inThread(lawyers, emma, w.last(lawyers, "question n°"), "!transmettre libre")
		w.inThread(experts, bruno, root2, "Un oubli.")
		w.says(experts, "Répondez dans le fil de celle-là")
	})
}

// What `!separer` refuses, and to whom, is said as it is.
func TestSeparateRefuses(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		w.do(elsewhere, alix, chat.Event{Level: chat.LevelModerator, Message: &chat.Message{Body: "!separer 2"}})
		w.saysLast(elsewhere, "Seuls l’auteur de la question n° 2 et les experts, dans leur salon")
		w.inThread(experts, bruno, root1, "!separer")
		w.saysLast(experts, "La question n° 1 est à part")
		w.inThread(experts, dora, root1, "La LGPL.")
		w.react(salon, camille, w.last(salon, "Question n° 1"), "✅")
		w.inThread(experts, bruno, root1, "!rouvrir")
		w.saysLast(experts, "un nouveau message dans son fil la rouvre")
		w.inThread(experts, bruno, root1, "Ou la MPL.")
		w.says(salon, "rouverte")
	})
}
