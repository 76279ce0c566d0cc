package relay_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// The homeserver can have chosen which message an edit changes, if its relation stands
// outside of the ciphertext: no such text goes to a less protected room, also when its
// asker consents to the former text before the edit is committed.
func TestOuterEditAtTheInstantOfTheConsent(t *testing.T) {
	for name, encrypts := range map[string]bool{"outer": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.relays = []relay.Declaration{withRooms("libre", sealed, experts)}
				w.relays[0].MayWiden = true
				w.restart()
				w.room(sealed, "Chiffré", encrypted)
				q := w.say(sealed, camille, "!question Rien ?")
				edit := chat.Event{
					ID: "$edit", Room: sealed, Sender: camille, At: time.Now(), Trust: chat.TrustMember,
					Message: &chat.Message{Body: "!question Autre chose ?", Edits: q, RelationEncrypted: encrypts},
				}
				change, err := w.carrier.Ask(context.Background(), edit, "Autre chose ?")
				if err != nil {
					t.Fatal(err)
				}
				w.related(sealed, camille, chat.Message{Thread: q, Body: "relayer", RelationEncrypted: true})
				w.says(experts, "Rien ?")
				if err := w.queue.Do(context.Background(), change); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				w.sync()
				if encrypts {
					w.says(experts, "Autre chose ?")
					return
				}
				w.neverSays(experts, "Autre chose")
				w.says(sealed, "votre application ne chiffre pas le lien avec la question")
			})
		})
	}
}
