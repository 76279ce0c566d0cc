package relay_test

import (
	"context"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// What people see when the asker must agree first, or the audience changes.
func TestScenariosOfConsent(t *testing.T) {
	playAll(t, map[string]func(w *world){
		"consent": func(w *world) {
			w.relays[0].MayWiden = true
			w.restart()
			w.room(experts, "Experts", public)
			w.say(salon, camille, "!question Peut-on dire ceci ?")
			w.react(salon, alix, w.last(salon, "Question n°"), "✅")
			w.restart()
			w.react(salon, camille, w.last(salon, "Question n°"), "3️⃣")
			q := w.say(salon, camille, "!question Et cela ?")
			w.inThread(salon, alix, q, "oui")
			w.inThread(salon, camille, q, "je réfléchis")
			w.reply(salon, camille, w.last(salon, "n° 2"), "Sans nom.")
			w.inThread(experts, bruno, w.root(), "Oui.")
			w.inThread(salon, camille, q, "Merci.")
			w.inThread(salon, alix, q, "Moi aussi.")
		},
		"consent in an encrypted room": func(w *world) {
			w.relays = []relay.Declaration{withRooms("libre", sealed, experts)}
			w.relays[0].MayWiden = true
			w.restart()
			w.room(sealed, "Chiffré", func(r *chat.Room) { r.Encrypted = true })
			q := w.say(sealed, camille, "!question Ceci peut-il sortir ?")
			w.react(sealed, camille, w.last(sealed, "Question n°"), "1️⃣")                  // the homeserver may have forged it
			w.do(sealed, camille, chat.Event{Message: &chat.Message{Thread: q, Body: "1"}}) // in clear, so perhaps forged too
			w.related(sealed, camille, chat.Message{Thread: q, Body: "1"})                  // in a thread that the homeserver may have chosen
			w.inThread(sealed, camille, q, "1")
		},
		"a quarter later": func(w *world) {
			q := w.say(salon, camille, "!question Toujours ouverte ?")
			root := w.root()
			a := w.inThread(experts, bruno, root, "Oui.")
			up := w.react(salon, camille, w.last(salon, "répond"), "👍")
			later := time.Now().Add(time.Hour)
			if err := w.db.PurgeQueue(context.Background(), later, later); err != nil {
				w.Fatal(err)
			}
			w.edit(experts, bruno, a, "Oui, encore.")
			w.edit(experts, dora, a, "Une autre que l’auteur.")
			w.remove(salon, camille, up)
			w.reply(salon, camille, w.last(salon, "répond"), "Merci.")
			w.remove(salon, camille, q)
		},
		"widening refused": func(w *world) {
			w.room(experts, "Experts", public)
			w.say(salon, camille, "!question Ceci reste ici ?")
		},
		"wider meanwhile": func(w *world) {
			q := w.say(salon, camille, "!question En privé ?")
			root := w.root()
			w.inThread(experts, bruno, root, "Oui, entre nous.")
			w.room(salon, "Bluehats", public)
			held := w.inThread(experts, bruno, root, "Ceci ne part pas.")
			w.edit(experts, bruno, held, "Ni ceci.")
			w.react(experts, bruno, root, "👍")
			w.room(salon, "Bluehats", nil)
			w.edit(experts, bruno, held, "Cela part.")
			w.room(experts, "Experts", public)
			w.inThread(salon, camille, q, "Ceci ne part pas non plus.")
		},
		"claimed and wider meanwhile": func(w *world) {
			w.say(salon, camille, "!question En privé ?")
			w.room(salon, "Bluehats", public)
			w.say(experts, bruno, "!prendre 1")
			w.say(experts, bruno, "!prendre 1")
			w.remove(other, dora, w.root()) // a deletion from another room does not count
			w.say(experts, bruno, "!resolu 1")
			w.do(experts, dora, chat.Event{Level: chat.LevelModerator, Message: &chat.Message{Body: "!resolu 1"}})
		},
		"taken back late": func(w *world) {
			late := func(room chat.RoomID, by chat.UserID, of chat.EventID, body string) {
				w.do(room, by, chat.Event{At: time.Now().Add(-30 * time.Minute), Message: &chat.Message{Body: body, Edits: of}})
			}
			q := w.say(salon, camille, "!question Pour combien ?")
			root := w.root()
			a := w.inThread(experts, bruno, root, "Pour rien.")
			w.edit(experts, bruno, a, "Pour rien du tout.")
			b := w.inThread(experts, dora, root, "Gratuit.")
			w.pass(time.Hour)
			late(experts, bruno, a, "!sill gimp")
			late(experts, dora, b, "!note gratuit ?")
			late(salon, camille, q, "en fait non")
		},
		"themes": func(w *world) {
			w.relays = append(w.relays,
				withTheme("droit", "Licences"), withTheme("achats", "achats"))
			w.relays[0].Themes = []string{"technique"}
			w.restart()
			w.say(salon, camille, "!question Sans thème ?")
			w.say(salon, camille, "!question #cuisine Quoi ?")
			w.say(salon, camille, "!question #Achats Comment acheter ?\nSur deux lignes.")
			w.say(other, camille, "!question Ici ?")
			w.say(salon, camille, "!question")
		},
		"suggestions": func(w *world) {
			w.suggestThis("Une <strong>réponse</strong>", "Une autre")
			w.say(salon, camille, "!question Déjà vu ?")
			w.react(salon, camille, w.last(salon, "Avant de poser"), "✅")
			w.say(salon, camille, "!question Pas vu ?")
			w.react(salon, camille, w.last(salon, "Avant de poser"), "❌")
			w.say(salon, camille, "!question Sans un mot ?")
			w.restart()
			w.pass(6 * time.Minute)
		},
		"suggestions and edits": func(w *world) {
			w.suggestThis("Une réponse")
			q := w.say(salon, camille, "!question Déjà vu ?")
			w.edit(salon, camille, q, "!question Déjà lu ?")
			w.react(salon, camille, w.last(salon, "Avant de poser"), "✅")
			w.edit(salon, camille, q, "!question Jamais lu ?")
			p := w.say(salon, camille, "!question Pas vu ?")
			w.edit(salon, camille, p, "!question Pas lu ?")
			w.react(salon, camille, w.last(salon, "Avant de poser"), "❌")
			w.remove(experts, dora, w.root())
			w.edit(salon, camille, p, "!question Toujours pas lu ?")
		},
		"without a name from the suggestions on": func(w *world) {
			w.relays[0].MayWiden = true
			w.suggestThis("Une réponse")
			w.room(experts, "Experts", public)
			w.say(salon, camille, "!question Peut-on le dire ?")
			w.reply(salon, camille, w.last(salon, "Avant de poser"), "sans nom")
			w.reply(salon, camille, w.last(salon, "Avant de poser"), "1")
		},
		"operators": func(w *world) {
			w.relays = nil
			w.restart()
			as := func(level chat.Level, body string) {
				w.do(salon, alix, chat.Event{Level: level, Message: &chat.Message{Body: body}})
			}
			as(chat.LevelModerator, "!relais ajouter libre de ici vers !experts:example.org")
			as(chat.LevelOperator, "!relais ajouter libre de ici vers !experts:example.org droit,achats elargir")
			as(chat.LevelOperator, "!relais ajouter libre de ici vers !autre:example.org")
			as(chat.LevelOperator, "!relais ajouter Autre de ici vers !experts:example.org")
			as(chat.LevelOperator, "!relais ajouter autre de ici vers !absent:example.org")
			as(chat.LevelOperator, "!relais ajouter autre de ici vers ici")
			as(chat.LevelOperator, "!relais liste")
			w.restart()
			w.say(salon, camille, "!question #droit Puis-je ?")
			as(chat.LevelOperator, "!relais retirer libre")
			as(chat.LevelOperator, "!relais retirer libre")
			w.say(salon, camille, "!question Et maintenant ?")
			w.inThread(experts, bruno, w.root(), "Oui.")
		},
	})
}
