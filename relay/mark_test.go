package relay_test

import (
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/relay"
)

// marked reports whether the bot has its reaction 📨 on an event.
func marked(w *world, event chat.EventID) bool {
	on := map[chat.EventID]bool{}
	for _, h := range w.timeline {
		switch {
		case h.by == nil && h.post.Reaction == "📨" && h.post.ReactsTo.Event == event:
			on[h.id] = true
		case h.by == nil && !h.post.Redacts.IsZero():
			delete(on, h.post.Redacts.Event)
		}
	}
	return len(on) > 0
}

func TestMarks(t *testing.T) {
	inWorld(t, func(w *world) {
		w.suggestThis()
		w.carrier.Marks = true
		q := w.say(salon, camille, "!question Laquelle ?")
		answer := w.inThread(experts, bruno, w.root(), "Celle-ci.")
		more := w.inThread(salon, camille, q, "Merci, et pourquoi ?")
		note := w.inThread(experts, bruno, w.root(), "!note je ne sais pas")
		for name, event := range map[string]chat.EventID{"the question": q, "the answer": answer, "what was added": more} {
			if !marked(w, event) {
				t.Errorf("%s has no 📨", name)
			}
		}
		if marked(w, note) {
			t.Error("the note has a 📨")
		}
		w.edit(experts, bruno, answer, "!note Celle-ci.")
		if marked(w, answer) {
			t.Error("the answer that became a note keeps its 📨")
		}
	})
}

// TestMarksAgain takes the reaction off a message by an edit, and makes the message a
// question, or one that is carried anew.
func TestMarksAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.carrier.Marks = true
		q := w.say(salon, camille, "!question Laquelle ?")
		more := w.inThread(salon, camille, q, "Et pourquoi ?")
		w.edit(salon, camille, more, "!question Et pourquoi ?")
		answer := w.inThread(experts, bruno, w.root(), "Celle-ci.")
		for _, text := range []string{"!note Celle-ci.", "Celle-là.", "!note Celle-là.", "L’autre."} {
			w.edit(experts, bruno, answer, text)
			if got, want := marked(w, answer), text[0] != '!'; got != want {
				t.Errorf("%q: 📨 is there: %t, want %t", text, got, want)
			}
		}
		if !marked(w, more) {
			t.Errorf("the message that became a question has no 📨:\n%s", w.log())
		}
	})
}

func TestRings(t *testing.T) {
	for _, ring := range []bool{true, false} {
		inWorld(t, func(w *world) {
			w.suggestThis()
			w.carrier.Ring = ring
			q := w.say(salon, camille, "!question Laquelle ?")
			w.edit(salon, camille, q, "!question Laquelle donc ?")
			rings := 0
			for _, h := range w.timeline {
				if h.by == nil && h.room == experts && h.post.Rings {
					rings++
				}
			}
			if want := map[bool]int{true: 1}[ring]; rings != want {
				t.Errorf("ring %v: the question rang %d times, want %d", ring, rings, want)
			}
		})
	}
}

func TestHint(t *testing.T) {
	inWorld(t, func(w *world) {
		w.suggestThis()
		hints := func() int {
			return strings.Count(spoken(w), "il n’est pas transmis : répondez au message de la question")
		}
		w.say(experts, bruno, "Bonjour à tous")
		w.say(salon, camille, "!question Laquelle ?")
		w.say(salon, camille, "Je reviens")
		if hints() != 0 {
			t.Error("a hint without a plain message after the question")
		}
		w.say(experts, bruno, "C’est celle-ci.")
		w.say(experts, dora, "Je crois aussi.")
		if hints() != 1 {
			t.Errorf("%d hints after two plain messages, want 1", hints())
		}

		asker := func() int { return strings.Count(spoken(w), "écrivez-le dans le fil de la question") }
		if asker() != 1 {
			t.Errorf("%d hints after a plain message of the asker, want 1", asker())
		}
		w.say(salon, camille, "Sous Windows, bien sûr.")
		w.say(salon, bruno, "Moi aussi je me demande.")
		if asker() != 1 {
			t.Errorf("%d hints after three plain messages in the asker's room, want 1", asker())
		}

		w.say(salon, camille, "!question Et celle-là ?")
		time.Sleep(31 * time.Minute)
		w.say(experts, bruno, "On mange où ?")
		if hints() != 1 {
			t.Errorf("%d hints after half an hour, want 1", hints())
		}
		w.say(salon, camille, "!question Une autre ?")
		w.inThread(experts, bruno, w.root(), "Oui.")
		w.say(experts, bruno, "Voilà.")
		if hints() != 1 {
			t.Errorf("%d hints after an answer, want 1", hints())
		}
	})
}

func TestSolvedIsSaidInBothThreads(t *testing.T) {
	inWorld(t, func(w *world) {
		w.suggestThis()
		q := w.say(salon, camille, "!question Laquelle ?")
		root := w.root()
		w.inThread(experts, bruno, root, "Celle-ci.")
		w.react(salon, camille, q, "✅")
		said := map[chat.RoomID]chat.EventID{}
		for _, h := range w.timeline {
			if h.by == nil && strings.Contains(plainSpaces.Replace(h.post.HTML), "est résolue. Un nouveau message") {
				said[h.room] = h.post.Thread.Event
			}
		}
		if len(said) != 2 || said[salon] != q || said[experts] != root {
			t.Errorf("said in %v, want the threads %s and %s", said, q, root)
		}
	})
}

func TestSubject(t *testing.T) {
	c := catalogue.New([]catalogue.Software{{ID: "1", Name: "GIMP"}, {ID: "2", Name: "OBS Studio"}, {ID: "3", Name: "OBS"}}, time.Time{})
	for text, want := range map[string]string{
		"gimp comment importer un PSD ?": "GIMP",
		"GIMP : quel format ?":           "GIMP",
		"obs studio plante":              "OBS Studio",
		"comment installer gimp":         "",
		"":                               "",
	} {
		if got := relay.Subject(c, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	inWorld(t, func(w *world) {
		w.suggestThis()
		w.carrier.Subject = func(text string) string { return relay.Subject(c, text) }
		w.say(salon, camille, "!question gimp comment importer un PSD ?")
		if got := spoken(w); !strings.Contains(got, "Question n° 1, sujet GIMP, de Camille Roy") {
			t.Errorf("the experts read\n%s", got)
		}
	})
}

var plainSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// spoken returns the transcript of a world with plain spaces.
func spoken(w *world) string { return plainSpaces.Replace(w.log()) }

// TestCardsAsk looks at cards in the room that asks, in the experts' room and in one
// outside of relays: only the first takes questions.
func TestCardsAsk(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, room := range []chat.RoomID{salon, experts, other} {
			w.say(room, camille, "!sill gimp")
			asks := strings.Contains(w.texts(room), "Une question sur GIMP")
			if asks != (room == salon) {
				t.Errorf("%s: %s", room, w.texts(room))
			}
		}
	})
}
