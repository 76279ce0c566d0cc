package relay_test

import (
	"strings"
	"testing"
	"time"

	"heraut/chat"
)

// lastIn returns the plain text of the bot's last message in a room.
func (w *world) lastIn(room chat.RoomID) string {
	w.Helper()
	posts := w.own(room)
	if len(posts) == 0 {
		w.Fatalf("the bot said nothing in %s", room)
	}
	return plainOf(posts[len(posts)-1])
}

// expect checks that the bot's last message in a room holds some texts and not others.
func (w *world) expect(room chat.RoomID, holds []string, not ...string) {
	w.Helper()
	got := w.lastIn(room)
	for _, text := range holds {
		if !strings.Contains(got, text) {
			w.Errorf("got %q, which lacks %q", got, text)
		}
	}
	for _, text := range not {
		if strings.Contains(got, text) {
			w.Errorf("got %q, which holds %q", got, text)
		}
	}
}

// Questions are found in both of their rooms, open and closed, as long as the room may
// still read them, and nowhere else.
func TestFindQuestions(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		licence := w.say(salon, camille, "!question Quelle licence pour une bibliothèque ?")
		w.inThread(salon, camille, licence, "!resolu")
		w.say(salon, alix, "!question Où publier un jeu de données ?")
		for _, room := range []chat.RoomID{salon, experts} {
			w.say(room, bruno, "!questions licences")
			w.expect(room, []string{"n° 1", "résolue"}, "n° 2")
			w.say(room, bruno, "!questions")
			w.expect(room, []string{"n° 2"}, "n° 1")
			w.say(room, bruno, "!questions chauffage")
			w.expect(room, []string{"Aucune question de ce salon ne parle de « chauffage »"})
		}
		w.say(other, bruno, "!questions licences")
		w.expect(other, nil, "n° 1")
		w.room(salon, "Bluehats", public)
		w.room(experts, "Experts", public)
		for _, room := range []chat.RoomID{salon, experts} {
			w.say(room, bruno, "!questions licences")
			w.expect(room, nil, "n° 1")
		}
	})
}

// Experts write the FAQ in their room; it is shown in rooms that are no more open.
func TestWriteFAQ(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.say(salon, camille, "!faq ajouter Où publier ? | Sur la forge.")
		w.expect(salon, []string{"Seuls ceux qui répondent aux questions"})
		w.say(experts, bruno, "!faq ajouter Où publier ?")
		w.expect(experts, []string{"faq ajouter"}, "Ajoutée")
		w.say(experts, bruno, "!faq ajouter Où publier un code ?\n| Sur la forge,\nselon @dora:example.org.")
		w.expect(experts, []string{"Ajoutée à la FAQ : « Où publier un code ? »", "pas plus ouverts que celui-ci"})
		w.restart()
		w.say(salon, camille, "!faq publier un code")
		w.expect(salon, []string{"Sur la forge", "n° 1"}, "@dora")
		w.room(other, "Ailleurs", public)
		w.say(other, camille, "!faq publier un code")
		w.expect(other, nil, "Sur la forge")

		w.say(experts, bruno, "!faq modifier 7 Où ? | Là.")
		w.expect(experts, []string{"Aucune réponse gardée ne porte le numéro « 7 »"})
		w.say(experts, bruno, "!faq modifier 1 Où publier un code ? | Sur la forge interministérielle.")
		w.expect(experts, []string{"Modifiée dans la FAQ, n° 1"})
		w.say(salon, camille, "!faq publier un code")
		w.expect(salon, []string{"interministérielle"})

		w.say(experts, bruno, "!faq ajouter pour tous Qui décide ? | Le service.")
		w.expect(experts, []string{"Seuls les exploitants"})
		w.do(experts, dora, chat.Event{Level: chat.LevelOperator, Message: &chat.Message{Body: "!faq ajouter pour tous Qui décide de la licence ? | Le service."}})
		w.say(other, camille, "!faq qui décide de la licence")
		w.expect(other, []string{"Le service."})
		if changes, err := w.db.Changes(w.Context(), 10); err != nil || len(changes) != 3 {
			t.Errorf("the log of changes has %v, %v", changes, err)
		}
		w.pass(time.Hour)
	})
}
