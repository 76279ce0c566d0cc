package relay_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// What follows for a duplicate when the question that it repeats goes away.
func TestFirstQuestionGoesAway(t *testing.T) {
	for name, play := range map[string]func(w *world, q1, root1 chat.EventID){
		"deleted":                func(w *world, q1, _ chat.EventID) { w.remove(salon, camille, q1) },
		"moderated":              func(w *world, _, root1 chat.EventID) { w.remove(experts, dora, root1) },
		"its asker is forgotten": func(w *world, _, _ chat.EventID) { w.forget(camille); w.sync() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				q1, root1, _, root2 := w.asksTwice()
				w.say(elsewhere, alix, "!question Et la mienne ?")
				root3 := w.root()
				w.inThread(experts, bruno, root2, "!meme 1")
				w.inThread(experts, bruno, root3, "!meme 1")
				w.inThread(experts, bruno, root1, "Ceci.")
				play(w, q1, root1)
				w.restart()
				w.says(elsewhere, "La question n° 2 est de nouveau une question à part")
				w.neverSays(elsewhere, "La question n° 3 est de nouveau")
				w.inThread(experts, bruno, root3, "Un oubli.")
				w.inThread(experts, bruno, root2, "Cela.")
				w.neverSays(elsewhere, "Un oubli.")
				if n := strings.Count(w.texts(elsewhere), "Cela."); n != 2 {
					t.Errorf("%d askers read the answer:\n%s", n, w.log())
				}
				w.say(experts, bruno, "!questions")
				w.expect(experts, []string{"n° 2, répondue"}, "n° 3", "n° 1")
			})
		})
	}
}

// An expert or an asker is forgotten, with what the asker of a duplicate was given.
func TestForgottenWithDuplicates(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		w.inThread(experts, bruno, root1, "Ceci.")
		w.inThread(experts, bruno, root2, "!meme 1")
		shared := w.last(elsewhere, "Ceci.")
		w.forget(bruno)
		w.sync()
		if !strings.Contains(w.log(), "Héraut supprime "+strings.TrimPrefix(string(shared), "$")+"\n") {
			t.Errorf("the answer of a forgotten expert stays:\n%s", w.log())
		}
		w.inThread(experts, dora, root1, "Cela.")
		w.forget(farid)
		w.sync()
		w.inThread(experts, dora, root1, "Encore.")
		w.neverSays(elsewhere, "Encore.")
		for _, user := range []chat.UserID{bruno, farid} {
			if all, err := w.carrier.DataOf(context.Background(), user); err != nil || len(all) > 0 {
				t.Errorf("%s: %v, %v", user, all, err)
			}
		}
		if all, err := w.carrier.DataOf(context.Background(), dora); err != nil || len(all) != 2 {
			t.Errorf("%v, %v", all, err)
		}
		w.says(experts, "La question n° 2 a été retirée")
	})
}

// A question that others repeat goes to other experts: those answer all askers, and are
// told nothing of the others but their numbers.
func TestHandOverWithDuplicates(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, q2, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(experts, bruno, root2, "!transmettre licences")
		w.says(experts, "La question n° 2 est la même que la n° 1")
		w.inThread(experts, bruno, root1, "!transmettre licences")
		w.says(experts, "Ce que l’auteur de la n° 2 ajoute n’arrive qu’ici")
		w.inThread(lawyers, emma, w.last(lawyers, "question n°"), "La LGPL.")
		w.says(salon, "La LGPL.")
		w.says(elsewhere, "La LGPL.")
		w.inThread(elsewhere, farid, q2, "Merci, et pour un secret ?")
		w.says(experts, "Merci, et pour un secret ?")
		release := w.holding(elsewhere)
		w.inThread(lawyers, emma, w.last(lawyers, "question n°"), "Cela aussi.")
		w.room(elsewhere, "Forge", public)
		release()
		w.says(lawyers, "n’est pas donnée à l’auteur de la question n° 2")
		for _, secret := range []string{"secret", "Farid", "Forge", "publier"} {
			w.neverSays(lawyers, secret)
		}
		w.room(elsewhere, "Forge", nil)
		w.say(salon, alix, "!question Encore une ?")
		w.inThread(experts, bruno, w.root(), "!meme 2") // of which the lawyers answer the first
		w.says(salon, "Votre question n° 3 est la même que la n° 1")
		w.inThread(experts, bruno, root2, "!meme 1") // not of this room
		w.says(experts, "La question n° 1 n’est pas de ce salon")
	})
}

