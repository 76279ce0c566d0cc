package commands_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// site is a server with a page at / and with feeds.
type site struct {
	*httptest.Server
	requests atomic.Int32
}

// newSite serves pages, HTML or feeds, by their paths.
func newSite(t *testing.T, pages map[string]string) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		body, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strings.HasPrefix(body, "<rss") {
			w.Header().Set("Content-Type", "application/rss+xml")
		}
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func aFeed(title string, entries ...string) string {
	items := ""
	for i, entry := range entries {
		items += fmt.Sprintf("<item><guid>%s</guid><title>%s</title><link>https://blog.example.org/%d</link></item>", entry, entry, i)
	}
	return `<rss version="2.0"><channel><title>` + title + `</title>` + items + `</channel></rss>`
}

const (
	linkToFeed     = `<link rel="alternate" type="application/rss+xml" title="Articles" href="/articles.xml">`
	linkToNews     = `<link href='actu.xml' type='application/atom+xml' rel='alternate home'>`
	linkToComments = `<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml">`
)

// TestFeedOfAPage finds the feed that a site's page names, or a feed at a usual
// path.
func TestFeedOfAPage(t *testing.T) {
	page := func(head string) string {
		return "<!DOCTYPE html><html><head>" + head + "</head><body>x</body></html>"
	}
	for name, test := range map[string]struct {
		pages    map[string]string
		says     string
		watches  string // the path of the feed
		requests int32  // at most
	}{
		"one that it names": {map[string]string{"/": page(linkToFeed), "/articles.xml": aFeed("Le blog", "Une")},
			"ce salon suit  Le blog , dès la parution 1 article, le dernier : Une", "/articles.xml", 2},
		"not that of comments": {map[string]string{"/": page(linkToComments + linkToFeed), "/articles.xml": aFeed("Le blog", "Une")},
			"ce salon suit  Le blog ", "/articles.xml", 2},
		"several": {map[string]string{"/": page(linkToFeed + linkToNews)},
			"Articles :  !veille flux SITE/articles.xml    !veille flux SITE/actu.xml ", "", 1},
		"where sites have it":    {map[string]string{"/": page(""), "/feed.xml": aFeed("Le blog", "Une")}, "ce salon suit  Le blog ", "/feed.xml", 5},
		"where SPIP has it":      {map[string]string{"/": page("<meta name=generator content='SPIP 4'>"), "/spip.php": aFeed("Le blog", "Une")}, "ce salon suit  Le blog ", "/spip.php?page=backend", 2},
		"none":                   {map[string]string{"/": page("")}, "page web", "", 5},
		"one that is not there":  {map[string]string{"/": page(linkToFeed)}, "code 404", "", 2},
		"one that leads to none": {map[string]string{"/": page(linkToFeed), "/articles.xml": page("")}, "page web", "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t, test.pages)
			w := newWatchers(t, "127.0.0.1")
			w.must("!veille flux "+site.URL+"/", strings.ReplaceAll(test.says, "SITE", site.URL))
			if n := site.requests.Load(); n > test.requests {
				t.Errorf("%d requests, want at most %d", n, test.requests)
			}
			if test.watches == "" {
				w.mustWatch()
			} else {
				w.mustWatch(site.URL + test.watches + "||immediat")
			}
		})
	}
}

// TestFeedAddresses accepts addresses in the forms that people and clients write.
func TestFeedAddresses(t *testing.T) {
	site := newSite(t, map[string]string{"/feed": aFeed("Le blog", "Une")})
	host := strings.TrimPrefix(site.URL, "http://")
	for _, typed := range []string{
		"<" + site.URL + "/feed>", "feed:" + site.URL + "/feed", "feed://" + host + "/feed", "[blog](" + site.URL + "/feed)", "« " + site.URL + "/feed »",
	} {
		w := newWatchers(t, "127.0.0.1")
		if strings.HasPrefix(typed, "« ") {
			typed = strings.ReplaceAll(typed, " ", "")
		}
		w.must("!veille flux "+typed, "ce salon suit  Le blog ")
		w.mustWatch(site.URL + "/feed||immediat")
	}
	w := newWatchers(t, "127.0.0.1")
	w.must("!veille flux ftp://"+host+"/feed", "n’est pas l’adresse d’un flux")
}

// TestFeedLabel gives a feed another name than its own title.
func TestFeedLabel(t *testing.T) {
	site := newSite(t, map[string]string{"/feed": aFeed("Le blog", "Une")})
	w := newWatchers(t, "127.0.0.1")
	w.must("!veille flux "+site.URL+`/feed nom:"Lettre du mois" quotidien 9h`, "ce salon suit  Lettre du mois , quotidien 09:00")
	w.must("!veille", "Lettre du mois")
	w.must("!veille flux "+site.URL+`/feed nom:« Lettre » quotidien 9h`, "suit déjà")
	w.must("!veille flux "+site.URL+`/feed nom:« Lettre »`, "Nouveau nom :  Lettre ")
	w.must("!veille", "Lettre ")
	w.must("!veille flux "+site.URL+"/feed nom:api", "ce salon suit  Le blog , filtre  nom:api")
	w.must("!veille flux "+site.URL+`/feed (nom:"open data")`, `filtre  nom:&#34;open data&#34;`)
}

// TestLatest shows the last entries of a feed, once and only in this room.
func TestLatest(t *testing.T) {
	site := newSite(t, map[string]string{"/feed": aFeed("Le blog", "Sept", "Six", "Cinq", "Quatre", "Trois", "Deux", "Une"), "/autre": aFeed("Autre")})
	w := newWatchers(t, "127.0.0.1")
	w.must("!veille derniers 1", "Ce salon n’a réglé aucune veille")
	w.must("!veille flux "+site.URL+"/feed", "Le blog")
	w.must("!veille derniers", " Le blog , les 5 derniers articles :    Sept    Six    Cinq    Quatre    Trois")
	w.must("!veille derniers 2", "les 2 derniers articles :    Sept    Six ")
	w.must("!watch latest 1 1", "le dernier article :    Sept ")
	w.must("!veille flux "+site.URL+"/autre", "Autre")
	w.must("!veille derniers 2", "n’a rien à montrer")
	w.must("!veille derniers 3", "n’est pas le numéro d’une veille")
	w.must("!veille derniers x", "n’est pas le numéro d’une veille")
	site.Close()
	w.must("!veille derniers 1", "Cette source n’a pas pu être lue : le serveur ne peut pas être joint")
}

// TestSecretsOfFeeds hides the parts of an address that grant access.
func TestSecretsOfFeeds(t *testing.T) {
	site := newSite(t, map[string]string{"/feed": strings.Replace(aFeed("x", "Une"), "<title>x</title>", "<link>https://blog.example.org/</link>", 1)})
	w := newWatchers(t, "127.0.0.1")
	address := site.URL + "/feed?feed_token=s3cret&page=2"
	for _, text := range []string{"!veille flux " + address, "!veille", "!veille pause 1", "!veille tester 1", "!veille tester " + address, "!veille flux " + address, "!veille derniers 1", "!veille retirer 1", "!veille flux " + site.URL + "/absent?private_token=s3cret"} {
		if got := w.say(salon, 50, text, ""); strings.Contains(got, "s3cret") {
			t.Errorf("%s: %s", text, got)
		}
	}
	changes, err := w.db.Changes(t.Context(), 100)
	if err != nil || len(changes) == 0 {
		t.Fatalf("%v, %v", changes, err)
	}
	for _, change := range changes {
		if strings.Contains(change.Before+change.After, "s3cret") {
			t.Errorf("the log of changes has %+v", change)
		}
	}
}
