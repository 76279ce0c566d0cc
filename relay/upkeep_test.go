package relay_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// noQuiet has no quiet hours.
type noQuiet struct{}

func (noQuiet) Until(time.Time) (time.Time, bool) { return time.Time{}, false }
func (noQuiet) Begins(time.Time) time.Time        { return time.Time{} }

// quietOr returns a room's quiet hours; without w.quiet there are none.
func (w *world) quietOr(room chat.RoomID) relay.Quiet {
	if w.quiet == nil {
		return noQuiet{}
	}
	return w.quiet(room)
}

// later stops the bot for some days.
func (w *world) later(days int) {
	w.Helper()
	w.stop()
	time.Sleep(time.Duration(days) * 24 * time.Hour)
	w.start()
	w.sync()
}

// yearPasses lets a year and a day pass, and lists the forgotten entries.
func (w *world) yearPasses() {
	w.Helper()
	w.later(366)
	w.listForgotten()
}

func (w *world) listForgotten() {
	w.Helper()
	if err := w.upkeep.Round(context.Background(), time.Now()); err != nil {
		w.Fatal(err)
	}
	w.pass(time.Minute)
}

// Entries that nobody looked at for a year are listed once, until somebody does.
func TestForgottenEntries(t *testing.T) {
	playAll(t, map[string]func(w *world){
		"forgotten entries": func(w *world) {
			w.say(experts, bruno, "!faq ajouter Quelle licence ? | La LGPL convient.")
			w.say(experts, bruno, "!faq ajouter Où publier un code ? | Sur la forge.")
			w.say(experts, bruno, "!faq ajouter Qui relit les traductions ? | Le service.")
			w.listForgotten() // nothing is forgotten yet
			w.later(200)
			w.say(salon, camille, "!faq publier du code")
			w.later(166)
			w.listForgotten()
			w.restart()
			w.listForgotten() // they were listed
			w.say(experts, bruno, "!faq confirmer 1")
			w.say(experts, bruno, "!faq modifier 3 Qui relit les traductions ? | La mission.")
			w.say(experts, bruno, "!faq confirmer")
			w.say(experts, bruno, "!faq confirmer 9")
			w.say(experts, bruno, "!faq confirmer x")
			w.say(salon, camille, "!faq confirmer 1")
			w.later(200)
			w.listForgotten() // the second one alone
			w.later(166)
			w.listForgotten()
		},
	})
}

// A list waits for the end of the quiet hours.
func TestForgottenEntriesWaitForTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.keepsNow("Quoi ?", "Ceci.", clear)
		w.quiet = func(chat.RoomID) relay.Quiet { return nights{} }
		w.restart()
		w.yearPasses() // to midnight
		w.neverSays(experts, "Ceci.")
		w.pass(9 * time.Hour)
		w.says(experts, "Ceci.")
	})
}

// nights are quiet hours until eight o'clock.
type nights struct{ noQuiet }

func (nights) Until(now time.Time) (time.Time, bool) {
	morning := now.Truncate(24 * time.Hour).Add(8 * time.Hour)
	return morning, now.Before(morning)
}

func (w *world) keepsNow(question, answer string, audience chat.Audience) int64 {
	w.Helper()
	number, err := w.db.SaveEntry(context.Background(), relay.Entry{Question: question, Answer: answer, Audience: audience, KeptAt: time.Now()})
	if err != nil {
		w.Fatal(err)
	}
	return number
}

// A list holds what its room may read when it is sent; the rest is listed when the room
// may read it.
func TestForgottenEntriesStayWithTheirAudience(t *testing.T) {
	inWorld(t, func(w *world) {
		w.keepsNow("Quoi ?", "Un secret.", chat.Audience{})
		w.keepsNow("Quoi donc ?", "Une réserve.", clear)
		w.keepsNow("Et ceci ?", "Une évidence.", chat.Everybody)
		release := w.holding(experts)
		w.yearPasses()
		w.room(experts, "Experts", public)
		if err := w.db.ConfirmEntry(context.Background(), 3, time.Now()); err != nil {
			t.Fatal(err)
		}
		release()
		for _, text := range []string{"secret", "réserve", "évidence"} {
			w.neverSays(experts, text)
		}
		w.room(experts, "Experts", nil)
		w.later(8)
		w.listForgotten()
		w.says(experts, "réserve")
		w.neverSays(experts, "secret")
		w.neverSays(experts, "évidence")
	})
}

// A part of a list may go.
func TestForgottenEntriesGoInPart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.keepsNow("Quoi donc ?", "Une réserve.", clear)
		w.keepsNow("Et ceci ?", "Une évidence.", chat.Everybody)
		release := w.holding(experts)
		w.yearPasses()
		w.room(experts, "Experts", public)
		release()
		w.says(experts, "évidence")
		w.neverSays(experts, "réserve")
	})
}

// A question that its asker closes by a suggestion counts for the entries among the
// suggestions, once, and for nobody else's reaction.
func TestSuggestionsCountHowOftenTheyHelped(t *testing.T) {
	inWorld(t, func(w *world) {
		number := w.keepsNow("Quelle licence ?", "La LGPL convient.", clear)
		other := w.keepsNow("Où publier ?", "Sur la forge.", clear)
		w.suggest = func(context.Context, chat.RoomID, string, string) ([]relay.Suggestion, error) {
			return []relay.Suggestion{{HTML: "La LGPL", Entry: number}, {HTML: "Un logiciel"}}, nil
		}
		w.restart()
		ask := func() chat.EventID {
			w.say(salon, camille, "!question Quelle licence ?")
			return w.last(salon, "ceci y répond-il")
		}
		shown := ask()
		w.react(salon, alix, shown, "✅")
		w.helped(number, 0)
		w.restart()
		w.react(salon, camille, shown, "✅")
		w.react(salon, camille, shown, "👍")
		w.helped(number, 1)
		w.react(salon, camille, ask(), "❌")
		w.helped(number, 1)
		w.inThread(salon, camille, w.say(salon, camille, "!question Quelle licence ?"), "cela répond")
		w.helped(number, 2)
		w.helped(other, 0)
		w.say(experts, bruno, "!faq licence")
		w.says(experts, "2 questions closes avec elle")
		w.say(salon, camille, "!faq licence")
		w.neverSays(salon, "questions closes avec elle")
	})
}

// helped fails unless an entry counts so many questions.
func (w *world) helped(number int64, want int) {
	w.Helper()
	e, err := w.db.Entry(context.Background(), number)
	if err != nil || e.Helped != want {
		w.Errorf("entry %d helped %d times, %v; want %d\n%s", number, e.Helped, err, want, w.log())
	}
	if want > 0 && e.ShownAt.IsZero() || strings.Contains(e.Question, "@") {
		w.Errorf("it was never shown: %+v", e)
	}
}
