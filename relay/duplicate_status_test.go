package relay_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

// ringsIn counts the bot's messages in a room that ping a person.
func (w *world) ringsIn(room chat.RoomID, user chat.UserID) (n int) {
	w.Helper()
	for _, post := range w.own(room) {
		if post.Rings && slices.Contains(post.Mentions, user) {
			n++
		}
	}
	return n
}

// A duplicate that its asker closed stays closed: later answers arrive without a ping.
func TestClosedDuplicates(t *testing.T) {
	for name, play := range map[string]func(w *world, root1, root2, q3, root3 chat.EventID){
		"the first question is answered again": func(w *world, root1, _, q3, root3 chat.EventID) {
			w.inThread(experts, bruno, root3, "!meme 1")
			w.inThread(experts, bruno, root1, "Ceci.")
			w.inThread(elsewhere, farid, q3, "!resolu")
			before := w.ringsIn(elsewhere, farid)
			a := w.inThread(experts, bruno, root1, "Cela.")
			w.edit(experts, bruno, a, "Cela, corrigé.")
			w.says(elsewhere, "Cela, corrigé.")
			w.neverSays(elsewhere, "rouverte")
			if n := w.ringsIn(elsewhere, farid); n != before {
				t.Errorf("%d pings more:\n%s", n-before, w.log())
			}
		},
		"the first question is solved before the answer is sent": func(w *world, root1, _, _, root3 chat.EventID) {
			w.react(experts, bruno, root1, "✋")
			w.inThread(experts, bruno, root3, "!meme 1")
			release := w.holding(elsewhere)
			w.inThread(experts, bruno, root1, "Ceci.")
			w.inThread(experts, bruno, root1, "!resolu")
			release()
			w.says(elsewhere, "Ceci.")
			w.says(elsewhere, "la n° 3 l’est donc aussi")
			w.neverSays(elsewhere, "rouverte")
		},
		"the first question is joined to another one": func(w *world, root1, root2, q3, root3 chat.EventID) {
			w.inThread(experts, bruno, root3, "!meme 2")
			w.inThread(elsewhere, farid, q3, "!resolu")
			before := w.ringsIn(elsewhere, farid)
			w.inThread(experts, bruno, root1, "Ceci.")
			w.inThread(experts, bruno, root2, "!meme 1")
			w.neverSays(elsewhere, "la même que la n° 1, déjà")
			w.neverSays(elsewhere, "Ceci.")
			w.inThread(experts, bruno, root1, "Cela.")
			w.says(elsewhere, "Cela.")
			w.neverSays(elsewhere, "rouverte")
			if n := w.ringsIn(elsewhere, farid); n != before {
				t.Errorf("%d pings more:\n%s", n-before, w.log())
			}
		},
		"the first question is joined to one whose answers it may not read": func(w *world, root1, root2, q3, root3 chat.EventID) {
			w.inThread(experts, bruno, root3, "!meme 2")
			w.inThread(elsewhere, farid, q3, "!resolu")
			w.room(elsewhere, "Forge", public)
			w.inThread(experts, bruno, root2, "!meme 1")
			w.room(elsewhere, "Forge", nil)
			w.inThread(experts, bruno, root1, "Ceci.")
			w.neverSays(elsewhere, "Ceci.")
			w.neverSays(elsewhere, "une question à part")
			w.neverSays(experts, "La question n° 3 reste à part")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				w.say(salon, camille, "!question Quelle licence ?")
				root1 := w.root()
				w.say(salon, alix, "!question Et moi, quelle licence ?")
				root2 := w.root()
				q3 := w.say(elsewhere, farid, "!question Sous quelle licence publier ?")
				play(w, root1, root2, q3, w.root())
			})
		})
	}
}

