package relay_test

import (
	"strings"
	"testing"

	"heraut/chat"
)

// The transcript of each scenario is in testdata/relay, as people read it.
func TestScenarios(t *testing.T) {
	playAll(t, map[string]func(w *world){
		"whole": func(w *world) {
			q := w.say(salon, camille, "!question Quelle licence pour une bibliothèque ?")
			root := w.root()
			w.react(experts, bruno, root, "✋")
			a := w.inThread(experts, bruno, root, "La LGPL convient.")
			b := w.inThread(experts, dora, root, "Ou la MPL.")
			f := w.inThread(salon, camille, q, "Et pour un logiciel entier ?")
			w.edit(experts, bruno, a, "La LGPL 3 convient.")
			w.edit(salon, camille, f, "Et pour un logiciel entier, en ligne ?")
			w.edit(salon, camille, q, "!question Quelle licence pour une bibliothèque en C ?")
			up := w.react(experts, dora, w.last(experts, "ajoute"), "👍")
			up2 := w.react(experts, bruno, w.last(experts, "ajoute"), "👍")
			thanks := w.react(salon, camille, w.last(salon, "Bruno Lefèvre répond"), "❤️")
			w.remove(experts, dora, up)
			w.remove(experts, bruno, up2)
			w.remove(salon, camille, thanks)
			w.remove(experts, dora, b)
			w.remove(salon, camille, f)
			w.react(salon, camille, w.last(salon, "Question n°"), "✅")
			w.inThread(salon, camille, q, "Une précision tout de même.")
			w.inThread(salon, camille, q, "!resolu")
		},
		"by reply": func(w *world) {
			q := w.say(salon, camille, "!question Où publier ?")
			root := w.root()
			a := w.reply(experts, bruno, root, "Sur la forge.")
			w.reply(salon, camille, w.last(salon, "répond"), "Laquelle ?")
			w.reply(experts, bruno, w.last(experts, "ajoute"), "La vôtre.")
			w.reply(experts, dora, a, "Oui.")
			w.reply(salon, camille, q, "Merci !")
			w.inThread(experts, bruno, root, "!prendre")
			w.inThread(salon, alix, q, "J’ajoute une question.")
		},
		"notes": func(w *world) {
			w.say(salon, camille, "!question Que faire ?")
			root := w.root()
			n := w.inThread(experts, bruno, root, "!note il faudrait demander à la DAJ")
			w.reply(experts, dora, n, "Je m’en charge.") // outside the thread
			m := w.inThread(experts, dora, root, "!notes une faute de frappe")
			w.edit(experts, dora, m, "Demandez à la DAJ.")
			a := w.inThread(experts, bruno, root, "Ceci part.")
			w.edit(experts, bruno, a, "!note ceci ne part plus")
			w.edit(experts, bruno, n, "Ceci part aussi.")
		},
		"carried after all": func(w *world) {
			w.say(salon, camille, "!question Laquelle ?")
			m := w.inThread(experts, dora, w.root(), "!celle-ci")
			w.edit(experts, dora, m, "Celle-ci.")
			answer := w.last(salon, "Celle-ci.")
			w.react(salon, camille, answer, "❤️")
			w.reply(salon, camille, answer, "Et pourquoi ?")
			w.do(experts, dora, chat.Event{Message: &chat.Message{Body: "!resolu", Thread: w.root()}})
			w.forget(dora)
		},
		"without a name": func(w *world) {
			q := w.say(salon, camille, "!question Qui sait ?")
			root := w.root()
			a := w.inThread(experts, bruno, root, "!anonyme\nMoi, mais ne le dites pas.")
			w.edit(experts, bruno, a, "Moi, mais cela reste entre nous.")
			b := w.inThread(experts, dora, root, "Moi aussi.")
			w.edit(experts, dora, b, "!anonymous Moi aussi.")
			w.inThread(salon, camille, q, "!anonyme Merci !")
			w.inThread(experts, bruno, root, "!anonyme")
			w.say(experts, bruno, "!anonyme hors d’un fil")
		},
		"claims": func(w *world) {
			w.say(salon, camille, "!question Une ?")
			w.say(salon, alix, "!question Deux ?")
			w.say(experts, bruno, "!prendre 2")
			w.say(experts, dora, "!prendre n° 2")
			w.say(experts, dora, "!laisser 2")
			w.say(experts, bruno, "!questions")
			w.say(salon, camille, "!questions miennes")
			w.say(experts, bruno, "!laisser 2")
			w.say(salon, camille, "!prendre 1")
			w.say(other, dora, "!resolu 1")
			w.say(experts, dora, "!resolu 1")
			w.do(experts, dora, chat.Event{Level: chat.LevelModerator, Message: &chat.Message{Body: "!resolu 1"}})
			w.say(experts, bruno, "!prendre 1")
			w.say(experts, bruno, "!questions")
		},
		"deleted": func(w *world) {
			q := w.say(salon, camille, "!question Secret ?")
			root := w.root()
			w.inThread(experts, bruno, root, "Une réponse.")
			w.remove(salon, camille, q)
			w.inThread(experts, bruno, root, "Trop tard.")
		},
		"no question any more": func(w *world) {
			q := w.say(salon, camille, "!question Ceci ?")
			w.edit(salon, camille, q, "en fait non")
			w.edit(salon, camille, q, "!question Cela ?")
		},
		"root redacted": func(w *world) {
			q := w.say(salon, camille, "!question Hors sujet ?")
			root := w.root()
			w.remove(experts, dora, root)
			w.inThread(experts, bruno, root, "Trop tard.")
			w.inThread(salon, camille, q, "Allô ?")
		},
		"asker leaves": func(w *world) {
			w.say(salon, camille, "!question Je pars, et vous ?")
			root := w.root()
			w.say(experts, bruno, "!prendre 1")
			w.do(salon, camille, chat.Event{Left: &chat.Left{User: camille}})
			w.inThread(experts, bruno, root, "On reste.")
			w.do(experts, bruno, chat.Event{Left: &chat.Left{User: bruno}})
		},
		"experts move": func(w *world) {
			const next = chat.RoomID("!nouveau:example.org")
			q := w.say(salon, camille, "!question Avant le déménagement ?")
			w.room(next, "Nouveau", nil)
			w.room(experts, "Experts", func(r *chat.Room) { r.MovedTo = next })
			w.do(experts, dora, chat.Event{Moved: &chat.Moved{To: next}})
			w.inThread(next, bruno, w.last(next, "question n°"), "Après.")
			w.inThread(salon, camille, q, "Merci.")
			w.say(salon, alix, "!question Une nouvelle ?")
		},
		"experts move to where others read": func(w *world) {
			const next = chat.RoomID("!nouveau:example.org")
			q := w.say(salon, camille, "!question Entre nous ?")
			w.room(next, "Nouveau", public)
			w.room(experts, "Experts", func(r *chat.Room) { r.MovedTo = next })
			w.do(experts, dora, chat.Event{Moved: &chat.Moved{To: next}})
			w.inThread(salon, camille, q, "Rien ne part ?")
			if posts := w.own(next); len(posts) != 0 {
				w.Errorf("others read %+v", posts)
			}
		},
		"askers move": func(w *world) {
			const next = chat.RoomID("!nouveau:example.org")
			w.say(salon, camille, "!question Avant ?")
			w.room(next, "Nouveau", nil)
			w.room(salon, "Bluehats", func(r *chat.Room) { r.MovedTo = next })
			w.do(salon, dora, chat.Event{Moved: &chat.Moved{To: next}})
			w.inThread(experts, bruno, w.root(), "Après.")
			w.inThread(next, camille, w.last(next, "question n°"), "Merci.")
			w.say(next, camille, "!question Une autre ?")
		},
		"parents gone": func(w *world) {
			q := w.say(salon, camille, "!question Il y a longtemps ?")
			root := w.root()
			w.gone[q] = true
			w.inThread(experts, bruno, root, "Enfin une réponse.")
			w.gone[root] = true
			w.reply(salon, camille, w.last(salon, "Enfin"), "Merci !")
			w.reply(experts, dora, w.last(experts, "Merci"), "De rien.")
		},
		"files and long messages": func(w *world) {
			w.say(salon, camille, "!question Un modèle ?")
			root := w.root()
			w.do(experts, bruno, chat.Event{Message: &chat.Message{Thread: root, Body: "Le voici @room", File: &chat.File{Name: "modèle @room.odt"}}})
			w.do(experts, bruno, chat.Event{Message: &chat.Message{Thread: root, File: &chat.File{Name: "image.png"}}})
			w.inThread(experts, dora, root, strings.Repeat("Très long. ", 2728))
			w.do(experts, dora, chat.Event{Message: &chat.Message{
				Thread: root, Body: "@room lisez [ceci](x)",
				HTML: `<p>@room <a href="https://matrix.to/#/@camille:example.org">Camille</a> <b>lisez</b> <a href="https://example.org/a">ceci</a></p><pre><code>a = 1
b = 2</code></pre>`,
			}})
		},
	})
}

// playAll plays each scenario in a world of its own, and compares what everybody sees
// with the golden file of its name.
func playAll(t *testing.T, scenarios map[string]func(w *world)) {
	t.Helper()
	for name, play := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				play(w)
				w.golden(strings.ReplaceAll(name, " ", "-"))
			})
		})
	}
}
