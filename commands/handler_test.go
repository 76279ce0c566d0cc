package commands_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
)

const (
	aCard   = "Krita : Peinture numérique"
	theList = "Pour remplacer « photoshop »"
)

// list asks for a list whose second entry is Krita.
func list(t *testing.T, k *talk) (command chat.EventID, posted *shown) {
	t.Helper()
	command = k.say("!sill remplace photoshop")
	k.expect(command, theList)
	return command, k.answer(command)
}

func TestWhereAnswersGo(t *testing.T) {
	tests := map[string]struct {
		e      chat.Event
		thread chat.EventID // "command" for the command itself
	}{
		"a reply":                   {chat.Event{Message: &chat.Message{Body: "!sill gimp"}}, ""},
		"in its thread":             {chat.Event{Message: &chat.Message{Body: "!sill gimp", Thread: "$root"}}, "$root"},
		"a long one in a thread":    {chat.Event{Message: &chat.Message{Body: "!sill nouveautes 10"}}, "command"},
		"long, in its thread":       {chat.Event{Message: &chat.Message{Body: "!sill nouveautes 10", Thread: "$root"}}, "$root"},
		"long, in a direct message": {chat.Event{Room: direct, Message: &chat.Message{Body: "!sill nouveautes 10"}}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				command := k.happen(test.e)
				if test.thread == "command" {
					test.thread = command
				}
				p := k.answer(command)
				if p.Thread.Event != test.thread {
					t.Errorf("it went to the thread %q, want %q", p.Thread.Event, test.thread)
				}
				if p.Rings || p.Mentions != nil || p.Priority != chat.Answer {
					t.Errorf("it rings, mentions somebody or has to wait: %+v", p.Post)
				}
			})
		})
	}
}

func TestWhoIsAnswered(t *testing.T) {
	tests := map[string]struct {
		room      chat.RoomID
		mentioned bool
		body      string
		want      string // the beginning of the answer; empty for none
	}{
		"a command":                        {salon, false, "!sill gimp", "GIMP : "},
		"in English":                       {english, false, "!sill gimp", "GIMP : Image and photo editor"},
		"talk":                             {salon, false, "sill gimp", ""},
		"a misspelt command":               {salon, false, "!sil gimp", "Je ne connais pas la commande !sil . Vouliez-vous dire !sill"},
		"an unknown command":               {salon, false, "!gimp", ""},
		"an exclamation":                   {salon, false, "!!! gimp", ""},
		"a number":                         {salon, false, "2", ""},
		"a mention and a command":          {salon, true, "sill gimp", "GIMP : "},
		"a mention and a prefix":           {salon, true, "!sill gimp", "GIMP : "},
		"a mention and a name":             {salon, true, "gimp", "GIMP : "},
		"a mention and an unknown command": {salon, true, "!sil gimp", "Je ne connais pas la commande !sil"},
		"a mention alone":                  {salon, true, " ", "!sill gimp : trouver"},
		"a mention with thanks":            {salon, true, "merci beaucoup !", ""},
		"direct, with a prefix":            {direct, false, "!sill gimp", "GIMP : "},
		"direct, without":                  {direct, false, "Sill gimp", "GIMP : "},
		"direct, no command":               {direct, false, "gimp", "GIMP : "},
		"direct, a greeting":               {direct, false, "Bonjour !", "Bonjour, je suis Héraut"},
		"direct, a greeting and a name":    {direct, false, "Bonjour, gimp", "GIMP : "},
		"direct, thanks":                   {direct, false, "Merci pour l’info !", "Avec plaisir."},
		"direct, a good-bye":               {direct, false, "Bon week-end, à lundi !", "Avec plaisir."},
		"direct, a question to people":     {direct, false, "qui vient à la réunion ?", "Là, je ne peux pas vous aider"},
		"direct, news":                     {direct, false, "je suis en télétravail demain", "Là, je ne peux pas vous aider"},
		"a mention with a question":        {salon, true, "qui vient à la réunion ?", ""},
		"a mention with news":              {salon, true, "on se voit à 14h", ""},
		"direct, nothing":                  {direct, false, " \n ", ""},
		"direct, an emoji":                 {direct, false, "👍", ""},
		"direct, unknown, one near":        {direct, false, "!aidez", "Je ne connais pas la commande !aidez . Vouliez-vous dire !aide"},
		"direct, unknown, a part":          {direct, false, "!remplace photoshop", "Je ne connais pas la commande !remplace . Vouliez-vous dire !sill remplace"},
		"direct, unknown, nothing near":    {direct, false, "!meteo", "Je ne connais pas la commande !meteo . Pour la liste"},
		"direct, a prefix alone":           {direct, false, "!", ""},
		"direct, a number without a list":  {direct, false, "7", "Aucun logiciel du SILL ne répond à « 7 »"},
		"direct, the need for help":        {direct, false, "aide", "!sill gimp : trouver"},
		"direct, help as a part of a need": {direct, false, "aide à la peinture numérique", aCard},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				said := k.happen(chat.Event{Room: test.room, Message: &chat.Message{Body: test.body, Mentioned: test.mentioned}})
				k.expect(said, test.want)
			})
		})
	}
}

