package agenda_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // so that the tests need none of the machine's

	"github.com/rs/zerolog"

	"heraut/agenda"
	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
)

// publisher serves a calendar over HTTP, with the status and body that a test sets.
type publisher struct {
	*httptest.Server
	mu     sync.Mutex
	body   string
	status int
	asked  int
	same   int // number of 304 answers
}

func newPublisher(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{status: http.StatusOK}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked++
		tag := fmt.Sprintf(`"%x"`, len(p.body)*1000003+sum(p.body))
		if p.status == http.StatusOK && r.Header.Get("If-None-Match") == tag {
			p.same++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Type", "text/calendar")
		w.WriteHeader(p.status)
		fmt.Fprint(w, p.body)
	}))
	t.Cleanup(p.Close)
	return p
}

func sum(s string) (n int) {
	for i, b := range []byte(s) {
		n += (i + 1) * int(b)
	}
	return n
}

// publish replaces the events that the publisher serves.
func (p *publisher) publish(events ...string) {
	p.serve(http.StatusOK, "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Agenda\r\n"+strings.Join(events, "")+"END:VCALENDAR\r\n")
}

func (p *publisher) serve(status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.body = status, body
}

// event returns a VEVENT; start is "2026-10-05 10:00" in Paris time, or a day.
func event(uid, start, title string, more ...string) string {
	lines := append([]string{"UID:" + uid, "SUMMARY:" + title, "DTSTART" + when(start)}, more...)
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

func when(start string) string {
	if len(start) == len(time.DateOnly) {
		return ";VALUE=DATE:" + strings.ReplaceAll(start, "-", "")
	}
	return ";TZID=Europe/Paris:" + strings.NewReplacer("-", "", ":", "", " ", "T").Replace(start) + "00"
}

// bot is Calendars with their database, which survives simulated kills.
type bot struct {
	*testing.T
	path      string
	db        *storage.DB
	calendars *agenda.Calendars
	now       time.Time
	zone      *time.Location
	quiet     schedule.Quiet
	calendar  *publisher
	watches   []announce.Watch
	notices   []announce.Notice
	fail      *bool // kill the next transaction before its commit
}

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func newBot(t *testing.T, now string) *bot {
	t.Helper()
	b := &bot{T: t, path: filepath.Join(t.TempDir(), "bot.db"), zone: paris(t), calendar: newPublisher(t), fail: new(bool)}
	b.quiet, _ = schedule.ParseQuiet("aucun", b.zone)
	b.watches = []announce.Watch{{Room: salon, Source: "agenda", Rhythm: "immediat"}}
	b.at(now)
	b.calendar.publish()
	b.start()
	return b
}

// at sets the clock.
func (b *bot) at(now string) {
	b.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", now, b.zone)
	if err != nil {
		b.Fatal(err)
	}
	b.now = t
}

// start starts or restarts the bot.
func (b *bot) start() {
	b.Helper()
	if b.db != nil {
		if err := b.db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	db, err := storage.Open(b.Context(), b.path)
	if err != nil {
		b.Fatal(err)
	}
	b.db = db
	b.Cleanup(func() { db.Close() })
	getter := fetch.New(fetch.Options{UserAgent: "test"})
	b.Cleanup(getter.Close)
	b.calendars = agenda.NewCalendars(agenda.Options{
		Store: db, Queue: mortal{queue.NewOutbox(db), b.fail},
		Rooms: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Zone: b.zone,
		Quiet:    func(chat.RoomID) schedule.Quiet { return b.quiet },
		Declared: func() []announce.Watch { return b.watches },
		Report:   func(string, time.Time, error) {},
		Operators: func(_ context.Context, n announce.Notice) error {
			b.notices = append(b.notices, n)
			return nil
		},
		Log: zerolog.Nop(),
	}, []agenda.Settings{{Name: "agenda", Location: b.calendar.URL, Every: time.Hour, Getter: getter}})
}

var errKilled = errors.New("killed")

// mortal is a queue whose next transaction may fail before its commit, as after a
// kill.
type mortal struct {
	agenda.Queue
	fail *bool
}

func (m mortal) Do(ctx context.Context, change func(context.Context) error) error {
	return m.Queue.Do(ctx, func(ctx context.Context) error {
		if err := change(ctx); err != nil || !*m.fail {
			return err
		}
		*m.fail = false
		return errKilled
	})
}

// round runs one round at the present time and returns the messages to rooms.
func (b *bot) round() (said []string) {
	b.Helper()
	if err := b.calendars.Round(b.Context(), b.now); err != nil && !errors.Is(err, errKilled) {
		b.Fatal(err)
	}
	return sent(b.T, b.db, b.now)
}

var tag = regexp.MustCompile(`<[^>]*>`)

// sent marks the waiting posts of the outbox as sent and returns their texts.
func sent(t *testing.T, db *storage.DB, now time.Time) (said []string) {
	t.Helper()
	for {
		seq, _, err := db.NextPost(t.Context(), now, nil)
		if err != nil {
			return said
		}
		row, err := db.StartPost(t.Context(), seq, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := localetest.Check(row.Post.HTML); err != nil {
			t.Errorf("%s: %v", row.Post.HTML, err)
		}
		text := html.UnescapeString(tag.ReplaceAllString(row.Post.HTML, " "))
		said = append(said, strings.Join(strings.Fields(strings.ReplaceAll(text, "\u00a0", " ")), " "))
		row.State, row.EventID = queue.Sent, chat.EventID(fmt.Sprint("$sent", seq))
		if err := db.UpdatePost(t.Context(), row, now); err != nil {
			t.Fatal(err)
		}
	}
}

// expect runs a round and compares each message with the beginning of an expected
// one, in which "…" stands for any text.
func (b *bot) expect(want ...string) {
	b.Helper()
	got := b.round()
	ok := len(got) == len(want)
	for i := range want {
		ok = ok && i < len(got) && like(got[i], want[i])
	}
	if !ok {
		b.Errorf("%s: got\n%s\nwant\n%s", b.now.Format("2006-01-02 15:04"), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func like(got, want string) bool {
	for i, part := range strings.Split(want, "…") {
		at := strings.Index(got, part)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		got = got[at+len(part):]
	}
	return true
}

// later advances the clock.
func (b *bot) later(d time.Duration) *bot {
	b.now = b.now.Add(d)
	return b
}
