package relay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
)

// reminded runs Reminders on a database, at a time that the test sets.
type reminded struct {
	*testing.T
	db        *storage.DB
	options   relay.RemindOptions
	reminders *relay.Reminders
	now       time.Time
}

const remindingExperts chat.RoomID = "!experts:example.org"

// newReminded starts at a Paris wall-clock time. Working hours are 8 to 20 on working
// days.
func newReminded(t *testing.T, now string) *reminded {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	list, err := schedule.ParseRhythm("hebdo jeudi 11:00")
	if err != nil {
		t.Fatal(err)
	}
	db := open(t)
	r := &reminded{T: t, db: db, options: relay.RemindOptions{
		Store: db, Queue: queue.NewOutbox(db),
		Book: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Zone: paris,
		Quiet: func(chat.RoomID) relay.Quiet { return schedule.NewQuiet(paris) },
		Reaches: func(_ context.Context, q relay.Question) (bool, error) {
			return !strings.Contains(q.Text, "secret"), nil
		},
		Unanswered: 8 * time.Hour, FollowUp: 24 * time.Hour, List: list, Log: zerolog.Nop(),
	}}
	r.restart()
	r.now = r.at(now)
	return r
}

// restart replaces the Reminders: only the database stays.
func (r *reminded) restart() { r.reminders = relay.NewReminders(r.options) }

// at parses a Paris wall-clock time.
func (r *reminded) at(clock string) time.Time {
	r.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", clock, r.options.Zone)
	if err != nil {
		r.Fatal(err)
	}
	return at
}

// ask stores a question that the experts have from now on.
func (r *reminded) ask(text string) relay.Question {
	r.Helper()
	q := relay.Question{
		Status: relay.Open, Text: text, Asker: "@lou:example.org", Origin: "!room:example.org", Experts: remindingExperts, Lang: "fr",
		Event: chat.EventID("$" + text), Thread: chat.EventID("$" + text), Root: chat.PostKey("root " + text), AskedAt: r.now, PostedAt: r.now, ActiveAt: r.now,
	}
	var err error
	if q.Number, err = r.db.AddQuestion(r.Context(), q); err != nil {
		r.Fatal(err)
	}
	return q
}

func (r *reminded) save(q relay.Question) {
	r.Helper()
	if err := r.db.SaveQuestion(r.Context(), q); err != nil {
		r.Fatal(err)
	}
}

// until does a round every ten minutes until end, and returns the posts as "time room
// text".
func (r *reminded) until(end string) (said []string) {
	r.Helper()
	for to := r.at(end); !r.now.After(to); r.now = r.now.Add(10 * time.Minute) {
		if r.now.Minute() == 30 {
			r.restart()
		}
		if err := r.reminders.Round(r.Context(), r.now); err != nil {
			r.Fatal(err)
		}
		for {
			seq, _, err := r.db.NextPost(r.Context(), r.now, nil)
			if err != nil {
				break
			}
			row, err := r.db.StartPost(r.Context(), seq, r.now)
			if err != nil {
				r.Fatal(err)
			}
			if err := localetest.Check(row.Post.HTML); err != nil {
				r.Errorf("%s: %v", row.Post.HTML, err)
			}
			kind := ""
			if row.Post.Rings {
				kind = fmt.Sprintf(" rings %v", row.Post.Mentions)
			}
			said = append(said, fmt.Sprintf("%s %s%s: %s", r.now.Format("Mon 01-02 15:04"), row.Post.Room, kind, tag.ReplaceAllString(row.Post.HTML, " ")))
			row.State, row.EventID = queue.Sent, chat.EventID(fmt.Sprint("$sent", seq))
			if err := r.db.UpdatePost(r.Context(), row, r.now); err != nil {
				r.Fatal(err)
			}
		}
	}
	return said
}

// tell compares the posts with pairs "beginning|word": each post has that beginning
// and holds that word.
func (r *reminded) tell(got []string, want ...string) {
	r.Helper()
	ok := len(got) == len(want)
	for i := range want {
		begin, word, _ := strings.Cut(want[i], "|")
		ok = ok && strings.HasPrefix(got[i], begin) && strings.Contains(strings.ReplaceAll(got[i], "\u00a0", " "), word)
	}
	if !ok {
		r.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The experts are reminded after eight working hours, without nights, weekends and
// holidays.
func TestUnansweredQuestions(t *testing.T) {
	tests := map[string]struct{ asked, reminded string }{
		"in the morning":                     {"2026-09-07 08:00", "Mon 09-07 16:00"},
		"in the afternoon":                   {"2026-09-07 16:00", "Tue 09-08 12:00"},
		"in the night":                       {"2026-09-07 22:00", "Tue 09-08 16:00"},
		"on Friday evening":                  {"2026-09-04 19:00", "Mon 09-07 15:00"},
		"on Saturday":                        {"2026-09-05 12:00", "Mon 09-07 16:00"},
		"on the eve of 14 July":              {"2026-07-13 18:00", "Wed 07-15 14:00"},
		"before Easter, and the clocks move": {"2027-03-26 18:00", "Tue 03-30 14:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newReminded(t, test.asked)
			r.options.List = nil
			r.restart()
			r.save(r.ask("Où ?"))
			end := r.now.Add(10 * 24 * time.Hour).Format("2006-01-02 15:04")
			r.tell(r.until(end), test.reminded+" !experts:example.org:|question n° 1 attend")
		})
	}
}

func TestRemindedOfNothing(t *testing.T) {
	for name, change := range map[string]func(q *relay.Question){
		"answered":            func(q *relay.Question) { q.Status, q.AnsweredAt = relay.Answered, q.AskedAt; q.FollowedAt = q.AskedAt },
		"solved":              func(q *relay.Question) { q.Status, q.ClosedAt = relay.Solved, q.AskedAt },
		"proposed":            func(q *relay.Question) { q.Status = relay.Proposed },
		"not agreed":          func(q *relay.Question) { q.Status = relay.Consent },
		"read by others now":  func(q *relay.Question) { q.Text = "secret" },
		"withdrawn":           func(q *relay.Question) { q.Status, q.ClosedAt = relay.Withdrawn, q.AskedAt },
		"the same as another": func(q *relay.Question) { q.SameAs = 9 },
		"left, answered": func(q *relay.Question) {
			q.Status, q.AnsweredAt, q.AskerLeft = relay.Answered, q.AskedAt, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReminded(t, "2026-09-07 08:00") // a Monday
			q := r.ask("Où ?")
			change(&q)
			r.save(q)
			r.tell(r.until("2026-09-09 20:00"))
		})
	}
}

