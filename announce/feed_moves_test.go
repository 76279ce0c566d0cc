package announce_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/fetch"
	"heraut/sources"
)

const aDay = 24 * time.Hour

func entry(title, link, guid, date string) string {
	return fmt.Sprintf(`<title>%s</title><link>%s</link><guid isPermaLink="false">%s</guid><pubDate>%s</pubDate>`, title, link, guid, date)
}

const (
	yesterday = "Mon, 31 Aug 2026 10:00:00 GMT"
	today     = "Tue, 01 Sep 2026 09:00:00 GMT"
)

// Ids and dates that change at each reading make no news. A new id makes news in a feed
// whose other ids stay.
func TestIDsMadeUp(t *testing.T) {
	const a, b = "https://blog.example.org/1", "https://blog.example.org/2"
	n, p := blog(t, rss(entry("A", a, "a1", yesterday), entry("B", b, "a2", yesterday)))
	p.set(rss(entry("C", "https://blog.example.org/3", "c3", today), entry("A", a, "b1", today), entry("B", b, "b2", today)))
	n.after(time.Hour, "blog")
	n.want("Le blog : C | Publié le 1er septembre 2026")

	n, p = blog(t, rss(entry("Build", a, "1", yesterday), entry("B", b, "2", yesterday)))
	p.set(rss(entry("Build", a, "3", today), entry("B", b, "2", yesterday)) + "<!-- another length is another version -->")
	n.after(time.Hour, "blog")
	n.want("Le blog : Build | Publié le 1er septembre 2026")
}

// A site that changes its address makes one digest, however few entries it has.
func TestSiteThatMoves(t *testing.T) {
	old, moved := "http://blog.example.org/", "https://www.example.org/blog/"
	all := func(base string) string {
		return rss(entry("A", base+"1", base+"1", yesterday), entry("B", base+"2", base+"2", yesterday), entry("C", base+"3", base+"3", yesterday))
	}
	n, p := blog(t, all(old))
	p.set(all(moved))
	n.after(time.Hour, "blog")
	n.want("3 nouvelles publications : Le blog | C | B | A")
	n.after(time.Hour, "blog")
	n.want()
}

// Old entries are no news, even if the feed never showed them before.
func TestOldEntries(t *testing.T) {
	n, p := blog(t, rss(entry("A", "https://blog.example.org/1", "1", yesterday)))
	p.set(rss(entry("Archive", "https://blog.example.org/0", "0", "Tue, 14 Jul 2026 10:00:00 GMT"), entry("A", "https://blog.example.org/1", "1", yesterday)))
	n.after(time.Hour, "blog")
	n.want()
	if seen, err := n.db.Outcomes(t.Context(), "blog"); err != nil || seen[announce.TooOld] != 1 {
		t.Errorf("%v, %v", seen, err)
	}
}

// A corrected title or link is corrected in the message too, for a week, at most once
// per reading.
func TestEntryPutRight(t *testing.T) {
	n, p := blog(t, rss(entry("A", "https://blog.example.org/1", "1", yesterday)))
	with := func(title, link string) string {
		return rss(entry(title, link, "2", today), entry("A", "https://blog.example.org/1", "1", yesterday))
	}
	p.set(with("Une cokille", "https://blog.example.org/2"))
	n.after(time.Hour, "blog")
	n.want("Le blog : Une cokille | Publié le 1er septembre 2026")
	p.set(with("Une coquille", "https://blog.example.org/2"))
	n.after(time.Hour, "blog")
	n.want("* Le blog : Une coquille | Publié le 1er septembre 2026")
	p.set(with("Une coquille", "https://blog.example.org/deux"))
	n.after(aDay, "blog")
	if got := n.said(salon); len(got) != 1 || !strings.HasPrefix(got[0], "* Le blog : Une coquille") {
		t.Errorf("a link that changed: %q", got)
	}
	p.set(with("Une coquille encore", "https://blog.example.org/deux"))
	n.after(7*aDay, "blog")
	n.want()
}

// A correction before the digest is due appears in the digest.
func TestEntryPutRightBeforeItsDigest(t *testing.T) {
	n, p := blog(t, rss(entry("A", "https://blog.example.org/1", "1", yesterday)))
	n.watch(salon, "blog", "", "quotidien 20:00")
	p.set(rss(entry("Cokille", "https://blog.example.org/2", "2", today)))
	n.after(time.Hour, "blog")
	p.set(rss(entry("Coquille", "https://blog.example.org/2", "2", today)))
	n.after(time.Hour, "blog")
	n.deliver(8 * time.Hour)
	n.want("1 nouvelle publication : Le blog | Coquille")
}

