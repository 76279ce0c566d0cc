package relay_test

import (
	"context"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

const (
	elsewhere = chat.RoomID("!ailleurs:example.org") // asks the same experts
	farid     = chat.UserID("@farid:example.org")    // asks there
)

// doubled plays a scenario in which two rooms ask the same experts, who may hand
// questions over to lawyers.
func doubled(t *testing.T, play func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.relays = []relay.Declaration{
			{Name: "libre", From: []string{string(salon), string(elsewhere)}, To: string(experts)},
			{Name: "droit", From: []string{string(salon), string(elsewhere)}, To: string(lawyers), Themes: []string{"licences"}},
		}
		w.name = func(_ context.Context, _ chat.RoomID, user chat.UserID) string { return names[user] }
		w.restart()
		w.room(lawyers, "Juristes", nil)
		w.room(elsewhere, "Forge", nil)
		play(w)
	})
}

// asksTwice asks the questions 1, in the salon, and 2, elsewhere, and returns their
// messages and what shows them to the experts.
func (w *world) asksTwice() (q1, root1, q2, root2 chat.EventID) {
	w.Helper()
	q1 = w.say(salon, camille, "!question Quelle licence ?")
	root1 = w.root()
	q2 = w.say(elsewhere, farid, "!question Sous quelle licence publier ?")
	root2 = w.root()
	return q1, root1, q2, root2
}

func TestDuplicates(t *testing.T) {
	for name, play := range map[string]func(w *world){
		"duplicate": func(w *world) {
			q1, root1, q2, root2 := w.asksTwice()
			w.inThread(experts, bruno, root1, "La LGPL, Camille Roy.")
			b := w.inThread(experts, dora, root1, "!anonyme Ou la MPL.")
			w.react(experts, bruno, root2, "✋")
			w.inThread(experts, bruno, root2, "!meme 1")
			w.restart()
			w.inThread(experts, bruno, root2, "Un oubli.")
			w.react(experts, dora, root2, "✋")
			c := w.inThread(experts, bruno, root1, "Ou l’EUPL.")
			w.edit(experts, bruno, c, "Ou bien l’EUPL.")
			w.edit(experts, dora, b, "!anonyme Ou la MPL 2.")
			w.remove(experts, dora, b)
			w.inThread(elsewhere, farid, q2, "C’est pour une bibliothèque.")
			w.inThread(salon, camille, q1, "Pour un programme.")
			w.react(experts, bruno, root1, "✋")
			w.inThread(experts, bruno, root1, "!resolu")
			w.say(experts, bruno, "!questions")
			w.inThread(elsewhere, farid, q2, "Cela ne marche pas.")
		},
		"separated": func(w *world) {
			_, root1, q2, root2 := w.asksTwice()
			w.inThread(experts, bruno, root2, "!même n° 1")
			a := w.inThread(experts, bruno, root1, "La LGPL.")
			w.inThread(elsewhere, farid, q2, "!separer")
			w.inThread(experts, bruno, root1, "Pour Camille seule.")
			w.edit(experts, bruno, a, "La LGPL 3.")
			w.inThread(experts, bruno, root2, "La GPL, pour vous.")
			w.inThread(experts, bruno, root2, "!rouvrir")
			w.say(experts, bruno, "!meme 2 1")
			w.say(experts, dora, "!rouvrir 2")
			w.say(elsewhere, alix, "!separer 2")
		},
		"not joined": func(w *world) {
			_, root1, q2, root2 := w.asksTwice()
			w.inThread(experts, bruno, root2, "!meme")
			w.inThread(experts, bruno, root2, "!meme un")
			w.inThread(experts, bruno, root2, "!meme 9")
			w.inThread(experts, bruno, root2, "!meme 2")
			w.inThread(elsewhere, farid, q2, "!meme 1")
			w.react(experts, bruno, root2, "✋")
			w.inThread(experts, dora, root2, "!meme 1")
			w.room(elsewhere, "Forge", public)
			w.inThread(experts, bruno, root2, "!meme 1")
			w.room(elsewhere, "Forge", nil)
			w.react(experts, bruno, root1, "✋")
			w.inThread(experts, bruno, root1, "!resolu")
			w.inThread(experts, bruno, root2, "!meme 1")
			w.inThread(experts, bruno, root2, "!meme 1 2 3")
			w.neverSays(elsewhere, "la même")
		},
		"duplicates of a duplicate": func(w *world) {
			_, root1, _, root2 := w.asksTwice()
			w.inThread(experts, bruno, root1, "La LGPL.")
			w.say(salon, alix, "!question Et moi, quelle licence ?")
			root3 := w.root()
			w.inThread(experts, bruno, root3, "!meme 2")
			w.inThread(experts, bruno, root2, "!meme 1")
			w.inThread(experts, bruno, root1, "!meme 3")
			w.inThread(experts, bruno, root3, "!meme 2")
			w.inThread(experts, bruno, root1, "Ou la MPL.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				play(w)
				w.golden(strings.ReplaceAll(name, " ", "-"))
			})
		})
	}
}