// The asker is asked once, after a day without activity, and not at night.
func TestAskedWhetherItIsSolved(t *testing.T) {
	r := newReminded(t, "2026-09-10 18:00") // a Thursday
	q := r.ask("Où ?")
	q.Status, q.AnsweredAt, q.ActiveAt = relay.Answered, r.now, r.at("2026-09-10 23:00")
	r.save(q)
	got := r.until("2026-09-16 20:00")
	r.tell(got, "Mon 09-14 08:00 !room:example.org rings [@lou:example.org]:|Est-ce résolu")
	q.FollowedAt = r.now
	q.ActiveAt = r.now
	r.save(q)
	r.tell(r.until("2026-09-16 23:00"))
}

// What the asker of a duplicate adds stands in a thread that no list shows: the experts
// are reminded of it, once, unless an answer came after it.
func TestRemindedOfWhatADuplicateAdds(t *testing.T) {
	r := newReminded(t, "2026-09-07 08:00") // a Monday
	r.options.List, r.options.FollowUp = nil, 0
	r.restart()
	first, q := r.ask("Où ?"), r.ask("Où donc ?")
	first.Duplicates, first.RemindedAt = fmt.Sprint(q.Number), r.now
	r.save(first)
	adds := func(role relay.Role, source chat.EventID) {
		t.Helper()
		r.now = r.now.Add(time.Second)
		m := relay.Message{
			Post: chat.PostKey(fmt.Sprint("post ", r.now)), Room: q.Experts, Question: q.Number, Role: role, At: r.now, Source: source,
		}
		if role == relay.RoleFollowUp {
			m.Event = chat.EventID(m.Post)
		}
		if err := r.db.SaveMessage(r.Context(), m); err != nil {
			t.Fatal(err)
		}
		stored, err := r.db.Question(r.Context(), q.Number)
		if err != nil {
			t.Fatal(err)
		}
		stored.ActiveAt = r.now
		r.save(stored)
	}
	adds(relay.RoleFollowUp, "") // before the questions are joined
	q.SameAs, q.RemindedAt = first.Number, r.now
	r.save(q)
	r.tell(r.until("2026-09-08 09:00"))
	adds(relay.RoleFollowUp, "")
	r.now = r.now.Add(time.Hour)
	adds(relay.RoleFollowUp, "")
	r.tell(r.until("2026-09-10 12:00"), "Tue 09-08 17:00 !experts:example.org:|Un message a été ajouté dans le fil de la question n° 2, la même que la n° 1, et personne")
	adds(relay.RoleFollowUp, "")
	adds(relay.RoleRemark, "$answer")
	r.tell(r.until("2026-09-14 12:00"))
	adds(relay.RoleFollowUp, "")
	adds(relay.RoleRemark, "$answer") // an edit of that answer
	r.tell(r.until("2026-09-20 12:00"), "Tue 09-15 08:00 !experts:example.org:|Un message a été ajouté")
}

// What is added to a question that was solved reopens it: the experts are reminded of
// the message, once, unless an answer came after it.
func TestRemindedOfWhatReopens(t *testing.T) {
	for name, test := range map[string]struct {
		status   relay.Status
		answered bool // after the message
		want     []string
	}{
		"reopened":               {relay.Reopened, false, []string{"Mon 09-07 17:00 !experts:example.org:|Un message a été ajouté dans le fil de la question n° 1, qui est rouverte"}},
		"reopened, and answered": {relay.Reopened, true, nil},
		"thanks for an answer":   {relay.Answered, false, nil},
		"somebody looks":         {relay.Claimed, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReminded(t, "2026-09-07 08:00") // a Monday
			r.options.List, r.options.FollowUp = nil, 0
			r.restart()
			q := r.ask("Où ?")
			add := func(role relay.Role) {
				t.Helper()
				r.now = r.now.Add(time.Hour)
				m := relay.Message{Post: chat.PostKey("post " + r.now.String()), Room: q.Experts, Question: q.Number, Role: role, At: r.now}
				m.Event = chat.EventID(m.Post)
				if err := r.db.SaveMessage(r.Context(), m); err != nil {
					t.Fatal(err)
				}
				q.ActiveAt = r.now
			}
			q.RemindedAt, q.AnsweredAt, q.Status = r.now, r.now, test.status
			add(relay.RoleFollowUp)
			if test.answered {
				add(relay.RoleAnswer)
			}
			r.save(q)
			r.tell(r.until("2026-09-10 12:00"), test.want...)
		})
	}
}
