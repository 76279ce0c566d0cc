package relay_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"heraut/chat"
)

// Text from outside a question's conversation never leaves its room, whatever people
// do: the test checks every post.
func TestNothingElseLeaves(t *testing.T) {
	inWorld(t, func(w *world) {
		w.suggestThis() // no suggestions
		draw := rand.New(rand.NewPCG(1, 1))
		q := w.say(salon, camille, "!question Une question ?")
		root := w.root()
		w.inThread(experts, bruno, root, "Une réponse.")
		w.inThread(salon, camille, q, "Une suite.")
		ids := []chat.EventID{q, root, w.last(salon, "Une réponse"), w.last(experts, "Une suite"), w.last(salon, "Question n° 1"), "$99999"}
		secrets := 0
		secret := func(room chat.RoomID) string {
			secrets++
			return fmt.Sprintf("secret-%d-de-%s", secrets, room[1:4])
		}
		any := func(all []chat.EventID) chat.EventID { return all[draw.IntN(len(all))] }
		for range 150 {
			user := []chat.UserID{camille, alix, bruno, dora}[draw.IntN(4)]
			var said chat.EventID
			switch what := draw.IntN(8); what {
			case 0, 1: // any message in the room that is in no relay
				said = w.do(other, user, chat.Event{Message: &chat.Message{Body: secret(other), Thread: any(ids), ReplyTo: any(ids)}})
			case 2:
				said = w.do(other, user, chat.Event{Message: &chat.Message{Body: secret(other), Edits: any(ids)}})
			case 3:
				said = w.say(other, user, []string{"!question ", "!note ", "!resolu ", "!prendre ", "!sill "}[draw.IntN(5)]+secret(other))
			case 4: // talk outside the questions, in the rooms of the relay
				said = w.say(experts, user, secret(experts))
			case 5:
				said = w.say(salon, user, secret(salon))
			case 6: // notes, also mistyped ones
				said = w.inThread(experts, user, root, []string{"!note ", "!note: ", "!notes ", "!Note\n"}[draw.IntN(4)]+secret(experts))
			case 7:
				w.react(other, user, any(ids), "👍")
				continue
			}
			if draw.IntN(2) == 0 {
				ids = append(ids, said)
			}
			// People write only the notes above in the question's threads: any other
			// message there is meant to leave.
			ids = keepOutside(w, ids)
		}
		for _, e := range w.timeline {
			if e.by != nil {
				continue
			}
			for _, room := range []chat.RoomID{salon, experts, other} {
				if strings.Contains(e.post.HTML, "-de-"+string(room[1:4])) && e.room != room {
					t.Errorf("%s left %s for %s", e.post.HTML, room, e.room)
				}
			}
			if e.post.Reaction != "" {
				t.Errorf("a reaction of a room in no relay was put on %s", e.post.ReactsTo.Event)
			}
		}
		if secrets < 100 {
			t.Errorf("only %d things were said", secrets)
		}
	})
}

// keepOutside returns the first six ids and, of the later ones, those of the room that
// is in no relay.
func keepOutside(w *world, ids []chat.EventID) []chat.EventID {
	var kept []chat.EventID
	for i, id := range ids {
		for _, e := range w.timeline {
			if e.id == id && (i < 6 || e.room == other) {
				kept = append(kept, id)
			}
		}
	}
	return kept
}

// Relays that form a loop do not carry each other's copies.
func TestRelayedMessagesAreNotRelayedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		// The experts ask a third room, and that room asks the first one.
		const third = chat.RoomID("!autre:example.org")
		w.relays = append(w.relays, withRooms("suite", experts, third), withRooms("boucle", third, salon))
		w.restart()
		q := w.say(salon, camille, "!question Où cela finit-il ?")
		root := w.root()
		w.inThread(experts, bruno, root, "Ici.")
		w.inThread(salon, camille, q, "Vraiment ?")
		w.inThread(experts, bruno, root, "!question Et là-bas ?") // the experts' own question
		w.inThread(third, dora, w.last(third, "Question n° 2"), "Là-bas aussi.")
		w.inThread(third, dora, w.last(third, "Question n° 2"), "!question Et au début ?")
		w.golden("three-relays")
	})
}
