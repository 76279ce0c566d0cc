package relay_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/queue"
)

// What was so when the colleague was named is looked at again when the call is sent, and
// when the colleague accepts.
func TestAssignmentIsCheckedLate(t *testing.T) {
	for name, play := range map[string]func(w *world, root chat.EventID){
		"the colleague leaves before the call is sent": func(w *world, root chat.EventID) {
			release := w.holding(experts)
			w.mentions(bruno, root, "!confier", dora)
			w.goes(dora)
			release()
			w.pinged(dora, 0)
			w.says(experts, "a quitté ce salon")
		},
		"the colleague leaves before the acceptance is read": func(w *world, root chat.EventID) {
			w.mentions(bruno, root, "!confier", dora)
			w.goes(dora)
			w.react(experts, dora, root, "✋")
			w.status("posée")
			w.says(experts, "a quitté ce salon")
		},
		"the question is taken before the call is sent": func(w *world, root chat.EventID) {
			release := w.holding(experts)
			w.mentions(bruno, root, "!confier", dora)
			w.react(experts, noor, root, "✋")
			release()
			w.status("prise par")
			w.pinged(dora, 0)
			w.neverSays(experts, "n’a plus cours")
		},
		"the call is replaced before it is sent": func(w *world, root chat.EventID) {
			release := w.holding(experts)
			w.mentions(bruno, root, "!confier", dora)
			w.mentions(bruno, root, "!confier", noor)
			w.mentions(bruno, root, "!confier", dora)
			release()
			w.pinged(dora, 1)
			w.pinged(noor, 0)
			w.neverSays(experts, "n’a plus cours")
		},
		"the experts' room opens before the call is sent": func(w *world, root chat.EventID) {
			release := w.holding(experts)
			w.mentions(bruno, root, "!confier", dora)
			w.room(experts, "Experts", public)
			release()
			if ask := plainOf(w.own(experts)[len(w.own(experts))-1]); strings.Contains(ask, "secret") || strings.Contains(ask, "Camille") {
				t.Errorf("the call says %q", ask)
			}
		},
		"an edit makes another message the command, or names another colleague": func(w *world, root chat.EventID) {
			said := w.inThread(experts, bruno, root, "!note Bonjour")
			w.edit(experts, bruno, said, "!confier Dora")
			asked := w.mentions(bruno, root, "!confier", noor)
			w.edit(experts, bruno, asked, "!confier Dora")
			w.edit(experts, dora, asked, "!confier Dora")
			w.pinged(dora, 0)
			w.pinged(noor, 1)
			w.react(experts, noor, root, "✋")
			w.status("prise par")
		},
		"the command is deleted while the members are read": func(w *world, root chat.EventID) {
			w.reading = make(chan struct{})
			said := w.mentions(bruno, root, "!confier", dora)
			w.remove(experts, bruno, said)
			close(w.reading)
			w.sync()
			w.pinged(dora, 0)
		},
		"the question is taken while the members are read": func(w *world, root chat.EventID) {
			w.reading = make(chan struct{})
			w.mentions(bruno, root, "!confier", dora)
			w.react(experts, noor, root, "✋")
			close(w.reading)
			w.sync()
			w.pinged(dora, 0)
			w.says(experts, "Noor Élias s’occupe déjà")
		},
		"the homeserver refuses the call": func(w *world, root chat.EventID) {
			w.refuse = func(p chat.Post) error {
				if strings.Contains(plainOf(p), "vous propose") {
					return &queue.Refused{Cause: errors.New("too large")}
				}
				return nil
			}
			w.mentions(bruno, root, "!confier", dora)
			if all, err := w.carrier.DataOf(context.Background(), dora); err != nil || len(all) > 0 {
				t.Errorf("%v, %v", all, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asking(t, func(w *world, root chat.EventID) { play(w, root) })
		})
	}
}

// In an encrypted room a command in clear commands nothing, and ✋ does what it does on
// any question.
func TestAssignInAnEncryptedRoom(t *testing.T) {
	inWorld(t, func(w *world) {
		w.room(salon, "Bluehats", encrypted)
		w.room(experts, "Experts", encrypted)
		w.say(salon, camille, "!question Un secret ?")
		root := w.root()
		w.do(experts, bruno, chat.Event{ClearInEncrypted: true, Message: &chat.Message{Body: "!confier Dora", Thread: root, Mentions: []chat.UserID{dora}}})
		w.pinged(dora, 0)
		// The relation stands outside of the ciphertext, so that the homeserver can have
		// put the command into this thread.
		w.do(experts, bruno, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Body: "!confier Dora", Thread: root, Mentions: []chat.UserID{dora}}})
		w.pinged(dora, 0)
		w.do(experts, bruno, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Body: "!confier 1 Dora", Thread: root, Mentions: []chat.UserID{dora}}})
		w.pinged(dora, 1)
		w.do(salon, dora, chat.Event{ClearInEncrypted: true, Reaction: &chat.Reaction{Target: root, Key: "✋"}}) // of another room
		w.status("posée")
		w.do(experts, dora, chat.Event{ClearInEncrypted: true, Reaction: &chat.Reaction{Target: root, Key: "✋"}})
		w.status("prise par Dora")
	})
}

// Both people whom a request names can have it forgotten.
func TestForgottenAssignment(t *testing.T) {
	for user, kind := range map[chat.UserID]string{dora: "assigned", bruno: "assigns"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			asking(t, func(w *world, root chat.EventID) {
				w.mentions(bruno, root, "!confier", dora)
				ask := w.last(experts, "vous propose")
				all, err := w.carrier.DataOf(context.Background(), user)
				if err != nil || !slices.ContainsFunc(all, func(d chat.Datum) bool { return d.Kind == kind && d.Text == "1" }) {
					t.Errorf("%v, %v", all, err)
				}
				w.forget(user)
				w.sync()
				if !strings.Contains(w.log(), "Héraut supprime "+strings.TrimPrefix(string(ask), "$")+"\n") {
					t.Errorf("the call stays:\n%s", w.log())
				}
				if all, err := w.carrier.DataOf(context.Background(), user); err != nil || len(all) > 0 {
					t.Errorf("%v, %v", all, err)
				}
			})
		})
	}
	asking(t, func(w *world, root chat.EventID) { // the asker is forgotten, with the question
		w.mentions(bruno, root, "!confier", dora)
		ask := w.last(experts, "vous propose")
		w.forget(camille)
		w.sync()
		if !strings.Contains(w.log(), "Héraut supprime "+strings.TrimPrefix(string(ask), "$")+"\n") {
			t.Errorf("the call stays:\n%s", w.log())
		}
		if all, err := w.carrier.DataOf(context.Background(), dora); err != nil || len(all) > 0 {
			t.Errorf("%v, %v", all, err)
		}
	})
}

// The experts' room is upgraded, and another expert takes the question there.
func TestAssignmentInARoomThatMoves(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		w.mentions(bruno, root, "!confier", dora)
		next := chat.RoomID("!nouveau:example.org")
		w.room(next, "Experts", nil)
		w.do(experts, bruno, chat.Event{Moved: &chat.Moved{To: next}})
		w.react(next, noor, w.last(next, "Suite de la question n°"), "✋")
		w.says(next, "prise par")
		w.says(next, "la proposition à un collègue n’a plus cours")
		if all, err := w.carrier.DataOf(context.Background(), dora); err != nil || len(all) > 0 {
			t.Errorf("%v, %v", all, err)
		}
	})
}
