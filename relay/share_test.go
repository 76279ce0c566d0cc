package relay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

// What was allowed when questions were joined, or answered, is compared again when the
// answer is sent to the asker of the duplicate.
func TestSharedAnswersAreCheckedWhenTheyAreSent(t *testing.T) {
	for name, play := range map[string]func(w *world, root1, root2 chat.EventID){
		"the room of the duplicate opens after they were joined": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root1, "Un secret.")
			release := w.holding(elsewhere)
			w.inThread(experts, bruno, root2, "!meme 1")
			w.room(elsewhere, "Forge", public)
			release()
			w.neverSays(elsewhere, "secret")
			w.neverSays(elsewhere, "répondue")
			w.says(experts, "son salon est devenu plus ouvert")
		},
		"the room of the duplicate opens after an answer, which is edited once it is closed again": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			a := w.inThread(experts, bruno, root1, "Un secret.")
			w.room(elsewhere, "Forge", public)
			release()
			w.neverSays(elsewhere, "secret")
			w.says(experts, "n’est pas donnée à l’auteur de la question n° 2")
			w.says(salon, "Un secret.")
			w.room(elsewhere, "Forge", nil)
			w.edit(experts, bruno, a, "Un secret, corrigé.")
			w.says(elsewhere, "Un secret, corrigé.")
			w.says(elsewhere, "répondue")
		},
		"the room of the first question narrows": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			w.room(salon, "Bluehats", encrypted)
			w.inThread(experts, bruno, root1, "Un secret.")
			w.says(salon, "secret")
			w.neverSays(elsewhere, "secret")
		},
		"they are separated": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			w.inThread(experts, bruno, root1, "Un secret.")
			w.inThread(experts, bruno, root2, "!separer")
			release()
			w.neverSays(elsewhere, "secret")
			w.says(experts, "répétez-la pour la question n° 2")
		},
		"they are separated, and joined again": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			a := w.inThread(experts, bruno, root1, "Un secret.")
			w.inThread(experts, bruno, root2, "!separer")
			release()
			w.edit(experts, bruno, a, "Un secret, corrigé.") // fails for nobody
			w.neverSays(experts, "n’est pas donnée")
			w.neverSays(elsewhere, "secret")
			w.inThread(experts, bruno, root2, "!meme 1")
			w.says(elsewhere, "Un secret, corrigé.")
			w.says(elsewhere, "répondue")
		},
		"they are joined to another": func(w *world, root1, root2 chat.EventID) {
			w.say(salon, alix, "!question La même ?")
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			w.inThread(experts, bruno, root1, "Un secret.")
			w.inThread(experts, bruno, root1, "!meme 3")
			release()
			w.neverSays(elsewhere, "secret")
			w.says(experts, "à l’auteur de la question n° 2, qui n’est plus jointe à celle-ci. Si elle y répond aussi, répétez-la pour la question n° 3")
		},
		"the answer is deleted": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			a := w.inThread(experts, bruno, root1, "Un secret.")
			w.remove(experts, bruno, a)
			release()
			w.neverSays(elsewhere, "secret")
		},
		"the answer becomes a note": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			a := w.inThread(experts, bruno, root1, "Un secret.")
			w.edit(experts, bruno, a, "!note Un secret.")
			release()
			w.neverSays(elsewhere, "secret")
		},
		"the room of the first question opens": func(w *world, root1, root2 chat.EventID) {
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(salon)
			w.inThread(experts, bruno, root1, "Ceci.")
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(salon, "Ceci.")
			w.says(elsewhere, "Ceci.")
			if want := "Héraut supprime"; !strings.Contains(w.log(), want) {
				t.Errorf("an answer that is not carried stays with the other asker:\n%s", w.log())
			}
		},
		"the entry of the FAQ is rewritten": func(w *world, root1, root2 chat.EventID) {
			number := w.keeps("Quoi ?", "Un secret.", clear)
			w.inThread(experts, bruno, root2, "!meme 1")
			release := w.holding(elsewhere)
			w.inThread(experts, bruno, root1, fmt.Sprint("!repondre faq ", number))
			if _, err := w.db.SaveEntry(context.Background(), relay.Entry{Number: number, Question: "Quoi ?", Answer: "Autre.", Audience: clear}); err != nil {
				w.Fatal(err)
			}
			release()
			w.neverSays(elsewhere, "secret")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doubled(t, func(w *world) {
				_, root1, _, root2 := w.asksTwice()
				play(w, root1, root2)
			})
		})
	}
}

// Others cannot edit, delete or close what the asker of a duplicate was given.
func TestOthersDoNotChangeDuplicates(t *testing.T) {
	doubled(t, func(w *world) {
		_, root1, _, root2 := w.asksTwice()
		a := w.inThread(experts, bruno, root1, "Ceci.")
		w.inThread(experts, bruno, root2, "!meme 1")
		shared := w.last(elsewhere, "Ceci.")
		w.edit(experts, dora, a, "Forgé.")
		w.edit(elsewhere, alix, shared, "Forgé.")
		w.neverSays(elsewhere, "Forgé")
		w.remove(elsewhere, alix, a) // the event is one of another room
		w.react(elsewhere, alix, shared, "✅")
		w.react(experts, dora, root2, "✅")
		w.say(elsewhere, alix, "!separer 2")
		if log := w.log(); strings.Contains(log, "Héraut supprime") {
			t.Errorf("an answer is withdrawn:\n%s", log)
		}
		w.neverSays(elsewhere, "résolue")
		w.says(elsewhere, "Seuls l’auteur de la question n° 2")
		w.react(elsewhere, farid, shared, "✅")
		w.says(elsewhere, "résolue")
		w.neverSays(salon, "résolue")
	})
}

// The homeserver can neither write the command nor choose the question that it joins, nor
// the one that an answer is given to.
func TestForgedRelationsJoinNothing(t *testing.T) {
	doubled(t, func(w *world) {
		w.room(experts, "Experts", encrypted)
		_, root1, _, root2 := w.asksTwice()
		w.say(experts, bruno, "!repondre 1 Un secret.")
		w.do(experts, bruno, chat.Event{Message: &chat.Message{Body: "!meme 2 1"}}) // in clear
		w.related(experts, bruno, chat.Message{Body: "!meme 1", Thread: root2})
		w.says(experts, "redites la commande avec le numéro")
		w.neverSays(elsewhere, "secret")
		w.say(experts, bruno, "!meme 2 1")
		w.says(elsewhere, "secret")
		w.room(salon, "Bluehats", encrypted)
		release := w.holding(elsewhere)
		w.related(experts, bruno, chat.Message{Body: "Dit à d’autres.", Thread: root1})
		w.room(salon, "Bluehats", nil)
		release()
		w.says(salon, "Dit à d’autres.")
		w.neverSays(elsewhere, "Dit à d’autres.")
	})
}

// A file that comes with an answer stays where it is, and its place is told.
func TestSharedAnswersAnnounceFiles(t *testing.T) {
	doubled(t, func(w *world) {
		w.withFiles()
		_, root1, _, root2 := w.asksTwice()
		w.attach(experts, bruno, root1, w.document(experts, "avis.pdf"))
		w.inThread(experts, bruno, root2, "!meme 1")
		w.expectFiles(elsewhere)
		w.says(elsewhere, "Pièce jointe : un fichier. Elle n’est pas transmise")
	})
}
