package relay_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// holding makes all posts to a room wait until the returned function is called.
func (w *world) holding(room chat.RoomID) (release func()) {
	set := func(refuse func(p chat.Post) error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.refuse = refuse
	}
	set(func(p chat.Post) error {
		if p.Room == room {
			return &queue.NotNow{Lane: true, After: time.Second, Cause: errors.New("busy")}
		}
		return nil
	})
	return func() {
		set(nil)
		w.pass(10 * time.Minute)
	}
}

// texts returns the bot's texts in a room, edits included.
func (w *world) texts(room chat.RoomID) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, p := range w.own(room) {
		b.WriteString(plainOf(p) + p.Reaction + "\n")
	}
	return b.String()
}

func (w *world) says(room chat.RoomID, text string) {
	w.Helper()
	if !strings.Contains(w.texts(room), text) {
		w.Errorf("nothing says %q in %s:\n%s", text, room, w.log())
	}
}

// saysLast expects a text in the bot's last post in a room.
func (w *world) saysLast(room chat.RoomID, text string) {
	w.Helper()
	all := w.own(room)
	if len(all) == 0 || !strings.Contains(plainOf(all[len(all)-1]), text) {
		w.Errorf("the last post in %s does not say %q:\n%s", room, text, w.log())
	}
}

func (w *world) neverSays(room chat.RoomID, text string) {
	w.Helper()
	if strings.Contains(w.texts(room), text) {
		w.Errorf("%q was said in %s:\n%s", text, room, w.log())
	}
}

// A room opens while posts wait to be sent to it: none of them goes out, and their
// authors are told.
func TestWaitingPostsAreCheckedWhenTheyAreSent(t *testing.T) {
	for name, play := range map[string]func(w *world){
		"a question": func(w *world) {
			release := w.holding(experts)
			w.say(salon, camille, "!question Un secret ?")
			w.room(experts, "Experts", public)
			release()
			w.neverSays(experts, "secret")
			w.neverSays(salon, "posée")
			w.says(salon, "annulée")
		},
		"a question, both rooms opened": func(w *world) {
			release := w.holding(experts)
			w.say(salon, camille, "!question Un secret ?")
			w.room(experts, "Experts", public)
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(experts, "secret")
		},
		"a question that may widen": func(w *world) {
			w.relays[0].MayWiden = true
			w.restart()
			release := w.holding(experts)
			q := w.say(salon, camille, "!question Un secret ?")
			w.room(experts, "Experts", public)
			release()
			w.neverSays(experts, "secret")
			w.says(salon, "elle n’est pas encore transmise")
			w.inThread(salon, camille, q, "relayer")
			w.says(experts, "Un secret ?")
			w.says(salon, "posée")
		},
		"an edited question": func(w *world) {
			q := w.say(salon, camille, "!question Rien ?")
			release := w.holding(experts)
			w.edit(salon, camille, q, "!question Un secret ?")
			w.room(experts, "Experts", public)
			release()
			w.neverSays(experts, "secret")
			w.says(salon, "n’est pas transmis")
		},
		"an addition": func(w *world) {
			q := w.say(salon, camille, "!question Rien ?")
			release := w.holding(experts)
			added := w.inThread(salon, camille, q, "Un secret.")
			w.room(experts, "Experts", public)
			release()
			w.neverSays(experts, "secret")
			w.says(salon, "n’est pas transmis")
			w.room(experts, "Experts", nil)
			w.edit(salon, camille, added, "Plus de secret.")
			w.says(experts, "Plus de secret.")
		},
		"an addition, both rooms opened": func(w *world) {
			q := w.say(salon, camille, "!question Rien ?")
			release := w.holding(experts)
			w.inThread(salon, camille, q, "Un secret.")
			w.room(experts, "Experts", public)
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(experts, "secret")
		},
		"an answer": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			root := w.root()
			release := w.holding(salon)
			w.inThread(experts, bruno, root, "Un secret.")
			w.room(salon, "Bluehats", func(r *chat.Room) { r.History = "world_readable" })
			release()
			w.neverSays(salon, "secret")
			w.says(experts, "Cette réponse n’est pas transmise")
			w.neverSays(experts, "répondue")
		},
		"an edited answer": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			a := w.inThread(experts, bruno, w.root(), "Rien.")
			release := w.holding(salon)
			w.edit(experts, bruno, a, "Un secret.")
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(salon, "secret")
			w.says(experts, "Cette réponse n’est pas transmise")
			w.says(experts, "répondue")
		},
		"a reaction": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			a := w.inThread(experts, bruno, w.root(), "Rien.")
			release := w.holding(salon)
			w.react(experts, dora, w.last(experts, "Question n°"), "🎉")
			_ = a
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(salon, "🎉")
		},
		"the status": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			root := w.root()
			release := w.holding(salon)
			w.react(experts, bruno, root, "✋")
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(salon, "Bruno")
			w.says(salon, "prise par un agent. Ce salon est plus ouvert")
		},
		"a question, the experts are replaced": func(w *world) {
			release := w.holding(experts)
			w.say(salon, camille, "!question Un secret ?")
			w.room(experts, "Experts", func(r *chat.Room) { r.Joined, r.Exit = false, chat.ExitKicked })
			release()
			w.neverSays(experts, "secret")
		},
	} {
		t.Run(name, func(t *testing.T) { inWorld(t, play) })
	}
}

