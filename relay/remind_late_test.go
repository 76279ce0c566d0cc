package relay_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
)

// TestLateFollowUp writes to a duplicate before the experts are reminded, in a message
// that arrives only afterwards: they are reminded of it too.
func TestLateFollowUp(t *testing.T) {
	doubled(t, func(w *world) {
		reminders := relay.NewReminders(relay.RemindOptions{
			Store: w.db, Queue: queue.NewOutbox(w.db), Book: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Zone: time.UTC, Log: zerolog.Nop(), Unanswered: 8 * time.Hour,
			Quiet:   func(chat.RoomID) relay.Quiet { return noQuiet{} },
			Reaches: func(context.Context, relay.Question) (bool, error) { return true, nil },
		})
		reminded := func(want int) {
			t.Helper()
			w.pass(9 * time.Hour)
			if err := reminders.Round(context.Background(), time.Now()); err != nil {
				t.Fatal(err)
			}
			w.say(other, dora, "Bonjour") // wakes the queue
			w.pass(time.Minute)
			if got := strings.Count(spoken(w), "personne n’y a répondu depuis"); got != want {
				t.Fatalf("%d reminders, want %d:\n%s", got, want, w.log())
			}
		}
		q1, _, q2, root2 := w.asksTwice()
		w.inThread(salon, camille, q1, "!resolu")
		w.inThread(salon, camille, q1, "Finalement, laquelle ?")
		w.inThread(experts, bruno, root2, "!meme 1")
		w.inThread(elsewhere, farid, q2, "Et pour une bibliothèque ?")
		reminded(2)
		for _, late := range []struct {
			room  chat.RoomID
			by    chat.UserID
			about chat.EventID
		}{{elsewhere, farid, q2}, {salon, camille, q1}} {
			w.do(late.room, late.by, chat.Event{
				At: time.Now().Add(-10 * time.Hour), Message: &chat.Message{Body: "Et pour un jeu ?", Thread: late.about, RelationEncrypted: true},
			})
		}
		reminded(4)
		reminded(4)
	})
}
