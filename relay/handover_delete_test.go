package relay_test

import (
	"context"
	"strings"
	"testing"
)

// A moderator who deletes what showed a question before it went away and came back
// leaves the question; who deletes what shows it now withdraws it.
func TestDeletionOfAFormerRoot(t *testing.T) {
	handing(t, false, func(w *world) {
		w.say(salon, camille, "!question Rien ?")
		root := w.root()
		w.inThread(experts, bruno, root, "!transmettre licences")
		w.inThread(lawyers, emma, w.last(lawyers, "question n°"), "!transmettre libre")
		again := w.last(experts, "Suite de la question n°")
		w.remove(experts, bruno, root)
		w.neverSays(salon, "retirée")
		w.inThread(experts, bruno, again, "Me revoilà.")
		w.says(salon, "Me revoilà.")
		w.remove(experts, bruno, again)
		w.says(salon, "retirée")
	})
}

// The asker is forgotten while the experts wait for consent.
func TestForgottenBeforeHandOver(t *testing.T) {
	handing(t, true, func(w *world) {
		w.say(salon, camille, "!question Un secret ?")
		w.inThread(experts, bruno, w.root(), "!transmettre licences")
		ask := w.last(salon, "proposent de transmettre")
		w.forget(camille)
		w.sync()
		w.neverSays(lawyers, "secret")
		if !strings.Contains(w.log(), "Héraut supprime "+strings.TrimPrefix(string(ask), "$")) {
			t.Errorf("the request for consent stays:\n%s", w.log())
		}
		if all, err := w.carrier.DataOf(context.Background(), camille); err != nil || len(all) > 0 {
			t.Errorf("%v, %v", all, err)
		}
	})
}
