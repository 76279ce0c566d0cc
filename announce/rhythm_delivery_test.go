package announce_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"heraut/schedule"
	"heraut/sources"
)

// script is a source whose items the test chooses.
type script struct {
	fresh []sources.Fresh
	n     int
	err   error
	asked []time.Time
}

// Fetch implements sources.Source.
func (s *script) Fetch(_ context.Context, q sources.Query) (sources.Batch, error) {
	s.asked = append(s.asked, q.Now)
	b := sources.Batch{Fresh: s.fresh}
	s.fresh = nil
	if q.State == nil {
		b.State, b.Hosts, b.Whole = []byte("{}"), []sources.HostNow{{}}, []string{""}
		for _, f := range b.Fresh {
			b.Hosts = append(b.Hosts, sources.HostNow{Name: f.Repository.Host})
			b.Whole = append(b.Whole, f.Repository.Host)
		}
	}
	return b, s.err
}

// publish adds an entry to the source.
func (s *script) publish(title string, at time.Time) {
	s.n++
	s.fresh = append(s.fresh, sources.Fresh{News: sources.Published, Item: sources.Item{
		Key: fmt.Sprint(s.n), Kind: sources.KindEntry, Title: title, URL: "https://example.org/" + title, At: at,
	}})
}

// scripted adds a source with these first items.
func (n *newsroom) scripted(name string, base ...sources.Fresh) *script {
	n.Helper()
	s := &script{fresh: base}
	n.runners[name] = n.announcer.NewRunner(sources.Settings{Name: name, Kind: sources.Feed, Every: time.Hour}, s)
	n.after(0, name)
	n.now = n.now.Add(time.Minute)
	return s
}

// at parses a time in Paris.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04:05", text, paris(t))
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestDigestAtItsMinute(t *testing.T) {
	tests := map[string]struct{ rhythm, published, before, due string }{
		"weekly":                             {"hebdo jeudi 11:00", "2026-09-04 10:00:00", "2026-09-10 10:59:59", "2026-09-10 11:00:00"},
		"published on the minute":            {"hebdo jeudi 11:00", "2026-09-10 11:00:00", "2026-09-17 10:59:59", "2026-09-17 11:00:00"},
		"while the clocks go back":           {"hebdo jeudi 11:00", "2026-10-23 10:00:00", "2026-10-29 10:59:59", "2026-10-29 11:00:00"},
		"while the clocks go forward":        {"hebdo lundi 09:30", "2027-03-27 10:00:00", "2027-03-29 09:29:59", "2027-03-29 09:30:00"},
		"daily, on the day they go back":     {"quotidien 09:00", "2026-10-24 10:00:00", "2026-10-25 08:59:59", "2026-10-25 09:00:00"},
		"daily, at an hour that is left out": {"quotidien 02:30", "2027-03-27 12:00:00", "2027-03-28 01:59:59", "2027-03-28 03:00:00"},
		"daily, at an hour that comes twice": {"quotidien 02:30", "2026-10-24 12:00:00", "2026-10-25 01:59:59", "2026-10-25 02:30:00"},
		"on a holiday: its time is its own":  {"quotidien 09:00", "2026-11-10 12:00:00", "2026-11-11 08:59:59", "2026-11-11 09:00:00"},
		"on a Sunday: no quiet for a rhythm": {"quotidien 09:00", "2026-09-05 12:00:00", "2026-09-06 08:59:59", "2026-09-06 09:00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNewsroom(t)
			n.quiet = schedule.NewQuiet(paris(t))
			n.open()
			source := n.scripted("blog")
			n.watch(salon, "blog", "", test.rhythm)
			n.now = at(t, test.published)
			source.publish("un", n.now)
			n.after(0, "blog")
			n.now = at(t, test.before)
			n.deliver(0)
			n.want()
			n.restart()
			n.watch(salon, "blog", "", test.rhythm)
			n.now = at(t, test.due)
			n.deliver(0)
			n.want("1 nouvelle publication | un")
			n.deliver(0)
			n.deliver(time.Hour)
			n.want()
		})
	}
}

func TestQuietHours(t *testing.T) {
	tests := map[string]struct{ published, told string }{
		"in the day":     {"2026-09-03 15:00:00", "2026-09-03 15:00:00"},
		"in the evening": {"2026-09-03 21:00:00", "2026-09-04 08:00:00"},
		"at the weekend": {"2026-09-05 12:00:00", "2026-09-07 08:00:00"},
		"on a holiday":   {"2026-11-11 10:00:00", "2026-11-12 08:00:00"},
		"a long weekend": {"2027-05-14 20:30:00", "2027-05-18 08:00:00"}, // Whit Monday
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNewsroom(t)
			n.quiet = schedule.NewQuiet(paris(t))
			n.open()
			source := n.scripted("blog")
			n.watch(salon, "blog", "", "immediat")
			n.now = at(t, test.published)
			source.publish("un", n.now)
			n.after(0, "blog")
			if test.told != test.published {
				n.want()
				n.now = at(t, test.told).Add(-time.Second)
				n.deliver(0)
				n.want()
				n.restart()
				n.watch(salon, "blog", "", "immediat")
				n.deliver(time.Second)
			}
			n.want("un | Publié le " + day(test.published))
			n.deliver(24 * time.Hour)
			n.want()
		})
	}
}

