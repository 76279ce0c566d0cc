package relay_test

import (
	"fmt"
	"testing"

	"heraut/relay"
)

// Experts are not shown duplicates among the open questions: they answer them elsewhere.
func TestListWithoutDuplicates(t *testing.T) {
	r := newReminded(t, "2026-05-05 12:00")
	r.options.Unanswered = 0
	r.restart()
	first, q := r.ask("Où ?"), r.ask("Où donc ?")
	q.SameAs, first.Duplicates = first.Number, fmt.Sprint(q.Number)
	r.save(first)
	r.save(q)
	r.tell(r.until("2026-05-13 12:00"), "Thu 05-07 11:00 !experts:example.org:|1 question ouverte")
}

// Rooms with open questions get the list every Thursday at 11; after a holiday or an
// outage they get it once, as soon as possible.
func TestListOfOpenQuestions(t *testing.T) {
	r := newReminded(t, "2026-05-05 12:00") // a Tuesday; Thursday the 14th is Ascension
	r.options.Unanswered = 0
	r.restart()
	for i := range 17 {
		r.save(r.ask(fmt.Sprintf("Question <%d> ?", i)))
	}
	r.tell(r.until("2026-05-13 12:00"), "Thu 05-07 11:00 !experts:example.org:|17 questions ouvertes")
	r.tell(r.until("2026-05-20 12:00"), "Fri 05-15 08:00 !experts:example.org:|et 2 autres")
	// The bot is down from Wednesday to Friday.
	r.now = r.at("2026-05-22 09:10")
	r.tell(r.until("2026-05-27 12:00"), "Fri 05-22 09:10 !experts:example.org:|17 questions ouvertes")
	// Every question is closed, then another one is asked.
	open, err := r.db.AskedQuestions(r.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range open {
		q.Status, q.ClosedAt = relay.Solved, r.now
		r.save(q)
	}
	r.tell(r.until("2026-06-05 12:00"))
	r.save(r.ask("Encore ?"))
	r.tell(r.until("2026-06-11 12:00"), "Thu 06-11 11:00 !experts:example.org:|1 question ouverte")
}