func TestJoined(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		k.happen(chat.Event{Room: english, Joined: &chat.Joined{}})
		if len(k.posts) != 1 || !strings.Contains(k.posts[0].HTML, "<code>!help</code>") || strings.Count(k.posts[0].HTML, "<br>") != 1 {
			t.Errorf("it said %+v", k.posts)
		}
	})
}

func TestUnreadable(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		k.happen(chat.Event{Room: salon, Unreadable: &chat.Unreadable{Target: "$locked"}})
		if len(k.posts) != 1 || !strings.Contains(k.posts[0].HTML, "déchiffrer") || k.posts[0].Rings || k.posts[0].Lang != "fr" {
			t.Errorf("got %+v", k.posts)
		}
	})
}

func TestChoosing(t *testing.T) {
	tests := map[string]struct {
		choose func(t *testing.T, k *talk, posted *shown) chat.EventID
		want   string
	}{
		"the next message": {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("2") }, aCard},
		"with a prefix":    {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("!2") }, aCard},
		"as an emoji":      {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("2️⃣") }, aCard},
		"just in time": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			time.Sleep(5 * time.Minute)
			return k.say("2")
		}, aCard},
		"too late": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			time.Sleep(5*time.Minute + time.Millisecond)
			return k.say("2")
		}, ""},
		"after another message": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.say("Voyons…")
			return k.say("2")
		}, ""},
		"twice": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.say("1")
			return k.say("2")
		}, ""},
		"after another's message": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.happen(chat.Event{Sender: dominique, Message: &chat.Message{Body: "Bonjour"}})
			return k.say("2")
		}, aCard},
		"after a message elsewhere": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.sayIn(direct, "gimp")
			return k.say("2")
		}, aCard},
		"in another room": {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.sayIn(english, "2") }, ""},
		"by somebody else": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			return k.happen(chat.Event{Sender: dominique, Message: &chat.Message{Body: "2"}})
		}, ""},
		"beyond the list": {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("4") }, ""},
		"not a number":    {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("2 ou 3 ?") }, ""},
		"a reply": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "n° 2", ReplyTo: posted.id}})
		}, aCard},
		"a late reply": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			k.say("Voyons…")
			time.Sleep(time.Hour)
			return k.happen(chat.Event{Message: &chat.Message{Body: "2", ReplyTo: posted.id}})
		}, aCard},
		"a reply beyond the list": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "4", ReplyTo: posted.id}})
		}, "Cette liste va de 1 à 3"},
		"a reply to something else": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "2", ReplyTo: "$other"}})
		}, ""},
		"a reply by somebody else, which mentions the bot": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Sender: dominique, Message: &chat.Message{Body: "2", ReplyTo: posted.id, Mentioned: true}})
		}, ""},
		"a command in reply": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "!sill gimp", ReplyTo: posted.id}})
		}, "GIMP : "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				_, posted := list(t, k)
				k.expect(test.choose(t, k, posted), test.want)
			})
		})
	}
}

func TestReactions(t *testing.T) {
	tests := map[string]struct {
		sender chat.UserID
		key    string
		target chat.EventID // empty for the list
		want   string
	}{
		"the asker's":     {camille, "2️⃣", "", aCard},
		"without variant": {camille, "2\u20E3", "", aCard},
		"a digit":         {camille, "2", "", aCard},
		"another's":       {dominique, "2️⃣", "", ""},
		"beyond the list": {camille, "4️⃣", "", ""},
		"another emoji":   {camille, "👍", "", ""},
		"elsewhere":       {camille, "2️⃣", "$other", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				_, posted := list(t, k)
				if test.target == "" {
					test.target = posted.id
				}
				reaction := k.happen(chat.Event{Sender: test.sender, Reaction: &chat.Reaction{Target: test.target, Key: test.key}})
				k.expect(test.target, test.want)
				if test.want != "" {
					k.remove(reaction)
					k.expect(test.target, "")
				}
			})
		})
	}
}

func TestChoosingInAThread(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		command := k.happen(chat.Event{Message: &chat.Message{Body: "!sill remplace photoshop", Thread: "$root"}})
		posted := k.answer(command)
		k.happen(chat.Event{Reaction: &chat.Reaction{Target: posted.id, Key: "2️⃣"}})
		if p := k.answer(posted.id); p.Thread.Event != "$root" {
			t.Errorf("the card went to the thread %q", p.Thread.Event)
		}
	})
}

func TestChoosingFromUsers(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		command := k.say("!sill utilisateurs photoshop")
		names := k.answers(command)
		if len(names) != 1 || !strings.Contains(names[0], "GIMP") {
			t.Fatalf("no list: %q", names)
		}
		k.expect(k.say("1"), "GIMP : 58 utilisateurs déclarés et 4 référents dans 2 administrations")
	})
}

