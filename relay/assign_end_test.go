package relay_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// The expert who asked a colleague takes that back, also before the call is sent; nobody
// else does.
func TestAssignmentIsTakenBack(t *testing.T) {
	for name, takeBack := range map[string]func(w *world, command, ask chat.EventID){
		"by ❌ on the call":            func(w *world, _, ask chat.EventID) { w.react(experts, bruno, ask, "❌") },
		"by deletion of the command":  func(w *world, command, _ chat.EventID) { w.remove(experts, bruno, command) },
		"by deletion after a restart": func(w *world, command, _ chat.EventID) { w.restart(); w.remove(experts, bruno, command) },
		"by ❌, and then a deletion too": func(w *world, command, ask chat.EventID) {
			w.react(experts, bruno, ask, "❌")
			w.remove(experts, bruno, command)
		},
	} {
		for _, inThread := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				asking(t, func(w *world, root chat.EventID) {
					w.react(experts, noor, root, "✋")
					thread := root
					if !inThread {
						thread = ""
					}
					command := w.do(experts, bruno, chat.Event{
						Level: chat.LevelModerator, Message: &chat.Message{Body: "!confier 1 Dora", Thread: thread},
					})
					ask := w.last(experts, "vous propose")
					w.react(experts, noor, ask, "❌")
					w.remove(salon, camille, command) // not an event of that room
					w.neverSays(experts, "n’a plus cours")
					takeBack(w, command, ask)
					w.says(experts, "la proposition à un collègue n’a plus cours")
					w.react(experts, dora, ask, "✋")
					w.status("prise par Noor")
					w.pinged(bruno, 0)
					w.pinged(dora, 1)
				})
			})
		}
	}
	t.Run("before the call is sent", func(t *testing.T) {
		t.Parallel()
		asking(t, func(w *world, root chat.EventID) {
			release := w.holding(experts)
			w.remove(experts, bruno, w.inThread(experts, bruno, root, "!confier Dora"))
			release()
			w.pinged(dora, 0)
		})
	})
	t.Run("by deletion of an earlier command", func(t *testing.T) {
		t.Parallel()
		asking(t, func(w *world, root chat.EventID) {
			earlier := w.inThread(experts, bruno, root, "!confier Dora")
			w.inThread(experts, bruno, root, "!confier Noor Élias")
			w.remove(experts, bruno, earlier)
			w.react(experts, noor, root, "✋")
			w.says(experts, "proposée à un collègue, qui s’en occupe")
		})
	})
}

// The expert who asked is told when the homeserver refuses the call, since that is the
// only answer to the command.
func TestRefusedCallIsTold(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		w.refuse = func(p chat.Post) error {
			if strings.Contains(plainOf(p), "vous propose") {
				return &queue.Refused{Cause: errors.New("too large")}
			}
			return nil
		}
		w.inThread(experts, bruno, root, "!confier Dora")
		w.says(experts, "La question n° 1 n’a pu être proposée à personne")
		w.pinged(bruno, 1)
		w.refuse = nil
		w.inThread(experts, bruno, root, "!confier Dora")
		w.pinged(dora, 1)
	})
}

// A request to a colleague goes on in the room that replaces the experts', for the rest of
// its time.
func TestAssignmentMoves(t *testing.T) {
	const next = chat.RoomID("!nouveau:example.org")
	moving := func(t *testing.T, change func(r *chat.Room), play func(w *world)) {
		t.Helper()
		asking(t, func(w *world, root chat.EventID) {
			w.react(experts, bruno, root, "✋")
			w.inThread(experts, bruno, root, "!confier Dora")
			w.pass(5 * 24 * time.Hour)
			w.room(next, "Nouveau", change)
			w.room(experts, "Experts", func(r *chat.Room) { r.MovedTo = next })
			w.do(experts, dora, chat.Event{Moved: &chat.Moved{To: next}})
			play(w)
		})
	}
	t.Run("accepted there", func(t *testing.T) {
		moving(t, nil, func(w *world) {
			w.restart()
			ask := w.last(next, "vous propose de vous occuper de la question n° 1")
			w.react(next, noor, ask, "✋")
			w.says(salon, "prise par Bruno")
			w.react(next, dora, ask, "✋")
			w.says(next, "proposée à un collègue, qui s’en occupe")
			w.says(salon, "prise par Dora")
		})
	})
	t.Run("refused there", func(t *testing.T) {
		moving(t, nil, func(w *world) {
			w.react(next, dora, w.last(next, "vous propose"), "❌")
			w.says(next, "ne la prend pas")
		})
	})
	t.Run("too late there", func(t *testing.T) {
		moving(t, nil, func(w *world) {
			w.pass(3 * 24 * time.Hour)
			w.says(next, "n’a pas répondu en sept jours")
		})
	})
	t.Run("the question may not go there", func(t *testing.T) {
		moving(t, public, func(w *world) { w.neverSays(next, "vous propose") })
	})
}
