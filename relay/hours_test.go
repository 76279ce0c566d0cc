package relay_test

import (
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/schedule"
)

// The world begins on Saturday, 1 January 2000, a public holiday.
func TestOutOfHours(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		quiet, err := schedule.ParseQuiet("12:00-14:00 18:00-08:00 weekends feries 2000-01-03", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		w.quiet = func(room chat.RoomID) relay.Quiet {
			if room != experts {
				return schedule.Quiet{Zone: time.UTC}
			}
			return quiet
		}
		w.restart()
		q := w.say(salon, camille, "!question Qui est là ?")
		w.restart()
		w.inThread(salon, camille, q, "Il n’y a personne ?")
		w.pass(82 * time.Hour) // Tuesday morning
		w.say(salon, camille, "!question Et maintenant ?")
		w.pass(130 * time.Minute) // noon
		w.say(salon, camille, "!question Et à midi ?")
		w.pass(100 * time.Minute) // ten minutes before two
		w.say(salon, camille, "!question Et dans dix minutes ?")
		var told []string
		for _, p := range w.own(salon) {
			if strings.Contains(plainOf(p), "attendus") {
				told = append(told, strings.TrimSpace(plainOf(p)))
			}
		}
		want := []string{
			"Les experts sont attendus mardi 4 janvier 2000 à 08:00. Votre question les attend",
			"Les experts sont attendus aujourd’hui à 14:00. Votre question les attend",
		}
		if strings.Join(told, "\n") != strings.Join(want, "\n") {
			t.Errorf("the asker was told\n%s\nwant\n%s\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"), w.log())
		}
	})
}