func TestEdits(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		command := k.say("!sill gimp")
		first := k.answer(command)
		k.edit(command, "!sill krita")
		k.expect(command, aCard)
		if second := k.answer(command); second != first || !second.edited {
			t.Error("the answer was not edited")
		}
		k.edit(command, "rien")
		k.expect(command, "")
		k.edit(command, "!sill krita")
		k.expect(command, aCard)
		k.remove(command)
		k.expect(command, "")
	})
}

func TestEditedChoice(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		list(t, k)
		choice := k.say("1")
		k.expect(choice, "GIMP : ")
		time.Sleep(time.Hour)
		k.edit(choice, "2")
		k.expect(choice, aCard)
		k.edit(choice, "merci")
		k.expect(choice, "")
	})
}

// An edit does not say which message its original replied to.
func TestEditedChoiceInReply(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		_, posted := list(t, k)
		k.say("!sill gimp")
		choice := k.happen(chat.Event{Message: &chat.Message{Body: "option 1", ReplyTo: posted.id}})
		k.expect(choice, "GIMP : ")
		card := k.answer(choice)
		for range 2 {
			k.edit(choice, "le 2")
			k.expect(choice, aCard)
			k.edit(choice, "①")
			k.expect(choice, "GIMP : ")
		}
		if k.answer(choice) != card {
			t.Error("the card was not edited")
		}
		k.expect(k.say("2"), "")
	})
}

// A name at the start of a message may address the bot or talk about it.
func TestSentencesAboutTheBot(t *testing.T) {
	for name, test := range map[string]struct {
		room   chat.RoomID
		casual bool
		body   string
		want   string // the beginning of the answer; empty for none
	}{
		"a sentence":                    {salon, true, "est en panne ?", ""},
		"a short one":                   {salon, true, "fonctionne", ""},
		"a sentence like a part":        {salon, true, "remplace bien notre ancien robot", ""},
		"a sentence that compares":      {salon, true, "compare mal, à mon avis", ""},
		"a need in a sentence":          {salon, true, "fait de la peinture numérique", ""},
		"a name":                        {salon, true, "gimp", "GIMP : "},
		"a command":                     {salon, true, "sill zzzz", "Aucun logiciel du SILL"},
		"a command, prefixed":           {salon, true, "!sill gimp", "GIMP : "},
		"a part":                        {salon, true, "remplace photoshop", theList},
		"a greeting":                    {salon, true, "bonjour", "Bonjour, je suis Héraut"},
		"pinged: a sentence":            {salon, false, "est en panne depuis hier", ""},
		"pinged: a need":                {salon, false, "peinture numérique", aCard},
		"pinged: a need in a sentence":  {salon, false, "un logiciel de peinture numérique", aCard},
		"pinged: a name that is not":    {salon, false, "zzzz", "Aucun logiciel du SILL"},
		"in a direct message: sentence": {direct, true, "est en panne depuis hier", "Aucun logiciel du SILL"},
	} {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				k.expect(k.happen(chat.Event{Room: test.room, Message: &chat.Message{Body: test.body, Mentioned: true, Casual: test.casual}}), test.want)
			})
		})
	}
}

// The characters that phones put around a command do not hide it.
func TestCommandsAsTyped(t *testing.T) {
	for _, body := range []string{
		"\u200b!sill gimp", "！sill gimp", "`!sill gimp`", "```\n!sill gimp\n```", "Bonjour,\n!sill gimp", "!sill\u00a0gimp", "!sill\u202fgimp",
	} {
		talking(t, commands.Limits{}, func(t *testing.T, k *talk) { k.expect(k.say(body), "GIMP : ") })
	}
}

func TestEditIsNoNewMessage(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		old := k.say("Bonjour")
		list(t, k)
		k.edit(old, "2")
		k.expect(old, "")
		k.expect(k.say("2"), aCard)
	})
}

func TestEditedListIsAnotherList(t *testing.T) {
	tests := map[string]struct {
		edit func(k *talk, command chat.EventID)
		want string // for the number 1
	}{
		"to another list": {func(k *talk, id chat.EventID) { k.edit(id, "!sill utilisateurs photoshop") }, "GIMP : 58 utilisateurs"},
		"to a card":       {func(k *talk, id chat.EventID) { k.edit(id, "!sill krita") }, ""},
		"to nothing":      {func(k *talk, id chat.EventID) { k.edit(id, "rien") }, ""},
		"deleted":         {func(k *talk, id chat.EventID) { k.remove(id) }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				command, posted := list(t, k)
				test.edit(k, command)
				k.happen(chat.Event{Reaction: &chat.Reaction{Target: posted.id, Key: "1️⃣"}})
				k.expect(posted.id, test.want)
				k.expect(k.say("1"), test.want)
			})
		})
	}
}

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