// A room of a duplicate is replaced by another one.
func TestDuplicatesMove(t *testing.T) {
	const moved = chat.RoomID("!nouveau:example.org")
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		a := w.inThread(experts, bruno, root1, "Ceci.")
		w.room(moved, "Forge", nil)
		w.room(elsewhere, "Forge", func(r *chat.Room) { r.MovedTo = moved })
		w.do(elsewhere, farid, chat.Event{Moved: &chat.Moved{To: moved}})
		w.inThread(experts, bruno, root1, "Cela.")
		w.says(moved, "Cela.")
		w.edit(experts, bruno, a, "Ceci, corrigé.")
		w.says(moved, "Ceci, corrigé.")
		w.neverSays(elsewhere, "Cela.")
	})
}

// A deletion in another room takes no answer back, also once the answer's own record is
// gone with the question that it was given to.
func TestOtherRoomsTakeNoAnswerBack(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		a := w.inThread(experts, bruno, root1, "Ceci.")
		w.inThread(experts, bruno, root2, "!meme 1")
		shared := "Héraut supprime " + strings.TrimPrefix(string(w.last(elsewhere, "Ceci.")), "$") + "\n"
		w.forget(camille)
		w.sync()
		w.remove(elsewhere, alix, a)
		if strings.Contains(w.log(), shared) {
			t.Errorf("another room takes the answer back:\n%s", w.log())
		}
		w.remove(experts, bruno, a)
		if !strings.Contains(w.log(), shared) {
			t.Errorf("the answer stays after its deletion:\n%s", w.log())
		}
	})
}

// A burst of answers, and the answers that a question has when it is joined, ping each
// asker once within a minute.
func TestSharedAnswersPingOnce(t *testing.T) {
	doubled(t, func(w *world) {
		w.pings = relay.NewPings()
		w.restart()
		_, root1, _, root2 := w.asksTwice()
		w.say(salon, camille, "!question La même ?")
		root3 := w.root()
		pinged := func(want int) {
			t.Helper()
			for _, asker := range []chat.UserID{camille, farid} {
				got := 0
				for _, p := range append(w.own(salon), w.own(elsewhere)...) {
					if p.Rings != (len(p.Mentions) > 0) {
						t.Errorf("it rings and mentions nobody, or the reverse: %+v", p)
					}
					if p.Edits.IsZero() && slices.Contains(p.Mentions, asker) {
						got++
					}
				}
				if got != want {
					t.Errorf("%s is pinged %d times, not %d:\n%s", asker, got, want, w.log())
				}
			}
		}
		for _, answer := range []string{"A.", "B."} {
			w.say(experts, bruno, "!repondre 1 "+answer)
		}
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(experts, bruno, root3, "!meme 1")
		pinged(1)
		w.inThread(experts, bruno, root1, "C.")
		pinged(1)
		w.pass(relay.PingEvery)
		release := w.holding(elsewhere)
		d := w.inThread(experts, bruno, root1, "D.")
		w.edit(experts, bruno, d, "D, corrigé.")
		release()
		w.says(elsewhere, "D, corrigé.")
		for _, p := range w.own(elsewhere) {
			if strings.Contains(plainOf(p), "D, corrigé") && !p.Rings {
				t.Errorf("an edit makes a notice of an answer: %+v", p)
			}
		}
		pinged(2)
		w.edit(experts, bruno, d, "D, corrigé encore.")
		w.inThread(experts, bruno, root1, "E.")
		for _, room := range []chat.RoomID{salon, elsewhere} {
			w.says(room, "E.")
		}
	})
}

