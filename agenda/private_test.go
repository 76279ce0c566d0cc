package agenda_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/queue"
	"heraut/schedule"
)

// Changes, lists and reminders of a private calendar are withheld from a room that was
// opened while they waited; those of a public one have no guard.
func TestPrivateCalendar(t *testing.T) {
	for name, private := range map[string]bool{"private": true, "public": false} {
		t.Run(name, func(t *testing.T) {
			b := newBot(t, "2026-10-01 09:00")
			audience := chat.Audience{Elsewhere: true}
			guard := announce.NewAnnouncer(announce.Options{
				Store: b.db, Private: func(location string) bool { return private && location == b.calendar.URL },
				Quiet: func(chat.RoomID) schedule.Quiet { return b.quiet },
				Readers: func(context.Context, chat.RoomID) (chat.Readers, error) {
					return chat.Readers{Least: audience, Most: audience}, nil
				},
			})
			b.calendars.Guard = guard.GuardFor
			b.watches = []announce.Watch{
				{Room: salon, Source: "agenda", Rhythm: "immediat", Remind: "1h"},
				{Room: "!semaine", Source: "agenda", Rhythm: "hebdo lundi 09:00"},
			}
			b.round()
			kinds := map[string]bool{}
			check := func() {
				for _, row := range b.waiting() {
					kind, _, _ := strings.Cut(strings.TrimPrefix(string(row.Cause), "agenda "), " ")
					kinds[kind] = true
					if guarded := row.Post.Guard.By == announce.GuardName; guarded != private {
						t.Errorf("the guard of %s is %+v", row.Cause, row.Post.Guard)
					}
					for _, now := range []chat.Audience{{Elsewhere: true}, {}, {Elsewhere: true, Public: true}} {
						if !private {
							continue
						}
						was := audience
						audience = now
						verdict, err := guard.Check(t.Context(), row)
						if audience = was; err != nil || strings.Contains(verdict.Withhold, "more people") != now.Public {
							t.Errorf("%s, %+v: %+v, %v", row.Cause, now, verdict, err)
						}
					}
				}
			}
			var all []string
			for n, title := range []string{"Un", "Deux", "Trois", "Quatre", "Cinq", "Six", "Sept"} {
				all = append(all, event(title, "2026-10-08 10:00", title))
				if n == 0 || n == 6 { // one change, and a list of the other six
					b.calendar.publish(all...)
					b.later(time.Hour)
					check()
				}
			}
			b.at("2026-10-05 09:01")
			check()
			b.at("2026-10-08 09:01")
			check()
			for _, kind := range []string{"new", "changes", "week", "reminder"} {
				if !kinds[kind] {
					t.Errorf("no post of the kind %s among %v", kind, kinds)
				}
			}
		})
	}
}

// waiting runs a round at the present time, marks the posts that it made as sent, and
// returns them as they were.
func (b *bot) waiting() (rows []queue.Row) {
	b.Helper()
	if err := b.calendars.Round(b.Context(), b.now); err != nil {
		b.Fatal(err)
	}
	for {
		seq, _, err := b.db.NextPost(b.Context(), b.now, nil)
		if err != nil {
			return rows
		}
		row, err := b.db.StartPost(b.Context(), seq, b.now)
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, row)
		row.State, row.EventID = queue.Sent, chat.EventID("$"+string(row.Cause))
		if err := b.db.UpdatePost(b.Context(), row, b.now); err != nil {
			b.Fatal(err)
		}
	}
}
