package announce_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"heraut/announce"
	"heraut/feed"
	"heraut/sources"
	"heraut/testkit/realdata"
)

// page is a server with one document, which the test may change.
type page struct {
	*httptest.Server
	mu       sync.Mutex
	body     string
	etag     bool
	handler  http.HandlerFunc // replaces the document
	requests int
	full     int
}

func newPage(t testing.TB, body string) *page {
	t.Helper()
	p := &page{body: body, etag: true}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		body, etag, handler := p.body, p.etag, p.handler
		p.requests++
		p.mu.Unlock()
		if handler != nil {
			handler(w, r)
			return
		}
		if tag := fmt.Sprintf(`"%d"`, len(body)); etag {
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		p.mu.Lock()
		p.full++
		p.mu.Unlock()
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprint(w, body)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *page) set(body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.body = body
}

func (p *page) serve(handler http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handler = handler
}

// rss returns a feed of items, each "<item>" or its contents.
func rss(items ...string) string {
	return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Le blog</title><link>https://blog.example.org/</link>` +
		"<item>" + strings.Join(items, "</item><item>") + "</item></channel></rss>"
}

func item(title, guid string) string {
	return fmt.Sprintf("<title>%s</title><link>https://blog.example.org/%s</link><guid>%s</guid>", title, guid, guid)
}

// blog returns a newsroom with a room that watches a feed, after the first reading.
func blog(t testing.TB, body string) (*newsroom, *page) {
	t.Helper()
	p := newPage(t, body)
	n := newNewsroom(t)
	n.source(sources.Settings{Name: "blog", Kind: sources.Feed, Location: p.URL})
	n.watch(salon, "blog", "", "immediat")
	n.after(0, "blog")
	n.now = n.now.Add(time.Minute)
	return n, p
}

func TestFeed(t *testing.T) {
	n, p := blog(t, rss(item("Ancien", "1")))
	p.set(rss(item("Deuxième", "3"), item("Premier &amp; seul", "2")+"<pubDate>Tue, 01 Sep 2026 08:00:00 GMT</pubDate><description>&lt;p&gt;Du &lt;b&gt;texte&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description>", item("Ancien", "1")))
	n.after(time.Hour, "blog")
	n.want("Le blog : Premier & seul | Du texte. | Publié le 1er septembre 2026", "Le blog : Deuxième")
	p.set(rss(item("Le titre de l’ancien a changé", "1"), item("Ancien", "2")))
	n.after(time.Hour, "blog")
	n.want("* Le blog : Ancien | Publié le 1er septembre 2026")
}

// Entries without ids are identified by their link, title and date.
func TestFeedIdentity(t *testing.T) {
	link := func(title, path string) string {
		return fmt.Sprintf("<title>%s</title><link>https://blog.example.org/%s</link>", title, path)
	}
	dated := "<pubDate>Tue, 01 Sep 2026 08:00:00 GMT</pubDate>"
	tests := map[string]struct {
		first, then []string
		want        []string // titles
	}{
		"by the link":                          {[]string{link("A", "1")}, []string{link("B", "2"), link("A", "1")}, []string{"B"}},
		"a title that is put right":            {[]string{link("A", "1")}, []string{link("A bis", "1")}, nil},
		"a link for all":                       {[]string{link("A", ""), link("B", "")}, []string{link("C", ""), link("A", ""), link("B", "")}, []string{"C"}},
		"a link that is given a second time":   {[]string{link("A", "")}, []string{link("B", ""), link("A", "")}, []string{"B"}},
		"one id for all":                       {[]string{item("A", "x")}, []string{link("B", "2") + "<guid>x</guid>", link("A", "x") + "<guid>x</guid>"}, []string{"B"}},
		"ids that change at each reading":      {[]string{item("A", "1") + dated, item("B", "2") + dated}, []string{link("C", "3") + "<guid>x</guid>" + dated, link("B", "2") + "<guid>y</guid>" + dated, link("A", "1") + "<guid>z</guid>" + dated}, []string{"C"}},
		"ids that change, and no dates":        {[]string{item("A", "1"), item("B", "2")}, []string{link("B", "2") + "<guid>y</guid>", link("A", "1") + "<guid>z</guid>"}, nil},
		"one link for all that have ids":       {[]string{link("A", "") + "<guid>1</guid>"}, []string{link("A", "") + "<guid>2</guid>", link("A", "") + "<guid>1</guid>"}, []string{"A"}},
		"listed twice, once it was seen":       {[]string{item("A", "1")}, []string{item("A", "1"), item("A", "1")}, nil},
		"listed twice at first":                {[]string{item("A", "1"), item("A", "1")}, []string{item("A", "1")}, nil},
		"a link that is written otherwise":     {[]string{"<title>A</title><link>HTTP://blog.example.org/1/</link>"}, []string{link("A", "1")}, nil},
		"the same twice":                       {[]string{link("A", "1")}, []string{link("B", "2"), link("B", "2"), link("A", "1")}, []string{"B"}},
		"nothing but a title":                  {[]string{"<title>A</title>"}, []string{"<title>B</title>", "<title>A</title>"}, []string{"B"}},
		"nothing at all":                       {[]string{link("A", "1")}, []string{"<author>x</author>", link("A", "1")}, nil},
		"what leaves the feed and comes back":  {[]string{link("A", "1")}, []string{link("A", "1")}, nil},
		"a feed that was empty at the first":   {nil, []string{link("A", "1")}, []string{"A"}},
		"the id is the lower-cased API adress": {[]string{item("A", "https://x.org/api/a")}, []string{link("B", "2") + "<guid isPermaLink=\"false\">https://x.org/api/b</guid>"}, []string{"B"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			first := rss(test.first...)
			if test.first == nil {
				first = strings.ReplaceAll(first, "<item></item>", "")
			}
			n, p := blog(t, first)
			p.set(rss(test.then...) + "<!-- -->")
			n.after(time.Hour, "blog")
			var got []string
			for _, text := range n.said(salon) {
				title, _, _ := strings.Cut(strings.TrimPrefix(text, "Le blog : "), " | ")
				got = append(got, title)
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("told of %q, want %q", got, test.want)
			}
		})
	}
}

func TestFeedRepairs(t *testing.T) {
	latin1 := func(s string) string {
		b, err := charmap.ISO8859_1.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	utf16 := func(s string) string {
		b, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := func(inner string) string { return rss(inner) }
	said := func(encoding, body string) string {
		return strings.Replace(body, `encoding="utf-8"`, `encoding="`+encoding+`"`, 1)
	}
	été := one("<title>L’été à Nîmes</title><link>https://blog.example.org/ete</link>")
	plain := strings.ReplaceAll(été, "’", "'")
	tests := map[string]struct{ body, title, link string }{
		"UTF-8":                         {été, "L’été à Nîmes", "https://blog.example.org/ete"},
		"UTF-8 with a mark":             {"\ufeff" + été, "L’été à Nîmes", ""},
		"UTF-8 that says Latin 1":       {said("iso-8859-1", été), "L’été à Nîmes", ""},
		"Latin 1 that says UTF-8":       {latin1(plain), "L'été à Nîmes", ""},
		"Latin 1 that says so":          {said("ISO-8859-1", latin1(plain)), "L'été à Nîmes", ""},
		"Latin 1 that says nothing":     {latin1(strings.Replace(plain, ` encoding="utf-8"`, "", 1)), "L'été à Nîmes", ""},
		"Latin 1 that says nonsense":    {said("x-unknown", latin1(plain)), "L'été à Nîmes", ""},
		"UTF-16":                        {utf16(said("utf-16", été)), "L’été à Nîmes", ""},
		"control characters":            {one("<title>A\x08B\x00C</title><link>https://blog.example.org/1</link>"), "A B C", ""},
		"spaces in a link":              {one("<title>A</title><link>https://code.gouv.fr/sill/detail?name=Gimp et moi</link>"), "A", "https://code.gouv.fr/sill/detail?name=Gimp%20et%20moi"},
		"accents in a link":             {one("<title>A</title><link>https://code.gouv.fr/sill/détail</link>"), "A", "https://code.gouv.fr/sill/d%C3%A9tail"},
		"a percent sign in a link":      {one("<title>A</title><link>https://blog.example.org/100%</link>"), "A", "https://blog.example.org/100%25"},
		"a relative link":               {one("<title>A</title><link>/posts/1</link>"), "A", "https://blog.example.org/posts/1"},
		"a relative link, and no site":  {strings.Replace(one("<title>A</title><link>1.html</link>"), "<link>https://blog.example.org/</link>", "", 1), "A", "FEED/1.html"},
		"an unescaped ampersand":        {one("<title>A & B</title><link>https://blog.example.org/?a=1&b=2</link>"), "A & B", "https://blog.example.org/?a=1&b=2"},
		"a link that is none":           {one("<title>A</title><link>javascript:alert(1)</link>"), "A", ""},
		"HTML in a title":               {one("<title>&lt;em&gt;A&lt;/em&gt; &amp;amp; B</title><link>https://blog.example.org/1</link>"), "A & B", ""},
		"no title":                      {one("<description>Un texte court.</description><link>https://blog.example.org/1</link>"), "Un texte court.", ""},
		"an HTML entity that XML lacks": {one("<title>A&nbsp;B&eacute;</title><link>https://blog.example.org/1</link>"), "A Bé", ""},
		"Atom": {`<feed xmlns="http://www.w3.org/2005/Atom"><title>Le blog</title><entry><title>A</title><id>tag:1</id><updated>2026-09-01T08:00:00Z</updated>` +
			`<link rel="alternate" href="https://blog.example.org/1"/><content type="html">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>`, "A", "https://blog.example.org/1"},
		"JSON Feed": {`{"version":"https://jsonfeed.org/version/1.1","title":"Le blog","items":[{"id":"1","url":"https://blog.example.org/1","title":"A","content_html":"<p>x</p>","date_published":"2026-09-01T08:00:00Z"}]}`,
			"A", "https://blog.example.org/1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n, p := blog(t, strings.Replace(rss(), "<item></item>", "", 1))
			p.set(test.body)
			n.after(time.Hour, "blog")
			rows, err := n.db.RecentNews(t.Context(), "blog", time.Time{})
			if err != nil || len(rows) != 1 {
				t.Fatalf("%d entries, %v", len(rows), err)
			}
			link := strings.Replace(test.link, "FEED", p.URL, 1)
			if got := rows[0].Item; got.Title != test.title || link != "" && got.URL != link || strings.HasPrefix(got.URL, "javascript") {
				t.Errorf("got %q at %q", got.Title, got.URL)
			}
		})
	}
}

// A date that cannot be parsed, or lies in the future, is left out.
func TestFeedDates(t *testing.T) {
	date := func(title, date string) string { return item(title, title) + "<pubDate>" + date + "</pubDate>" }
	n, p := blog(t, rss(item("Ancien", "0")))
	p.set(rss(
		date("futur", "Tue, 01 Jan 2030 08:00:00 GMT"),
		date("matin", "Tue, 01 Sep 2026 08:00:00 +0200"),
		date("illisible", "hier"),
		date("veille", "Mon, 31 Aug 2026 08:00:00 +0200"),
	))
	n.after(time.Hour, "blog")
	n.want(
		"Le blog : veille | Publié le 31 août 2026", "Le blog : illisible", "Le blog : matin | Publié le 1er septembre 2026", "Le blog : futur",
	)
}

func TestFeedWithoutValidators(t *testing.T) {
	n, p := blog(t, rss(item("Ancien", "1")))
	p.etag = false
	for range 3 {
		n.after(time.Hour, "blog")
	}
	n.want()
	if n.changesIn(func() { n.after(time.Hour, "blog") }) {
		t.Error("a feed that is as before cost a write")
	}
}

var pubDate = regexp.MustCompile(`<pubDate>[^<]*</pubDate>`)

// lately returns the feed with its entries dated in the last days of August 2026, in
// their order. Their real dates are too old for an announcement.
func lately(t *testing.T, body string) string {
	return pubDate.ReplaceAllStringFunc(body, func(element string) string {
		date, ok := feed.ParseDate(tag.ReplaceAllString(element, ""))
		if !ok {
			t.Fatalf("no date: %s", element)
		}
		minutes := date.Unix() / 86400
		return "<pubDate>" + time.Unix(1_786_900_000+60*minutes, 0).UTC().Format(time.RFC1123Z) + "</pubDate>"
	})
}

// A second reading of a real feed finds no news.
func TestRealFeeds(t *testing.T) {
	for name, entries := range map[string]int{"gazette-bluehats-2021-rss.xml": 12, "sill-updates-2022-rss.xml": 98} {
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(realdata.Path(t, "feeds", name))
			if err != nil {
				t.Fatal(err)
			}
			n, _ := blog(t, string(body))
			seen, err := n.db.Outcomes(t.Context(), "blog")
			if err != nil || seen[announce.Baseline] < entries {
				t.Errorf("%v, %v; want %d entries", seen, err, entries)
			}
			// A reader that saw only half of the entries finds the other half new.
			cut := strings.Index(string(body), "<item>")
			items := strings.SplitAfter(string(body)[cut:], "</item>")
			half := string(body)[:cut] + strings.Join(items[len(items)/2:], "")
			n, p := blog(t, lately(t, half))
			p.set(lately(t, string(body)))
			n.after(time.Hour, "blog")
			got := n.said(salon)
			want := fmt.Sprint(len(items)/2, " nouvelles publications : ")
			if len(got) != 1 || !strings.HasPrefix(got[0], want) || strings.Count(got[0], " | ") > 14 {
				t.Errorf("got %q, want %s…", got, want)
			}
			t.Log(got)
		})
	}
}