// The asker of a duplicate reads that a long answer is cut, and no half of a name there.
func TestSharedAnswersSayWhereTheyAreCut(t *testing.T) {
	for name, answer := range map[string]string{
		"words":   strings.Repeat("mot ", 1100) + "FIN",
		"a name":  strings.Repeat("mot ", 998) + "de Camille Roy FIN",
		"an id":   strings.Repeat("mot ", 998) + "de @camille:example.org",
		"accents": strings.Repeat("m", 3999) + "e\u0301\u0302 FIN",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				_, root1, _, root2 := w.asksTwice()
				w.inThread(experts, bruno, root2, "!meme 1")
				w.inThread(experts, bruno, root1, answer)
				w.says(elsewhere, "Ce message est coupé")
				w.neverSays(elsewhere, "Cam")
				w.neverSays(elsewhere, "@cam")
				w.neverSays(elsewhere, "FIN")
			})
		})
	}
}

// An edit of an answer hides the names of those who were given it and do not repeat its
// question any more.
func TestEditedAnswersHideNames(t *testing.T) {
	for name, end := range map[string]func(w *world, q1, root3 chat.EventID){
		"separated":                    func(w *world, _, root3 chat.EventID) { w.inThread(experts, bruno, root3, "!separer") },
		"the first question withdrawn": func(w *world, q1, _ chat.EventID) { w.remove(salon, camille, q1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				q1, root1, _, root2 := w.asksTwice()
				w.say(salon, alix, "!question Et moi, quelle licence ?")
				root3 := w.root()
				w.inThread(experts, bruno, root2, "!meme 1")
				w.inThread(experts, bruno, root3, "!meme 1")
				a := w.inThread(experts, bruno, root1, "Pour Alix et Farid : la LGPL.")
				end(w, q1, root3)
				w.edit(experts, bruno, a, "Pour Alix et Farid : la LGPL 3.")
				w.says(elsewhere, "Pour … et Farid : la LGPL 3.")
				w.neverSays(elsewhere, "Alix")
			})
		})
	}
}

// An answer that waits goes to the room in which it was asked for. If another room
// replaces that one meanwhile, the new one does not read that the question is solved.
func TestSharedAnswerInAReplacedRoom(t *testing.T) {
	const next = chat.RoomID("!nouveau:example.org")
	doubled(t, func(w *world) {
		q1, root1, _, root2 := w.asksTwice()
		w.inThread(experts, bruno, root2, "!meme 1")
		release := w.holding(elsewhere)
		w.inThread(experts, bruno, root1, "Ceci.")
		w.inThread(salon, camille, q1, "!resolu")
		w.room(next, "Nouveau", nil)
		w.room(elsewhere, "Forge", func(r *chat.Room) { r.MovedTo = next })
		w.do(elsewhere, farid, chat.Event{Moved: &chat.Moved{To: next}})
		release()
		w.pass(48 * time.Hour)
		w.neverSays(next, "est résolue : la n° 2 l’est donc aussi")
	})
}

// TestEditsOfAWaitingSharedAnswer edits an answer many times while what its duplicate's
// asker is given waits: one post waits, with the last text.
func TestEditsOfAWaitingSharedAnswer(t *testing.T) {
	for name, sentBefore := range map[string]bool{"the answer waits": false, "an edit of it waits": true} {
		t.Run(name, func(t *testing.T) {
			doubled(t, func(w *world) {
				_, root1, _, root2 := w.asksTwice()
				w.inThread(experts, bruno, root2, "!meme 1")
				release := func() {}
				if !sentBefore {
					release = w.holding(elsewhere)
				}
				a := w.inThread(experts, bruno, root1, "Ceci.")
				if sentBefore {
					release = w.holding(elsewhere)
				}
				for i := range 10 {
					w.edit(experts, bruno, a, fmt.Sprintf("Cela %d.", i))
				}
				given, err := w.db.SharedOf(context.Background(), a)
				if err != nil || len(given) > 3 { // one that was sent, one that was tried, and one that was not
					t.Errorf("%d records, %v", len(given), err)
				}
				release()
				w.says(elsewhere, "Cela 9.")
			})
		})
	}
}
