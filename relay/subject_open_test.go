package relay_test

import (
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/relay"
)

// A card says which questions are open on its software, where the room may read them.
func TestCardSaysWhatIsOpen(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		gimp := catalogue.New([]catalogue.Software{{ID: "51", Name: "GIMP"}}, time.Now())
		w.subject = func(text string) string { return relay.Subject(gimp, text) }
		w.restart()
		q := w.say(salon, camille, "!question gimp comment ouvrir un PSD ?")
		w.say(other, alix, "!sill gimp")
		w.expect(other, []string{"GIMP"}, "ouverte")
		w.say(salon, alix, "!sill gimp")
		w.expect(salon, []string{"Une question est ouverte à son sujet : n° 1"})
		w.say(experts, bruno, "!sill gimp")
		w.expect(experts, []string{"Une question est ouverte à son sujet : n° 1"})
		w.inThread(salon, camille, q, "!resolu")
		w.say(salon, alix, "!sill gimp")
		w.expect(salon, []string{"GIMP"}, "ouverte")
		w.say(salon, camille, "!question gimp et un TIFF ?")
		w.room(salon, "Bluehats", public)
		w.say(salon, alix, "!sill gimp")
		w.expect(salon, []string{"GIMP"}, "ouverte")
	})
}
