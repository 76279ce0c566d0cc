package relay_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/chat"
)

// mentions makes a person write a message in a thread that mentions others, as clients do.
func (w *world) mentions(user chat.UserID, thread chat.EventID, body string, who ...chat.UserID) chat.EventID {
	w.Helper()
	html := body
	for _, one := range who {
		html += ` <a href="https://matrix.to/#/` + string(one) + `">` + names[one] + "</a>"
		body += " " + names[one]
	}
	return w.do(experts, user, chat.Event{Trust: w.trust(experts), Message: &chat.Message{Body: body, HTML: html, Thread: thread, Mentions: who}})
}

// asking plays a scenario in which camille asked a question, which the experts have.
func asking(t *testing.T, play func(w *world, root chat.EventID)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.say(salon, camille, "!question Un secret ?")
		play(w, w.root())
	})
}

// status checks the status that the experts are shown now.
func (w *world) status(text string) {
	w.Helper()
	shown := ""
	for _, p := range w.own(experts) {
		if plain := plainOf(p); strings.Contains(plain, "Statut :") {
			shown = plain
		}
	}
	if !strings.Contains(shown, "Statut : "+text) {
		w.Errorf("want %q:\n%s", text, w.log())
	}
}

// rung counts how often the bot pinged a person.
func (w *world) rung(user chat.UserID) (n int) {
	for _, p := range w.own(experts) {
		if p.Rings && slices.Contains(p.Mentions, user) {
			n++
		}
	}
	return n
}

func (w *world) pinged(user chat.UserID, want int) {
	w.Helper()
	if n := w.rung(user); n != want {
		w.Errorf("%s is called %d times, want %d:\n%s", user, n, want, w.log())
	}
}

func TestAssign(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		w.react(experts, bruno, root, "✋")
		w.mentions(bruno, root, "!confier", dora)
		ask := w.last(experts, "vous propose")
		w.restart()
		w.react(experts, noor, ask, "✋")
		w.react(experts, noor, ask, "❌")
		w.react(salon, camille, w.last(salon, "Question n°"), "✋")
		w.status("prise par Bruno")
		w.react(experts, dora, ask, "❌")
		w.react(experts, dora, ask, "❌")
		w.react(experts, dora, ask, "✋") // it is Bruno's again
		w.status("prise par Bruno")
		w.pinged(bruno, 1)
		w.say(experts, bruno, "!confier 1 Dora")
		w.restart()
		w.inThread(experts, dora, root, "!laisser")
		w.inThread(experts, bruno, root, "!confier @Noor Élias")
		w.inThread(experts, bruno, root, "!confier Dora")
		w.react(experts, noor, root, "✋") // replaced
		w.status("prise par Bruno")
		w.inThread(experts, bruno, root, "!confier dora")
		w.restart()
		w.react(experts, dora, root, "✋🏽")
		w.status("prise par Dora")
		w.says(salon, "prise par Dora")
		w.pinged(dora, 3)
		w.inThread(experts, dora, root, "La LGPL.")
		w.neverSays(salon, "confie")
		w.golden("assigned")
	})
}

func TestAssignToWhom(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		message := func(m chat.Message) {
			m.Thread = root
			w.do(experts, bruno, chat.Event{Message: &m})
		}
		w.inThread(experts, bruno, root, "!confier")
		w.say(experts, bruno, "!confier Dora")
		w.inThread(experts, bruno, root, "!confier 1")
		w.inThread(experts, bruno, root, "!confier 2 Dora")
		w.inThread(experts, bruno, root, "!confier Zoé")
		w.inThread(experts, bruno, root, "!confier Alix")
		w.inThread(experts, bruno, root, "!confier @emma:example.org")
		w.inThread(experts, bruno, root, "!confier Bruno Lefèvre")
		w.inThread(experts, bruno, root, "!confier Héraut")
		w.mentions(bruno, root, "!confier", dora, noor)
		w.say(salon, camille, "!confier 1 Dora")
		w.pinged(dora, 0)
		for _, to := range []struct {
			user chat.UserID
			m    chat.Message
		}{
			{noor, chat.Message{Body: "!confier noor elias"}},
			{"@sam:example.org", chat.Message{Body: "!confier @sam"}},
			{dora, chat.Message{Body: "!confier @dora:example.org"}},
			{"@alix.b:example.org", chat.Message{Body: "!confier Alix", Mentions: []chat.UserID{"@alix.b:example.org"}}},
			{"@alix.c:example.org", chat.Message{Body: "!confier Alix", HTML: `!confier <a href="https://www.tchap.gouv.fr/#/user/@alix.c:example.org">Alix</a>`}},
			{dora, chat.Message{Body: "!confier [la collègue](https://matrix.to/#/%40dora%3Aexample.org)"}},
			{noor, chat.Message{Body: "!confier ma collègue", Mentions: []chat.UserID{noor}}},
			// A reply to Noor pings her too, and so does a mention that addresses the bot.
			{dora, chat.Message{Body: "!confier Dora", Mentions: []chat.UserID{noor, dora}}},
			{noor, chat.Message{Body: "!confier Noor Élias", Mentioned: true, HTML: `<a href="https://matrix.to/#/@heraut:example.org">Héraut</a>: !confier Noor Élias`, Mentions: []chat.UserID{bot}}},
		} {
			before := w.rung(to.user)
			if message(to.m); w.rung(to.user) != before+1 {
				t.Errorf("%q does not call %s:\n%s", to.m.Body, to.user, w.log())
			}
		}
		before := w.rung(noor)
		w.inThread(experts, bruno, root, "!confier noor") // neither her whole name nor asked twice
		w.inThread(experts, bruno, root, "!confier Noor Élias")
		w.pinged(noor, before)
		w.says(experts, "est déjà proposée à Noor Élias")
		w.golden("not-assigned")
	})
}