// A duplicate whose asker was given no answer is not solved with the question that it
// repeats.
func TestUnansweredDuplicatesStayOpen(t *testing.T) {
	for name, play := range map[string]func(w *world, root1, root2 chat.EventID){
		"no answer": func(*world, chat.EventID, chat.EventID) {},
		"an answer is withheld": func(w *world, root1, _ chat.EventID) {
			release := w.holding(elsewhere)
			w.inThread(experts, bruno, root1, "Ceci.")
			w.room(elsewhere, "Forge", public)
			release()
			w.room(elsewhere, "Forge", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				q1, root1, _, root2 := w.asksTwice()
				w.inThread(experts, bruno, root2, "!meme 1")
				play(w, root1, root2)
				w.inThread(salon, camille, q1, "!resolu")
				w.neverSays(elsewhere, "résolue")
				w.says(elsewhere, "La question n° 2 est de nouveau une question à part")
				w.say(experts, bruno, "!questions")
				w.expect(experts, []string{"n° 2"}, "n° 1")
				w.inThread(experts, bruno, root1, "Encore.")
				w.neverSays(elsewhere, "Encore.")
				w.inThread(experts, bruno, root2, "Cela.")
				w.says(elsewhere, "Cela.")
			})
		})
	}
}

// A question that the experts of two rooms joined others to goes away: each room keeps
// one question that is its own, and answers the others there with it.
func TestHeirsInEachRoomOfExperts(t *testing.T) {
	doubled(t, func(w *world) {
		q1, root1, _, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(experts, bruno, root1, "!transmettre licences")
		var roots []chat.EventID
		for _, text := range []string{"Et moi ?", "Et ici ?"} {
			w.say(salon, alix, "!question #licences "+text)
			roots = append(roots, w.last(lawyers, text))
			w.inThread(lawyers, emma, roots[len(roots)-1], "!meme 1")
		}
		w.remove(salon, camille, q1)
		w.says(elsewhere, "La question n° 2 est de nouveau une question à part")
		w.says(salon, "La question n° 3 est de nouveau une question à part")
		w.neverSays(salon, "La question n° 4 est de nouveau")
		w.inThread(lawyers, emma, roots[0], "La LGPL.")
		if n := strings.Count(w.texts(salon), "La LGPL."); n != 2 {
			t.Errorf("%d askers read the answer:\n%s", n, w.log())
		}
		w.neverSays(elsewhere, "La LGPL.")
	})
}

// No question is joined to a closed one whose answers are gone.
func TestClosedQuestionWithoutAnswersLeft(t *testing.T) {
	for name, takeBack := range map[string]func(w *world, a chat.EventID){
		"its expert is forgotten": func(w *world, _ chat.EventID) { w.forget(bruno); w.sync() },
		"it is deleted":           func(w *world, a chat.EventID) { w.remove(experts, bruno, a) },
		"it becomes a note":       func(w *world, a chat.EventID) { w.edit(experts, bruno, a, "!note Ceci.") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				_, root1, _, root2 := w.asksTwice()
				a := w.inThread(experts, bruno, root1, "Ceci.")
				w.react(salon, camille, w.last(salon, "Question n° 1"), "✅")
				w.says(salon, "résolue")
				takeBack(w, a)
				w.inThread(experts, dora, root2, "!meme 1")
				w.says(experts, "La question n° 1 est close, et n’a pas, ou plus, de réponse")
				w.neverSays(elsewhere, "la même")
			})
		})
	}
}

// Once the first question is forgotten, the answer that a duplicate's asker was given
// is still the expert's: it is among their data, and goes when they change it.
func TestSharedAnswerOutlivesTheFirst(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		a := w.inThread(experts, bruno, root1, "Un secret.")
		w.inThread(experts, bruno, root2, "!meme 1")
		w.says(elsewhere, "Un secret.")
		w.forget(camille)
		w.sync()
		all, err := w.carrier.DataOf(context.Background(), bruno)
		if err != nil || !slices.ContainsFunc(all, func(one chat.Datum) bool { return one.Kind == string(relay.RoleAnswer) }) {
			t.Errorf("%v, %v", all, err)
		}
		w.edit(experts, bruno, a, "Corrigé.")
		if want := "Forge 30 Héraut supprime 14"; !strings.Contains(w.log(), want) {
			t.Errorf("no %q: the old text stays:\n%s", want, w.log())
		}
	})
}
