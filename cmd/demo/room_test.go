package main

import (
	"testing"

	"heraut/testkit"
)

func TestTake(t *testing.T) {
	const bot, person = "@heraut:heraut.test", "@camille:heraut.test"
	for name, test := range map[string]struct {
		act    testkit.Act
		header string
		about  string
		kind   string
	}{
		"an answer":           {testkit.Act{Sender: bot, Body: "x", Notice: true, ReplyTo: "$last"}, "Héraut :", "$last", ""},
		"an earlier one":      {testkit.Act{Sender: bot, Body: "x", Notice: true, ReplyTo: "$first"}, "Héraut, en réponse à « !sill gimp » :", "$first", ""},
		"in a thread":         {testkit.Act{Sender: bot, Body: "x", Notice: true, ReplyTo: "$last", Thread: "$last"}, "Héraut, dans le fil de « !sill vlc » :", "$last", ""},
		"to a choice":         {testkit.Act{Sender: bot, Body: "x", Notice: true, ReplyTo: "$answer"}, "Héraut :", "$answer", ""},
		"of its own accord":   {testkit.Act{Sender: bot, Body: "x", Notice: true}, "Héraut :", "", ""},
		"in a direct message": {testkit.Act{Sender: bot, Body: "x", Notice: true}, "Héraut :", "$last", directKind},
		"that rings":          {testkit.Act{Sender: bot, Body: "x"}, "Héraut (avec sonnerie) :", "", ""},
		"an edit":             {testkit.Act{Sender: bot, Body: "x", Edits: "$answer"}, "Héraut a modifié sa réponse à « !sill gimp » :", "$first", ""},
		"a deletion":          {testkit.Act{Sender: bot, Deletes: "$answer"}, "Héraut a supprimé sa réponse à « !sill gimp ».", "$first", ""},
		"a reaction":          {testkit.Act{Sender: bot, ReactsTo: "$last", Reaction: "👀"}, "Héraut réagit par 👀 à « !sill vlc ».", "", ""},
		"from elsewhere":      {testkit.Act{Sender: person, Body: "x"}, "Camille :", "", ""},
		"deleted elsewhere":   {testkit.Act{Sender: person, Deletes: "$last"}, "Camille a supprimé « !sill vlc ».", "", ""},
		"of what is unknown":  {testkit.Act{Sender: bot, Deletes: "$old"}, "Héraut a supprimé un message plus ancien.", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(nil, "", test.kind, bot)
			r.wrote("$first", "!sill gimp", "")
			r.take(testkit.Act{ID: "$answer", Sender: bot, Body: "GIMP", Notice: true, ReplyTo: "$first"})
			r.wrote("$last", "!sill vlc", "")
			test.act.ID = "$act"
			header, about := r.take(test.act)
			if header != test.header || about != test.about {
				t.Errorf("got %q about %q, want %q about %q", header, about, test.header, test.about)
			}
		})
	}
}