// A client pings the author of a message that one replies to.
func TestAssignInReply(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		note := w.inThread(experts, noor, root, "!note Je ne sais pas.")
		before := w.rung(noor)
		for _, m := range []chat.Message{
			{Body: "!confier Dorra", ReplyTo: note, Mentions: []chat.UserID{noor}},
			{Body: "!confier Dorra", ReplyTo: root, Mentions: []chat.UserID{bot}},
		} {
			m.Thread = root
			w.do(experts, bruno, chat.Event{Message: &m})
			w.last(experts, "« Dorra »")
		}
		w.pinged(noor, before)
	})
}

// In another thread of the room, nobody would see the request in the question's thread.
func TestAssignFromAnotherThread(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		other := w.say(experts, noor, "Bonjour")
		w.inThread(experts, bruno, other, "!confier 1 Dora")
		w.pinged(dora, 1)
		w.last(experts, "je le demande dans le fil de la question n° 1")
	})
}

// A request ends with what it asked for.
func TestAssignmentEnds(t *testing.T) {
	for name, test := range map[string]struct {
		event func(w *world, root chat.EventID)
		told  int // how often Bruno is told that nobody takes it
		after string
	}{
		"an answer":    {func(w *world, root chat.EventID) { w.inThread(experts, noor, root, "La LGPL.") }, 0, "répondue"},
		"it is solved": {func(w *world, root chat.EventID) { w.react(experts, bruno, root, "✅") }, 0, "résolue"},
		"it is taken":  {func(w *world, root chat.EventID) { w.inThread(experts, bruno, root, "!prendre") }, 0, "prise par Bruno"},
		"another takes it": {func(w *world, root chat.EventID) {
			w.inThread(experts, bruno, root, "!laisser")
			w.react(experts, noor, root, "✋")
		}, 0, "prise par Noor"},
		"the colleague leaves": {func(w *world, _ chat.EventID) {
			w.goes(dora)
			w.do(experts, dora, chat.Event{Left: &chat.Left{User: dora}})
		}, 1, "prise par Bruno"},
		"a week passes": {func(w *world, _ chat.EventID) { w.pass(7*24*time.Hour + time.Hour) }, 1, "prise par Bruno"},
		"a week without the bot": {func(w *world, _ chat.EventID) {
			w.stop()
			time.Sleep(8 * 24 * time.Hour)
			w.start()
			w.sync()
		}, 1, "prise par Bruno"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asking(t, func(w *world, root chat.EventID) {
				w.react(experts, bruno, root, "✋")
				w.mentions(bruno, root, "!confier", dora)
				w.says(experts, "vous propose")
				test.event(w, root)
				w.status(test.after)
				w.pinged(bruno, test.told)
				w.says(experts, "la proposition à un collègue n’a plus cours")
				if after := test.after; after != "résolue" {
					w.react(experts, dora, root, "✋") // what she may do without a request
					if strings.HasPrefix(after, "prise par") {
						w.status(after)
					}
				}
				w.pinged(dora, 1)
				if all, err := w.carrier.DataOf(context.Background(), bruno); err != nil || slices.ContainsFunc(all, func(d chat.Datum) bool { return d.Kind == "assigns" }) {
					t.Errorf("%v, %v", all, err)
				}
			})
		})
	}
}

// What does not answer the request leaves it as it is.
func TestAssignmentStays(t *testing.T) {
	asking(t, func(w *world, root chat.EventID) {
		w.react(experts, bruno, root, "✋")
		w.mentions(bruno, root, "!confier", dora)
		w.inThread(experts, noor, root, "!note Qui prend ?")
		w.inThread(salon, camille, w.last(salon, "Question n°"), "J’ajoute ceci.")
		w.inThread(experts, bruno, root, "!laisser")
		w.status("posée")
		w.pass(6 * 24 * time.Hour)
		w.react(experts, dora, root, "✋")
		w.status("prise par Dora")
		w.says(experts, "proposée à un collègue, qui s’en occupe")
	})
}

// A request ends where its question goes away, and its post waits for nobody then.
func TestAssignmentOfAQuestionThatGoes(t *testing.T) {
	handing(t, false, func(w *world) {
		w.say(salon, camille, "!question Un secret ?")
		root := w.root()
		w.mentions(bruno, root, "!confier", dora)
		w.inThread(experts, bruno, root, "!transmettre licences")
		w.says(experts, "n’a plus cours")
		w.react(experts, dora, root, "✋")
		w.inThread(experts, dora, root, "!prendre 1")
		w.neverSays(lawyers, "prise par")
		w.inThread(lawyers, emma, w.last(lawyers, "question n°"), "!confier Dora")
		w.says(lawyers, "n’est pas un membre de ce salon")
		w.pinged(dora, 1)
	})
	inWorld(t, func(w *world) {
		q := w.say(salon, camille, "!question Un secret ?")
		w.mentions(bruno, w.root(), "!confier", dora)
		w.remove(salon, camille, q)
		w.says(experts, "n’a plus cours")
	})
}
