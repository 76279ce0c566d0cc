package endtoend

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// blog is a site with a page that names its feed.
type blog struct {
	*httptest.Server

	mu      sync.Mutex
	entries []string
	moved   string // permanent redirect of the feed; empty: none
	reads   int    // number of reads of the feed
}

func newBlog(t *testing.T) *blog {
	t.Helper()
	b := &blog{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if r.URL.Path != "/actu.xml" {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="actu.xml"></head></html>`)
			return
		}
		b.reads++
		if b.moved != "" {
			http.Redirect(w, r, b.moved, http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Le blog</title>`, strings.Join(b.entries, ""), `</channel></rss>`)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *blog) change(do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	do()
}

// awaitRead waits until the number of reads of the feed exceeds before.
func (b *blog) awaitRead(t *testing.T, before int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		b.mu.Lock()
		reads := b.reads
		b.mu.Unlock()
		if reads > before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the feed is not read")
		}
	}
}

func blogEntry(title, guid string) string {
	return fmt.Sprintf(`<item><title>%s</title><guid isPermaLink="false">%s</guid><link>https://blog.example.org/%s</link></item>`, title, guid, guid)
}

// TestFeedFromItsSite: a room watches the feed of a site by the address of its page.
// The bot announces an entry, corrects its title in the message, and follows the
// feed to its new address. The bot restarts before each reading, since it reads a
// feed right after a start.
func TestFeedFromItsSite(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	moderator := hs.Person(t, "moderator", testkit.ClientOptions{})
	room := moderator.Room(t, testkit.Room{Alias: "veille", Public: true})
	site, newSite := newBlog(t), newBlog(t)
	site.entries = []string{blogEntry("Ancien", "1")}
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account,
		Set: map[string]any{
			"quiet": map[string]any{"nights": "", "weekends": false, "holidays": false},
			"fetch": map[string]any{"allow_private": []string{"127.0.0.1"}},
			"rooms": []map[string]any{{"room": "#veille:" + hs.Name}},
		},
	})
	moderator.AwaitMember(t, room, account.UserID, event.MembershipJoin)
	ask := moderator.Say(t, room, `!veille flux `+site.URL+`/ nom:"Notre blog"`)
	mustSay(t, moderator.AwaitAnswer(t, room, account.UserID, ask), "Notre blog", "1\u00a0article, le dernier", "Ancien")
	site.awaitRead(t, 1) // the trial was the first read, the watch makes the second
	latest := moderator.Say(t, room, "!veille derniers 1")
	mustSay(t, moderator.AwaitAnswer(t, room, account.UserID, latest), "Notre blog", "Ancien")

	restart := func(b *blog, change func()) {
		t.Helper()
		bot.Stop()
		b.change(change)
		before := b.reads
		bot.Start(t)
		b.awaitRead(t, before)
	}
	announced := func(evt *event.Event) bool {
		return evt.Sender == account.UserID && evt.Type == event.EventMessage && strings.Contains(body(evt), "Notre blog\u00a0: ") && evt.Content.AsMessage().RelatesTo.GetReplaceID() == ""
	}
	restart(site, func() { site.entries = append(site.entries, blogEntry("Une cokille", "2")) })
	message := moderator.Await(t, room, announced)
	mustSay(t, message, "Une cokille")
	edits := func(target id.EventID) func(evt *event.Event) bool {
		return func(evt *event.Event) bool {
			return evt.Sender == account.UserID && evt.Type == event.EventMessage && evt.Content.AsMessage().RelatesTo.GetReplaceID() == target
		}
	}
	restart(site, func() { site.entries[1] = blogEntry("Une coquille", "2") })
	edit := moderator.Await(t, room, edits(message.ID))
	if text := edit.Content.AsMessage().NewContent.Body; !strings.Contains(text, "Une coquille") {
		t.Errorf("the message is edited to %q", text)
	}

	newSite.entries = site.entries
	restart(site, func() { site.moved = newSite.URL + "/actu.xml" })
	newSite.awaitRead(t, 0)
	moving := func(db *sql.DB) (n int) {
		t.Helper()
		const week = `UPDATE source SET state = json_set(state, '$.since', '2026-01-01T00:00:00Z') WHERE json_extract(state, '$.moving') <> ''`
		result, err := db.Exec(week)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := result.RowsAffected()
		if err != nil {
			t.Fatal(err)
		}
		return int(changed)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(bot.Dir, "data", "bot.db")+"?_busy_timeout=5000")
		if err != nil {
			t.Fatal(err)
		}
		changed := moving(db) // simulates the passing of a week
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if changed == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the redirect is not noted")
		}
	}
	restart(site, func() {})
	awaitLog(t, bot, "A feed moved for good")
	restart(newSite, func() { newSite.entries = append([]string{blogEntry("Nouveau", "3")}, newSite.entries...) })
	mustSay(t, moderator.Await(t, room, func(evt *event.Event) bool {
		return announced(evt) && strings.Contains(body(evt), "Nouveau")
	}), "Notre blog")
	listed, err := bot.Command(t.Context(), "export", "opml").Output()
	if err != nil || !strings.Contains(string(listed), newSite.URL+"/actu.xml") || strings.Contains(string(listed), site.URL+"/") {
		t.Errorf("%v: the feeds are\n%s", err, listed)
	}
}
