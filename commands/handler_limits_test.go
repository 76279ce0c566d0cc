package commands_test

import (
	"slices"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
)

func TestLimits(t *testing.T) {
	person := commands.Limits{Person: commands.Rate{Count: 2, Per: time.Minute}}
	room := commands.Limits{Room: commands.Rate{Count: 2, Per: time.Minute}}
	const personSentence, roomSentence = "Vous m’avez beaucoup sollicité", "Ce salon m’a beaucoup sollicité"
	type step struct {
		after  time.Duration
		sender chat.UserID
		body   string
		want   string
	}
	tests := map[string]struct {
		limits commands.Limits
		steps  []step
	}{
		"none": {commands.Limits{}, slices.Repeat([]step{{0, camille, "!sill gimp", "GIMP : "}}, 30)},
		"a person's": {person, []step{
			{0, camille, "!sill gimp", "GIMP : "},
			{0, camille, "!sill gimp", "GIMP : "},
			{0, camille, "!sill gimp", personSentence},
			{0, camille, "!sill gimp", ""},
			{0, dominique, "!sill gimp", "GIMP : "},
			{30 * time.Second, camille, "!sill gimp", "GIMP : "},
			{0, camille, "!sill gimp", personSentence},
			{time.Hour, camille, "!sill gimp", "GIMP : "},
			{0, camille, "!sill gimp", "GIMP : "},
			{0, camille, "!sill gimp", personSentence},
		}},
		"a room's": {room, []step{
			{0, camille, "!sill gimp", "GIMP : "},
			{0, dominique, "!sill gimp", "GIMP : "},
			{0, camille, "!sill gimp", roomSentence},
			{0, dominique, "!sill gimp", ""},
		}},
		"what is not answered does not count": {person, append(
			slices.Repeat([]step{{0, camille, "!autre", ""}}, 10), step{0, camille, "!sill gimp", "GIMP : "})},
		"choices count": {person, []step{
			{0, camille, "!sill remplace photoshop", theList},
			{0, camille, "1", "GIMP : "},
			{0, camille, "!sill remplace photoshop", personSentence},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, test.limits, func(t *testing.T, k *talk) {
				for i, s := range test.steps {
					time.Sleep(s.after)
					said := k.happen(chat.Event{Sender: s.sender, Message: &chat.Message{Body: s.body}})
					if k.expect(said, s.want); t.Failed() {
						t.Fatalf("at step %d", i+1)
					}
				}
			})
		})
	}
}

// Edits, reactions and refusals count like commands, and they count before the work.
func TestLimitsCountWhatPeopleCause(t *testing.T) {
	limits := commands.Limits{Person: commands.Rate{Count: 3, Per: time.Minute}}
	const sentence = "Vous m’avez beaucoup sollicité"
	t.Run("edits", func(t *testing.T) {
		talking(t, limits, func(t *testing.T, k *talk) {
			command := k.say("!sill gimp")
			for range 40 {
				k.edit(command, "!sill krita")
				k.edit(command, "!sill gimp")
			}
			k.expect(command, sentence)
			if len(k.edits) > 3 {
				t.Errorf("%d edits were sent", len(k.edits))
			}
		})
	})
	t.Run("refusals", func(t *testing.T) {
		talking(t, limits, func(t *testing.T, k *talk) {
			for range 3 {
				k.expect(k.say("!bot etat"), "Seuls les exploitants")
			}
			k.expect(k.say("!sill gimp"), sentence)
			k.expect(k.say("!bot etat"), "")
		})
	})
	t.Run("reactions", func(t *testing.T) {
		talking(t, limits, func(t *testing.T, k *talk) {
			_, posted := list(t, k)
			for range 10 {
				k.happen(chat.Event{Reaction: &chat.Reaction{Target: posted.id, Key: "2️⃣"}})
			}
			if n := len(k.answers(posted.id)); n != 3 { // two cards and the sentence
				t.Errorf("%d answers", n)
			}
		})
	})
}

func TestEditOverTheLimitKeepsAnAnswer(t *testing.T) {
	limits := commands.Limits{Person: commands.Rate{Count: 1, Per: time.Minute}}
	talking(t, limits, func(t *testing.T, k *talk) {
		command := k.say("!sill gimp")
		for range 2 {
			k.edit(command, "!sill krita")
			k.expect(command, "Vous m’avez beaucoup sollicité")
		}
	})
}