func day(text string) string {
	months := map[string]string{"05": "mai", "09": "septembre", "11": "novembre"}
	return fmt.Sprintf("%s %s %s", map[bool]string{true: text[9:10], false: text[8:10]}[text[8] == '0'], months[text[5:7]], text[:4])
}

// Items that fell due while the bot was stopped are announced once when it is back.
func TestDigestAfterAnAbsence(t *testing.T) {
	n := newNewsroom(t)
	source := n.scripted("blog")
	n.watch(salon, "blog", "", "hebdo jeudi 11:00")
	n.now = at(t, "2026-09-09 10:00:00")
	source.publish("un", n.now)
	n.after(0, "blog")
	for _, now := range []string{"2026-09-10 14:30:00", "2026-09-10 14:31:00", "2026-09-17 11:00:00"} {
		n.restart()
		n.deliver(0) // its watch is not declared yet
		n.watch(salon, "blog", "", "hebdo jeudi 11:00")
		n.now = at(t, now)
		n.deliver(0)
	}
	n.want("1 nouvelle publication | un")
}

// A room with two watches of a source is told once, at the earlier time.
func TestToldOnce(t *testing.T) {
	n := newNewsroom(t)
	source := n.scripted("blog")
	n.watch(salon, "blog", "", "hebdo jeudi 11:00", "nom:un", "immediat", "un", "quotidien 09:00")
	source.publish("un", n.now)
	source.publish("deux", n.now)
	n.after(0, "blog")
	n.want("un | Publié le 1er septembre 2026")
	for range 10 {
		n.deliver(24 * time.Hour)
	}
	n.want("1 nouvelle publication | deux")
}

// Items for the digest of a watch that the configuration no longer declares wait for
// it; those of a paused watch are dropped.
func TestDigestOfNoWatch(t *testing.T) {
	n := newNewsroom(t)
	source := n.scripted("blog")
	n.watch(salon, "blog", "", "quotidien 09:00")
	source.publish("un", n.now)
	n.after(0, "blog")
	n.watch(salon, "blog")
	n.deliver(24 * time.Hour)
	n.want()
	n.watch(salon, "blog", "", "hebdo jeudi 11:00") // the rhythm changed in between
	n.deliver(time.Minute)
	n.want("1 nouvelle publication | un")
}

// RunDelivery wakes at the right times across a year with its clock changes and
// restarts.
func TestRunDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.now = time.Now()
		source := n.scripted("blog")
		want := []time.Time{}
		rhythm, err := schedule.ParseRhythm("hebdo jeudi 11:00")
		if err != nil {
			t.Fatal(err)
		}
		for week := range 30 {
			n.watch(salon, "blog", "", "hebdo jeudi 11:00")
			ctx, stop := context.WithCancel(t.Context())
			var run sync.WaitGroup
			run.Go(func() {
				if err := n.announcer.RunDelivery(ctx); err != nil {
					t.Error(err)
				}
			})
			n.now = time.Now().Add(time.Minute)
			source.publish(fmt.Sprint("semaine ", week), n.now)
			n.after(0, "blog")
			want = append(want, rhythm.Next(n.now, paris(t)))
			time.Sleep(3 * 24 * time.Hour)
			if week%3 == 0 { // a stop of the bot
				stop()
				run.Wait()
				n.restart()
				n.runners["blog"] = n.announcer.NewRunner(sources.Settings{Name: "blog", Kind: sources.Feed, Every: time.Hour}, source)
				ctx, stop = context.WithCancel(t.Context())
				n.watch(salon, "blog", "", "hebdo jeudi 11:00")
				run.Go(func() { _ = n.announcer.RunDelivery(ctx) })
			}
			time.Sleep(4 * 24 * time.Hour)
			stop()
			run.Wait()
			n.restart()
			n.runners["blog"] = n.announcer.NewRunner(sources.Settings{Name: "blog", Kind: sources.Feed, Every: time.Hour}, source)
		}
		all, err := n.db.Announcements(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []time.Time
		for _, m := range all {
			got = append(got, m.At.Truncate(time.Second).UTC())
		}
		for i := range want {
			want[i] = want[i].UTC()
		}
		if !slices.Equal(got, want) {
			t.Errorf("told at\n%v\nwant\n%v", got, want)
		}
	})
}

// A slow source delivers an item that belongs to a digest already sent.
func TestLateForTheDigest(t *testing.T) {
	n := newNewsroom(t)
	source := n.scripted("blog")
	n.watch(salon, "blog", "", "quotidien 09:00")
	n.now = at(t, "2026-09-02 08:00:00")
	source.publish("un", n.now)
	n.after(0, "blog")
	n.now = at(t, "2026-09-02 09:00:00")
	n.deliver(0)
	n.want("1 nouvelle publication | un")
	n.now = at(t, "2026-09-02 08:59:30") // the start of that round
	source.publish("deux", n.now)
	n.after(0, "blog")
	n.deliver(time.Minute)
	n.want("1 nouvelle publication | deux")
}
