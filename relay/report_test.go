package relay_test

import (
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/schedule"
)

// The world begins on Saturday, 1 January 2000, a public holiday.
func TestReport(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.quiet = func(chat.RoomID) relay.Quiet { return schedule.NewQuiet(time.UTC) }
		w.relays = append(w.relays, withTheme("droit", "licences"), withRooms("ailleurs", other, salon))
		w.restart()
		w.say(experts, bruno, "!questions bilan")
		w.expect(experts, []string{"Questions de ce salon, 30 derniers jours : aucune"})

		w.say(salon, camille, "!question #licences Laquelle ?")
		first := w.root()
		w.say(salon, camille, "!question Où publier ?")
		second := w.root()
		w.say(salon, alix, "!question Qui décide ?")
		w.say(other, alix, "!question Et ailleurs ?")
		w.pass(56*time.Hour + 30*time.Minute) // Monday, half past eight
		w.reply(experts, bruno, first, "La MIT.")
		w.pass(2 * time.Hour)
		w.reply(experts, bruno, second, "Sur la forge.")
		w.react(experts, bruno, second, "✋")
		w.inThread(experts, bruno, second, "!resolu")
		w.restart()
		w.say(experts, bruno, "!questions bilan 7j")
		w.expect(experts, []string{
			"7 derniers jours", "Posées : 3, dont 2 répondues et 1 résolue", "après 1 h 3", "Par thème : sans thème 2, licences 1",
		}, "suggestion", "Camille", "Bruno")
		w.say(other, alix, "!questions bilan")
		w.expect(other, []string{"Le bilan des questions se demande dans le salon des experts"}, "Posées")

		w.do(other, dora, chat.Event{Level: chat.LevelOperator, Message: &chat.Message{
			Body: "!questions bilan", Mentioned: true, Mentions: []chat.UserID{bot},
		}})
		w.expect(other, []string{"se demande dans le salon des experts"}, "Posées")

		w.room(direct, "", func(r *chat.Room) { r.Direct, r.Members = true, 2 })
		w.say(direct, camille, "!questions bilan")
		w.expect(direct, []string{"se demande dans le salon des experts"}, "Posées")
		w.do(direct, dora, chat.Event{Level: chat.LevelOperator, Message: &chat.Message{Body: "!questions bilan"}})
		w.expect(direct, []string{"de tous les salons", "Posées : 4"})
	})
}
