package commands_test

import (
	"strings"
	"testing"

	"heraut/chat"
	"heraut/commands"
)

const (
	aCard   = "Krita : Peinture numérique"
	theList = "Pour remplacer « photoshop »"
)

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
