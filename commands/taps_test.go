package commands_test

import (
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
)

// tapsOn returns the reactions that the bot has on a post, in order.
func tapsOn(k *talk, list *shown) (keys []string) {
	for _, p := range k.posts {
		if p.ReactsTo.Event == list.id && !p.deleted {
			keys = append(keys, p.Reaction)
		}
	}
	return keys
}

func TestTaps(t *testing.T) {
	talking(t, commands.Limits{Reactions: true}, func(t *testing.T, k *talk) {
		command, posted := list(t, k)
		if got := strings.Join(tapsOn(k, posted), " "); got != "1️⃣ 2️⃣ 3️⃣" {
			t.Errorf("the list has the reactions %s", got)
		}
		k.happen(chat.Event{Reaction: &chat.Reaction{Target: posted.id, Key: "2️⃣"}})
		k.expect(posted.id, aCard)

		k.edit(command, "!sill gimp")
		if got := tapsOn(k, posted); len(got) > 0 {
			t.Errorf("the card that replaced the list has the reactions %v", got)
		}
		k.edit(command, "!sill remplace photoshop")
		if got := strings.Join(tapsOn(k, posted), " "); got != "1️⃣ 2️⃣ 3️⃣" {
			t.Errorf("the list that came back has the reactions %s", got)
		}
		k.remove(command)
		if got := tapsOn(k, posted); len(got) > 0 {
			t.Errorf("the deleted list has the reactions %v", got)
		}
	})
}

func TestNoTapsInABusyRoom(t *testing.T) {
	talking(t, commands.Limits{Reactions: true}, func(t *testing.T, k *talk) {
		for range 9 {
			k.say("On en parle.")
		}
		_, posted := list(t, k) // the tenth message
		if got := tapsOn(k, posted); len(got) > 0 {
			t.Errorf("in a busy room the list has the reactions %v", got)
		}
		quiet := k.sayIn(direct, "!sill remplace photoshop")
		if got := tapsOn(k, k.answer(quiet)); len(got) != 3 {
			t.Errorf("in a direct message the list has the reactions %v", got)
		}
		time.Sleep(5*time.Minute + time.Second)
		_, posted = list(t, k)
		if got := tapsOn(k, posted); len(got) != 3 {
			t.Errorf("after five calm minutes the list has the reactions %v", got)
		}
	})
}

func TestNoTapsWithoutTheSetting(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		_, posted := list(t, k)
		if got := tapsOn(k, posted); len(got) > 0 {
			t.Errorf("the list has the reactions %v", got)
		}
	})
}