// Suggestions that wait for a room which then opens are not shown there.
func TestWaitingSuggestionsAreChecked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.suggestThis("Un secret d’ici.")
		release := w.holding(salon)
		w.say(salon, camille, "!question Rien ?")
		w.room(salon, "Bluehats", public)
		release()
		w.neverSays(salon, "secret")
	})
}

// A wider room that replaces the asker's room sees only the question's number and
// status.
func TestMoveToAWiderRoomTellsTheStatusAlone(t *testing.T) {
	inWorld(t, func(w *world) {
		const next = chat.RoomID("!nouveau:example.org")
		w.say(salon, camille, "!question Un secret ?")
		root := w.root()
		w.react(experts, bruno, root, "✋")
		w.room(next, "Nouveau", public)
		w.do(salon, dora, chat.Event{Moved: &chat.Moved{To: next}})
		w.inThread(experts, bruno, root, "Un autre secret.")
		w.says(next, "Question n° 1 : prise par un agent")
		for _, hidden := range []string{"secret", "Bruno", "Experts"} {
			w.neverSays(next, hidden)
		}
		w.says(experts, "Cette réponse n’est pas transmise")
	})
}

// While the bot may not write in the experts' room, the status does not say that the
// question is there. The question arrives when the bot may write again.
func TestStatusFollowsWhatArrived(t *testing.T) {
	muting := func(w *world, room chat.RoomID) func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.refuse = func(p chat.Post) error {
			if p.Room == room {
				return &queue.Blocked{Cause: errors.New("power")}
			}
			return nil
		}
		return func() {
			w.mu.Lock()
			w.refuse = nil
			w.mu.Unlock()
			if err := w.queue.Accept(context.Background(), queue.Batch{Began: time.Now(), Powers: []chat.RoomID{room}}); err != nil {
				w.Fatal(err)
			}
			w.pass(time.Minute)
		}
	}
	t.Run("asked", func(t *testing.T) {
		inWorld(t, func(w *world) {
			unmute := muting(w, experts)
			w.say(salon, camille, "!question Rien ?")
			w.says(salon, "elle n’y est pas encore")
			w.neverSays(salon, "posée")
			unmute()
			w.says(experts, "Rien ?")
			w.says(salon, "posée")
		})
	})
	t.Run("answered", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			root := w.root()
			unmute := muting(w, salon)
			w.inThread(experts, bruno, root, "Rien.")
			w.neverSays(experts, "répondue")
			unmute()
			w.says(salon, "Rien.")
			w.says(experts, "répondue")
		})
	})
	t.Run("a day", func(t *testing.T) {
		inWorld(t, func(w *world) {
			muting(w, experts)
			w.say(salon, camille, "!question Rien ?")
			w.pass(23 * time.Hour)
			w.neverSays(salon, "annulée")
			w.pass(3 * time.Hour)
			w.says(salon, "annulée")
			w.neverSays(salon, "posée")
		})
	})
}

// The author of a post that is refused for good is told.
func TestRefusedIsTold(t *testing.T) {
	inWorld(t, func(w *world) {
		q := w.say(salon, camille, "!question Rien ?")
		w.refuse = func(p chat.Post) error {
			if p.Room == experts {
				return &queue.Refused{Cause: errors.New("too large")}
			}
			return nil
		}
		w.inThread(salon, camille, q, "Trop.")
		w.says(salon, "n’a pas pu être transmis")
		w.say(salon, camille, "!question Une autre ?")
		w.says(salon, "n’a pas permis de la transmettre")
	})
}
