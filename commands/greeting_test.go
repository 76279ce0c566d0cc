package commands_test

import (
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
)

// TestOneGreeting plays a client that creates the direct message with a first message.
func TestOneGreeting(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		k.happen(chat.Event{Room: direct, Joined: &chat.Joined{}})
		hello := k.sayIn(direct, "Bonjour !")
		k.expect(hello, "")
		if len(k.posts) != 1 || !strings.Contains(bare(k.posts[0].HTML), "le ! des commandes est facultatif. Écrivez par exemple gimp ou retouche d’image") {
			t.Errorf("got %+v", k.posts)
		}
		k.expect(k.sayIn(direct, "Bonjour, gimp"), "GIMP : ")
		time.Sleep(11 * time.Minute)
		k.expect(k.sayIn(direct, "bonjour"), "Bonjour, je suis Héraut")
	})
}
