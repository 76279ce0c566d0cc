package relay_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/schedule"
)

// BenchmarkRound measures a round over 1,000 open questions, of which none is due.
func BenchmarkRound(b *testing.B) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		b.Fatal(err)
	}
	db := open(b)
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, paris)
	for i := range 1000 {
		id := fmt.Sprint("$", i)
		_, err := db.AddQuestion(b.Context(), relay.Question{
			Status: relay.Open, Text: "Quelle licence ?", Origin: "!room:example.org", Experts: remindingExperts, Event: chat.EventID(id), Thread: chat.EventID(id),
			Root: chat.PostKey(id), AskedAt: now.Add(-8 * time.Hour), PostedAt: now.Add(-8 * time.Hour),
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	list, err := schedule.ParseRhythm("hebdo jeudi 11:00")
	if err != nil {
		b.Fatal(err)
	}
	reminders := relay.NewReminders(relay.RemindOptions{
		Store: db, Queue: queue.NewOutbox(db), Book: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}),
		Zone: paris, Quiet: func(chat.RoomID) relay.Quiet { return schedule.NewQuiet(paris) },
		Reaches:    func(context.Context, relay.Question) (bool, error) { return true, nil },
		Unanswered: 8 * time.Hour, FollowUp: 24 * time.Hour, List: list, Log: zerolog.Nop(),
	})
	for b.Loop() {
		if err := reminders.Round(b.Context(), now); err != nil {
			b.Fatal(err)
		}
	}
}

// Working time counted interval by interval ends when it ends counted minute by
// minute.
func TestWorkingTimeByInterval(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	byMinute := func(quiet relay.Quiet, since time.Time, passed time.Duration) time.Time {
		t := since
		for passed > 0 {
			if until, held := quiet.Until(t); held {
				t = until
				continue
			}
			t, passed = t.Add(time.Minute), passed-time.Minute
		}
		return t
	}
	for _, text := range []string{"20:00-08:00 weekends feries", "aucun", "weekends", "feries", "12:00-13:00", "22:00-06:00 feries", "00:00-23:00 weekends"} {
		quiet, err := schedule.ParseQuiet(text, paris)
		if err != nil {
			t.Fatal(err)
		}
		for day := range 30 {
			since := time.Date(2026, 3, 20, 7*day%24, 13*day%60, 0, 0, paris).AddDate(0, 0, 10*day)
			for _, passed := range []time.Duration{time.Minute, 8 * time.Hour, 50 * time.Hour} {
				if got, want := relay.WorkingTime(quiet, since, passed), byMinute(quiet, since, passed); !got.Equal(want) {
					t.Errorf("%s: %s after %s: got %s, want %s", text, passed, since, got, want)
				}
			}
		}
	}
}
