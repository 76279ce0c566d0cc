package relay_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heraut/chat"
)

// A carried message, or a note, that an edit makes a question is carried for its former
// question no more, and its own thread is that of a question, however late the edit is.
func TestMessageOfAQuestionAsksAnother(t *testing.T) {
	for name, first := range map[string]string{"an answer": "Ceci.", "a note": "!note Ceci."} {
		for when, late := range map[string]time.Duration{"at once": 0, "late": time.Hour} {
			t.Run(name+", "+when, func(t *testing.T) {
				t.Parallel()
				doubled(t, func(w *world) {
					w.relays = append(w.relays, withRooms("suite", experts, other))
					w.restart()
					_, root1, _, root2 := w.asksTwice()
					w.inThread(experts, bruno, root2, "!meme 1")
					a := w.inThread(experts, bruno, root1, first)
					w.do(experts, bruno, chat.Event{
						At: time.Now().Add(-late), Message: &chat.Message{Body: "!question Et vous ?", Edits: a},
					})
					w.says(other, "Et vous ?")
					if name == "an answer" {
						for _, room := range []chat.RoomID{salon, elsewhere} {
							if want := "Héraut supprime " + strings.TrimPrefix(string(w.last(room, "Ceci.")), "$") + "\n"; !strings.Contains(w.log(), want) {
								t.Errorf("no %q:\n%s", want, w.log())
							}
						}
					}
					w.inThread(experts, dora, a, "Je précise.")
					w.says(other, "Je précise.")
					w.neverSays(salon, "Je précise.")
					if all, err := w.carrier.DataOf(context.Background(), bruno); err != nil || len(all) != 2 { // his question, and his «!meme»
						t.Errorf("%v, %v", all, err)
					}
				})
			})
		}
	}
}
