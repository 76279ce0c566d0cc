package relay_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"heraut/chat"
)

// searchedBy makes that many people search some words in a room.
func (w *world) searchedBy(room chat.RoomID, people int, command string) {
	w.Helper()
	for i := range people {
		w.say(room, chat.UserID(fmt.Sprintf("@agent%d:example.org", i)), command)
	}
}

// dataText returns the kinds and texts of the data kept about a person.
func (w *world) dataText(user chat.UserID) (texts []string) {
	w.Helper()
	all, err := w.carrier.DataOf(context.Background(), user)
	if err != nil {
		w.Fatal(err)
	}
	for _, d := range all {
		texts = append(texts, d.Kind+" "+d.Text)
	}
	return texts
}

// A report names the words that three people searched in vain, and no others; those of a
// room that the readers of the report could not read stay out.
func TestVainSearches(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		report := func(holds []string, not ...string) {
			w.Helper()
			w.say(experts, bruno, "!questions bilan")
			w.expect(experts, holds, not...)
		}
		w.searchedBy(salon, 1, "!questions chauffage urbain")
		w.searchedBy(salon, 1, "!questions les chauffages urbains ?")
		report([]string{"aucune"}, "chauffage")
		w.searchedBy(salon, 2, "!faq chauffage urbain")
		report([]string{"aucune"}, "chauffage")
		w.restart()
		w.searchedBy(salon, 3, "!questions chauffage urbain")
		w.searchedBy(salon, 5, "!questions forge logicielle")
		report([]string{"par trois personnes au moins", "« forge logicielle » 5, « chauffage urbain » 3"})

		w.searchedBy(salon, 3, "!questions alix@example.org")
		w.searchedBy(salon, 3, "!questions 06 12 34 56 78")
		w.searchedBy(other, 3, "!questions d’un salon sans relais")
		report(nil, "alix", "06", "relais")

		w.room(experts, "Experts", public)
		report([]string{"aucune"}, "chauffage", "forge")
		w.searchedBy(salon, 3, "!questions imprimante")
		w.room(experts, "Experts", nil)
		report([]string{"forge"}, "imprimante") // it was searched while the experts' room was wider
		w.pass(91 * 24 * time.Hour)
		if err := w.db.PurgeMisses(context.Background(), time.Now()); err != nil {
			t.Fatal(err)
		}
		w.say(experts, bruno, "!questions bilan 365j")
		w.expect(experts, nil, "chauffage", "forge")
	})
}

// A person who is forgotten counts no more, and the words go if too few remain.
func TestVainSearchesAreForgotten(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.searchedBy(salon, 3, "!questions chauffage")
		w.searchedBy(salon, 4, "!questions forge")
		me := chat.UserID("@agent0:example.org")
		if got := fmt.Sprint(w.dataText(me)); got != "[misses 2]" {
			t.Errorf("kept about the person: %s", got)
		}
		if err := w.carrier.Forget(context.Background(), me); err != nil {
			t.Fatal(err)
		}
		if got := w.dataText(me); len(got) > 0 {
			t.Errorf("kept about the person: %s", got)
		}
		w.say(experts, bruno, "!questions bilan")
		w.expect(experts, []string{"« forge » 3"}, "chauffage")
	})
}
