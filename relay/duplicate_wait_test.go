package relay_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// Whether a duplicate is solved with the first question is decided once the answer that
// waits for its asker arrived, or did not.
func TestDuplicateWaitsForItsAnswer(t *testing.T) {
	opens := func(w *world, _ chat.EventID) { w.room(elsewhere, "Forge", public) }
	for name, test := range map[string]struct {
		before, after func(w *world, a chat.EventID)
		solved        bool
	}{
		"it arrives":       {solved: true},
		"its room opens":   {after: opens},
		"it is deleted":    {after: func(w *world, a chat.EventID) { w.remove(experts, bruno, a) }},
		"it is a note now": {after: func(w *world, a chat.EventID) { w.edit(experts, bruno, a, "!note Ceci.") }},
		"it is refused": {after: func(w *world, _ chat.EventID) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.refuse = func(p chat.Post) error {
				if p.Room == elsewhere && strings.Contains(plainOf(p), "Ceci.") {
					return &queue.Refused{Cause: errors.New("no")}
				}
				return nil
			}
		}},
		"one of two arrives": {
			before: func(w *world, _ chat.EventID) { w.inThread(experts, bruno, w.last(experts, "Question n° 1"), "Cela.") },
			after:  func(w *world, a chat.EventID) { w.remove(experts, bruno, a) },
			solved: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				q1, root1, q2, root2 := w.asksTwice()
				w.inThread(experts, bruno, root2, "!meme 1")
				release := w.holding(elsewhere)
				a := w.inThread(experts, bruno, root1, "Ceci.")
				if test.before != nil {
					test.before(w, a)
				}
				w.inThread(salon, camille, q1, "!resolu")
				w.restart()
				if test.after != nil {
					test.after(w, a)
				}
				if name == "it is refused" {
					w.pass(10 * time.Minute)
				} else {
					release()
				}
				w.room(elsewhere, "Forge", nil)
				if test.solved {
					w.says(elsewhere, "la n° 2 l’est donc aussi")
					w.neverSays(elsewhere, "une question à part")
					return
				}
				w.neverSays(elsewhere, "résolue")
				w.says(experts, "La question n° 2 est de nouveau une question à part")
				w.inThread(experts, bruno, root2, "La LGPL.")
				w.says(elsewhere, "La LGPL.")
				w.inThread(elsewhere, farid, q2, "Merci.")
			})
		})
	}
}
