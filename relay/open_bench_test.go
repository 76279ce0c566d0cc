package relay_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
)

// desk is a carrier with many open questions between ten rooms and one of experts.
type desk struct {
	db        *storage.DB
	box       *queue.Outbox
	carrier   *relay.Carrier
	reminders *relay.Reminders
	looked    int // how often a room was looked up
	now       time.Time
}

func newDesk(b *testing.B, questions int) *desk {
	b.Helper()
	d := &desk{db: open(b), now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	d.box = queue.NewOutbox(d.db)
	asking := func(i int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!room%d:example.org", i%10)) }
	for i := range 11 {
		r := chat.Room{ID: asking(i), Joined: true, Members: 5, RoomFacts: chat.RoomFacts{Server: "example.org", Version: "11", JoinRule: "invite"}}
		if i == 10 {
			r.ID = experts
		}
		if err := d.db.SaveRoom(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	room := func(ctx context.Context, id chat.RoomID) (chat.Room, error) {
		d.looked++
		r, err := d.db.Room(ctx, id)
		if errors.Is(err, chat.ErrNotFound) {
			return chat.Room{ID: id}, nil
		}
		return r, err
	}
	declared := relay.Declaration{Name: "libre", To: string(experts)}
	for i := range 10 {
		declared.From = append(declared.From, string(asking(i)))
	}
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	d.carrier = relay.NewCarrier(relay.Options{
		Store: d.db, Queue: d.box, Book: book, Room: room, Ours: ours, Log: zerolog.Nop(), Links: "https://matrix.to",
		Routes: relay.NewRoutes(d.db, room, []relay.Declaration{declared}),
	})
	list, err := schedule.ParseRhythm("hebdo jeudi 11:00")
	if err != nil {
		b.Fatal(err)
	}
	d.reminders = relay.NewReminders(relay.RemindOptions{
		Store: d.db, Queue: d.box, Book: book, Zone: time.UTC, Quiet: func(chat.RoomID) relay.Quiet { return schedule.NewQuiet(time.UTC) },
		Reaches: d.carrier.Reaches, List: list, Log: zerolog.Nop(),
	})
	words := []string{"licence", "forge", "bibliothèque", "service", "publier", "migrer", "format", "tableur", "carte", "données"}
	err = d.db.Do(b.Context(), func(ctx context.Context) error {
		for i := range questions {
			id := fmt.Sprint("$", i)
			q := relay.Question{
				Status: relay.Open, Text: fmt.Sprintf("Quelle %s pour %s un outil de %s numéro %d ?", words[i%10], words[i/10%10], words[i/100%10], i),
				Asker: camille, Origin: asking(i), Event: chat.EventID(id), Thread: chat.EventID(id), Experts: experts, Lang: "fr",
				Readers: chat.Audience{Clear: true}, ShownAudience: chat.Audience{Clear: true},
				Root: chat.PostKey(id + "/r"), Confirmation: chat.PostKey(id + "/c"), AskedAt: d.now, PostedAt: d.now, ActiveAt: d.now,
			}
			if i%10 == 0 {
				q.Subject = "GIMP"
			}
			number, err := d.db.AddQuestion(ctx, q)
			if err != nil {
				return err
			}
			for role, post := range map[relay.Role]chat.PostKey{relay.RoleRoot: q.Root, relay.RoleConfirmation: q.Confirmation} {
				if err := d.db.SaveMessage(ctx, relay.Message{Post: post, Room: experts, Question: number, Role: role, At: d.now}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// cpuTime returns the processor time that the process used: unlike the clock, other
// processes hardly change it.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkOpenQuestions measures what people wait for while many questions are open,
// with 200 and with 2,000, and the ratio of the two in processor time. A change of a
// status must not depend on their number; a search and a list read all of them.
func BenchmarkOpenQuestions(b *testing.B) {
	expert := chat.Event{Room: experts, Sender: bruno, Name: "Bruno", At: time.Now()}
	operations := []struct {
		name string
		do   func(ctx context.Context, d *desk) error
	}{
		{"status-edit", func(ctx context.Context, d *desk) error { return d.claimAndRelease(ctx, expert) }},
		{"search", func(ctx context.Context, d *desk) error {
			found, err := d.carrier.Find(ctx, expert, "licence forge")
			if err == nil && len(found) == 0 {
				err = errors.New("nothing is found")
			}
			return err
		}},
		{"weekly-list", func(ctx context.Context, d *desk) error {
			d.now = d.now.AddDate(0, 0, 7)
			return d.reminders.Round(ctx, d.now.AddDate(0, 0, 2).Add(2*time.Hour))
		}},
		{"card", func(ctx context.Context, d *desk) error {
			_, err := d.carrier.Subjects(ctx, experts)
			return err
		}},
		{"serves", func(ctx context.Context, d *desk) error {
			_, err := d.carrier.Serves(ctx, "!elsewhere:example.org")
			return err
		}},
	}
	took := map[string]float64{}
	for _, open := range []int{200, 2000} {
		d := newDesk(b, open)
		for _, o := range operations {
			b.Run(fmt.Sprintf("%s/%d", o.name, open), func(b *testing.B) {
				d.looked = 0
				began := cpuTime(b)
				for b.Loop() {
					if err := o.do(b.Context(), d); err != nil {
						b.Fatal(err)
					}
				}
				each := float64(cpuTime(b)-began) / float64(b.N)
				b.ReportMetric(each/1e6, "cpu-ms/op")
				b.ReportMetric(float64(d.looked)/float64(b.N), "rooms/op")
				if before := took[o.name]; before > 0 {
					b.ReportMetric(each/before, "x-of-200")
				}
				took[o.name] = each
			})
		}
	}
}

// claimAndRelease changes the status of a question twice, which edits a message in each
// room each time.
func (d *desk) claimAndRelease(ctx context.Context, e chat.Event) error {
	const number = 100
	for _, do := range []func(context.Context, chat.Event, relay.Question) (func(context.Context) error, error){d.carrier.Claim, d.carrier.Release} {
		q, err := d.db.Question(ctx, number)
		if err != nil {
			return err
		}
		change, err := do(ctx, e, q)
		if err != nil {
			return err
		}
		if err := d.box.Do(ctx, change); err != nil {
			return err
		}
	}
	return nil
}
