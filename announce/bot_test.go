package announce_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
	"heraut/storage"
)

const (
	salon  = chat.RoomID("!salon:example.org")
	bureau = chat.RoomID("!bureau:example.org")
)

// newsroom is an Announcer on a database. The test sets its time; its messages stay in the
// outbox.
type newsroom struct {
	testing.TB
	path      string
	db        *storage.DB
	announcer *announce.Announcer
	getter    *fetch.Getter
	now       time.Time
	runners   map[string]*announce.Runner
	settings  map[string]sources.Settings // by source
	notices   []announce.Notice
	quiet     schedule.Quiet // the quiet hours of all rooms
	feeds     *fetch.Getter  // reads the feeds of rooms
	english   chat.RoomID    // a room in English
}

// paris is the zone of all tests.
func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// newNewsroom returns a newsroom whose clock starts on a Tuesday at noon.
func newNewsroom(t testing.TB) *newsroom {
	t.Helper()
	n := &newsroom{
		TB: t, path: filepath.Join(t.TempDir(), "bot.db"), runners: map[string]*announce.Runner{}, settings: map[string]sources.Settings{},
		now: time.Date(2026, time.September, 1, 12, 0, 0, 0, paris(t)),
	}
	n.quiet.Zone = paris(t)
	n.getter = fetch.New(fetch.Options{UserAgent: "test", MaxBytes: 32 << 20, Timeout: 60 * time.Second})
	t.Cleanup(n.getter.Close)
	n.open()
	t.Cleanup(func() { n.db.Close() })
	return n
}

// restart replaces the process by a new one, which has no declared watches.
func (n *newsroom) restart() {
	n.Helper()
	if err := n.db.Close(); err != nil {
		n.Fatal(err)
	}
	n.open()
}

func (n *newsroom) open() {
	n.Helper()
	var err error
	if n.db, err = storage.Open(context.Background(), n.path); err != nil {
		n.Fatal(err)
	}
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	book.Declare(n.english, rooms.Settings{Language: "en"})
	n.announcer = announce.NewAnnouncer(announce.Options{
		Store: n.db,
		Queue: queue.NewOutbox(n.db),
		Rooms: book,
		Zone:  paris(n),
		Quiet: func(chat.RoomID) schedule.Quiet { return n.quiet },
		Feeds: n.feeds, FeedsEvery: 10 * time.Millisecond,
		Operators: func(_ context.Context, notice announce.Notice) error {
			n.notices = append(n.notices, notice)
			return nil
		},
		Log: zerolog.New(zerolog.NewTestWriter(n)),
	})
}

// source adds a source.
func (n *newsroom) source(s sources.Settings) {
	n.Helper()
	if s.Every == 0 {
		s.Every = 15 * time.Minute
	}
	source, err := sources.New(s, n.getter, nil)
	if err != nil {
		n.Fatal(err)
	}
	n.settings[s.Name] = s
	n.runners[s.Name] = n.announcer.NewRunner(s, source)
}

// watch declares the room's only watches.
func (n *newsroom) watch(room chat.RoomID, source string, filtersAndRhythms ...string) {
	var all []announce.Watch
	for i := 0; i < len(filtersAndRhythms); i += 2 {
		all = append(all, announce.Watch{Room: room, Source: source, Filter: filtersAndRhythms[i], Rhythm: filtersAndRhythms[i+1]})
	}
	n.announcer.Declare(room, all)
}

// after advances the clock and runs a round of the source.
func (n *newsroom) after(d time.Duration, source string) {
	n.Helper()
	if err := n.try(d, source); err != nil {
		n.Fatal(err)
	}
}

func (n *newsroom) try(d time.Duration, source string) error {
	n.now = n.now.Add(d)
	return n.runners[source].Round(context.Background(), n.now)
}

// said returns the posts that wait for a room, as text; an edit begins with "* ". It
// then empties the outbox, of all rooms.
func (n *newsroom) said(room chat.RoomID) (texts []string) {
	n.Helper()
	for {
		seq, _, err := n.db.NextPost(context.Background(), time.Now(), nil)
		if err != nil {
			return texts
		}
		row, err := n.db.StartPost(context.Background(), seq, n.now)
		if err != nil {
			n.Fatal(err)
		}
		if err := localetest.Check(row.Post.HTML); err != nil {
			n.Errorf("%s: %v", row.Post.HTML, err)
		}
		if row.Post.Room == room {
			texts = append(texts, shownPost(row))
		}
		if _, _, err := n.db.ConfirmPost(context.Background(), row.Txn, chat.EventID("$"+row.Txn), n.now); err != nil {
			n.Fatal(err)
		}
	}
}

var tag = regexp.MustCompile(`<[^>]+>`)

// shownPost renders a post as a line of text, with | between its lines and ~ around
// struck-out words.
func shownPost(row queue.Row) string {
	text := strings.NewReplacer("<br>", " | ", "</p>", " | ", "</li>", " | ", "<del>", "~", "</del>", "~").Replace(row.Post.HTML)
	text = strings.TrimSuffix(strings.TrimSpace(tag.ReplaceAllString(text, "")), " |")
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "&#39;", "'", "&amp;", "&").Replace(text)
	if !row.Post.Edits.IsZero() {
		return "* " + text
	}
	return text
}

// deliver advances the clock and delivers the due items.
func (n *newsroom) deliver(d time.Duration) {
	n.Helper()
	n.now = n.now.Add(d)
	if err := n.announcer.Deliver(context.Background(), n.now); err != nil {
		n.Fatal(err)
	}
}

// changesIn reports whether do wrote to the database.
func (n *newsroom) changesIn(do func()) bool {
	n.Helper()
	version := func() string {
		info, err := os.Stat(n.path + "-wal")
		if err != nil {
			n.Fatal(err)
		}
		return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	before := version()
	do()
	return version() != before
}
