package relay_test

import (
	"context"
	"strings"
	"testing"
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