// A server that answers «not modified» for ever gets an unconditional request once a
// week. The validators of its answer replace the older ones.
func TestUnchangedForEver(t *testing.T) {
	first, then := rss(entry("A", "https://blog.example.org/1", "1", yesterday)), rss(entry("B", "https://blog.example.org/2", "2", today))
	n, p := blog(t, first)
	var asked []string
	p.serve(func(w http.ResponseWriter, r *http.Request) {
		since := r.Header.Get("If-None-Match")
		asked = append(asked, since)
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(asked)))
		if since != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, then)
	})
	n.after(time.Hour, "blog")
	n.after(time.Hour, "blog")
	n.want()
	n.after(7*aDay, "blog")
	n.want("Le blog : B | Publié le 1er septembre 2026")
	if want := []string{fmt.Sprintf(`"%d"`, len(first)), `"1"`, ""}; !slices.Equal(asked, want) {
		t.Errorf("asked with %q, want %q", asked, want)
	}
}

// A feed that redirects permanently for a week is read at its new address, which
// becomes the name of a room's feed. An interrupted redirect starts the week again.
func TestFeedThatMovesForGood(t *testing.T) {
	n, old := blog(t, rss(entry("A", "https://blog.example.org/1", "1", yesterday)))
	moved := newPage(t, rss(entry("A", "https://blog.example.org/1", "1", yesterday)))
	redirect := func(code int) {
		old.serve(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, moved.URL, code) })
	}
	requestsOf := func(p *page, d time.Duration) int {
		before := p.requests
		n.after(d, "blog")
		return p.requests - before
	}
	redirect(http.StatusMovedPermanently)
	n.after(time.Hour, "blog")
	old.serve(nil)
	n.after(6*aDay, "blog")
	redirect(http.StatusFound)
	n.after(2*aDay, "blog")
	redirect(http.StatusPermanentRedirect)
	n.after(time.Hour, "blog")
	if requestsOf(old, 6*aDay) != 1 {
		t.Error("the old address is not asked any more, within a week")
	}
	n.after(aDay, "blog")
	if requestsOf(old, time.Hour) != 0 {
		t.Error("the old address is still asked")
	}
	moved.set(rss(entry("B", "https://blog.example.org/2", "2", "Tue, 15 Sep 2026 09:00:00 GMT")) + "<!-- -->")
	n.after(time.Hour, "blog")
	n.want("Le blog : B | Publié le 15 septembre 2026")
}

// The watches of rooms, the seen keys and the pending items follow a feed that moved.
func TestRoomFeedThatMovesForGood(t *testing.T) {
	body := rss(entry("A", "https://blog.example.org/1", "1", yesterday))
	moved := newPage(t, body)
	old := httptest.NewServer(http.RedirectHandler(moved.URL, http.StatusMovedPermanently))
	t.Cleanup(old.Close)
	n := newNewsroom(t)
	n.feeds = fetch.New(fetch.Options{})
	n.open()
	ctx := t.Context()
	w := announce.Watch{Room: salon, Source: old.URL, Rhythm: "quotidien 20:00", Label: "Mon blog", At: n.now}
	if _, err := n.db.AddWatch(ctx, w); err != nil {
		t.Fatal(err)
	}
	n.source(sources.Settings{Name: old.URL, Kind: sources.Feed, Location: old.URL})
	n.after(0, old.URL)
	moved.set(rss(entry("B", "https://blog.example.org/2", "2", "Tue, 08 Sep 2026 09:00:00 GMT"), entry("A", "https://blog.example.org/1", "1", yesterday)))
	n.after(7*aDay, old.URL)
	watches, err := n.db.Watches(ctx)
	if err != nil || len(watches) != 1 || watches[0].Source != moved.URL {
		t.Fatalf("%+v, %v", watches, err)
	}
	n.deliver(8 * time.Hour)
	n.want("1 nouvelle publication : Mon blog | B")
	n.source(sources.Settings{Name: moved.URL, Kind: sources.Feed, Location: moved.URL})
	moved.set(body)
	n.after(time.Hour, moved.URL)
	n.deliver(aDay)
	n.want()
}

// A software that leaves the catalogue is struck out in its announcement.
func TestWithdrawnIsStruckOut(t *testing.T) {
	n, state := sillRoom(t)
	gimp := catalogue.Software{ID: "7", Name: "GIMP", Referenced: n.now.Add(-aDay)}
	state.Catalogue = softwares()
	n.after(0, "sill")
	state.Catalogue = softwares(gimp)
	n.after(time.Hour, "sill")
	n.want("Référencé au SILL : GIMP")
	gimp.Withdrawn = &catalogue.Withdrawal{Time: n.now}
	state.Catalogue = softwares(gimp)
	n.after(time.Hour, "sill")
	if got := n.said(salon); len(got) != 2 || !slices.Contains(got, "* ~Référencé au SILL : GIMP~ (retiré du SILL depuis)") {
		t.Errorf("got %q", got)
	}
	if n.changesIn(func() { n.after(time.Hour, "sill") }) {
		t.Error("a catalogue that is as before cost a write")
	}
	gimp.Withdrawn = nil
	state.Catalogue = softwares(gimp)
	n.after(time.Hour, "sill")
	n.want("* Référencé au SILL : GIMP")
}
