package announce_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"heraut/fetch"
	"heraut/locale/localetest"
	"heraut/sources"
)

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func text(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, body)
	}
}

// faults lists the ways in which sources fail, each with the text that the operators
// read.
var faults = map[string]struct {
	handler http.HandlerFunc
	said    string
}{
	"301 loop": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.String(), http.StatusMovedPermanently)
	}, "redirige sans fin"},
	"longer loop": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path+"?"+r.URL.RawQuery+"x", http.StatusFound)
	}, "redirige sans fin"},
	"401": {status(401), "refuse l’accès (code 401)"},
	"403": {status(403), "refuse l’accès (code 403)"},
	"404": {status(404), "rien à cette adresse"},
	"410": {status(410), "retiré définitivement"},
	"429": {func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(429)
	}, "moins de requêtes"},
	"500":     {status(500), "en panne (code 500)"},
	"304":     {status(304), ""}, // a valid answer to a conditional request
	"a page":  {text("text/html", "<!DOCTYPE html><title>Maintenance</title>"), "page web"},
	"nothing": {text("application/json", ""), "illisible"},
	"endless": {func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := io.WriteString(w, `<?xml version="1.0"?><rss><channel><title>x</title>`); err != nil {
				return
			}
		}
	}, "volumineuse"},
	"endless list": {func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "[{}")
		for {
			if _, err := io.WriteString(w, `,{"name":"x"}`); err != nil {
				return
			}
		}
	}, "volumineuse"},
	"gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "[")
		for range 64 {
			if _, err := z.Write([]byte(strings.Repeat(" ", 1<<20))); err != nil {
				return
			}
		}
		z.Close()
	}, "volumineuse"},
	"cut off": {func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `[{"name":`)
	}, ""}, // a fault of the network or of the format
	"invalid XML": {text("application/xml", `<?xml version="1.0"?><rss version="2.0"><channel><item><title>A</channel>`), "illisible"},
	"broken JSON": {text("application/json", `[{"name": `), "illisible"},
	"loopback": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	}, "pas celle d’un serveur web public"},
	"link-local": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
	}, "pas celle d’un serveur web public"},
	"IPv6 loopback": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://[::1]:1/", http.StatusFound)
	}, "pas celle d’un serveur web public"},
	"another scheme": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	}, "pas celle d’un serveur web public"},
}

// outOfOrder is a source that works, then fails, then works again.
type outOfOrder struct {
	*newsroom
	breakDown func(handler http.HandlerFunc)
	publish   func()
	news      string
}

// byKind returns a source of each kind, on localhost: the bot refuses any other name of
// this machine.
var byKind = map[sources.Kind]func(t *testing.T) outOfOrder{
	sources.Feed: func(t *testing.T) outOfOrder {
		p := newPage(t, rss(item("Ancien", "1")))
		n := guardedNewsroom(t)
		n.source(sources.Settings{Name: "source", Kind: sources.Feed, Location: local(p.URL)})
		return outOfOrder{n, p.serve, func() { p.set(rss(item("Neuf", "2"), item("Ancien", "1"))) }, "Le blog : Neuf"}
	},
	sources.Ecosystems: func(t *testing.T) outOfOrder {
		a := newAPI(t)
		a.add("github.com", "etalab/ancien", time.Time{})
		n := guardedNewsroom(t)
		n.source(sources.Settings{Name: "source", Kind: sources.Ecosystems, Location: local(a.base())})
		serve := func(h http.HandlerFunc) { a.change(func() { a.fault = h }) }
		return outOfOrder{n, serve, func() { a.change(func() { a.add("github.com", "etalab/neuf", n.now) }) }, "Nouveau dépôt : neuf"}
	},
	sources.RepositoryList: func(t *testing.T) outOfOrder {
		p := newPage(t, `[{"id": "https://github.com/etalab/ancien", "full_name": "etalab/ancien"}]`)
		n := guardedNewsroom(t)
		n.source(sources.Settings{Name: "source", Kind: sources.RepositoryList, Location: local(p.URL)})
		return outOfOrder{n, p.serve, func() {
			p.set(`[{"id": "https://github.com/etalab/ancien", "full_name": "etalab/ancien"}, {"id": "https://github.com/etalab/neuf", "full_name": "etalab/neuf"}]`)
		}, "Dépôt nouvellement référencé : neuf"}
	},
}

func local(url string) string { return strings.Replace(url, "127.0.0.1", "localhost", 1) }

func guardedNewsroom(t *testing.T) *newsroom {
	t.Helper()
	guard, err := fetch.NewGuard([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	n := newNewsroom(t)
	n.getter = fetch.New(fetch.Options{Guard: guard, MaxBytes: 1 << 20, Timeout: 5 * time.Second})
	t.Cleanup(n.getter.Close)
	n.watch(salon, "source", "", "immediat")
	return n
}

func TestFaultySources(t *testing.T) {
	for kind, source := range byKind {
		for name, fault := range faults {
			isXML, isJSON := name == "endless" || name == "invalid XML", name == "endless list" || name == "broken JSON"
			if isXML && kind != sources.Feed || isJSON && kind == sources.Feed {
				continue
			}
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				said := fault.said
				if in := saidOfLists[name]; kind == sources.RepositoryList && in != "" {
					said = in
				}
				checkFault(t, source(t), fault.handler, said)
			})
		}
	}
}

// saidOfLists is the text for operators about a list of repositories, whose reader
// names some faults more precisely.
var saidOfLists = map[string]string{
	"nothing":     "il n’y a aucune entrée utilisable",
	"broken JSON": "le contenu s’arrête avant sa fin",
}

func checkFault(t *testing.T, s outOfOrder, handler http.HandlerFunc, said string) {
	s.after(0, "source")
	before, err := s.db.Source(t.Context(), "source")
	if err != nil || before.Started.IsZero() {
		t.Fatalf("%+v, %v", before, err)
	}
	s.publish()
	s.breakDown(handler)
	for i := range 5 {
		err := s.try(time.Hour, "source")
		if isUnchanged := said == "" && err == nil; isUnchanged {
			break
		}
		if err == nil {
			t.Fatal("a source out of order was read")
		}
		if want := min(i/2, 1); len(s.notices) != want {
			t.Fatalf("after %d failures the operators have %d notices: %v", i+1, len(s.notices), err)
		}
		s.restart() // the stored state survives a restart
		s.watch(salon, "source", "", "immediat")
		s.again()
	}
	s.want()
	state, err := s.db.Source(t.Context(), "source")
	if err != nil || string(state.State) != string(before.State) || !state.Started.Equal(before.Started) {
		t.Errorf("the state was\n%+v, and is\n%+v, %v", before, state, err)
	}
	broken := len(s.notices) > 0
	if broken {
		notice := s.notices[0]
		html, err := notice.Say("fr", paris(t))
		if err != nil || localetest.Check(html) != nil || !strings.Contains(html, said) || !strings.Contains(html, "Prochain essai") {
			t.Errorf("the notice says %s, %v; want %q", html, err, said)
		}
		if status, ok := errors.AsType[*fetch.StatusError](notice.Cause); ok && status.Code == 429 && notice.Next.Sub(s.now) < 0 {
			t.Errorf("Retry-After is not obeyed: %v", notice.Next)
		}
	}
	s.breakDown(nil)
	for range 3 {
		s.after(time.Hour, "source")
	}
	if broken && (len(s.notices) != 2 || !s.notices[1].Works) {
		t.Errorf("the operators were told %v", s.notices)
	}
	if got := s.said(salon); len(got) != 1 || !strings.HasPrefix(got[0], s.news) {
		t.Errorf("after the recovery the room was told %q, want %q", got, s.news)
	}
}

// again creates the runners of a new process.
func (n *newsroom) again() {
	for _, s := range n.settings {
		n.source(s)
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	n, p := blog(t, rss(item("Ancien", "1")))
	p.serve(faults["429"].handler)
	if err := n.try(time.Hour, "blog"); err == nil {
		t.Fatal("no error")
	}
	state, err := n.db.Source(t.Context(), "blog")
	if err != nil || state.NextTry.Sub(n.now) < 2*time.Hour {
		t.Errorf("tried again after %v, %v", state.NextTry.Sub(n.now), err)
	}
}

// A host whose name starts to resolve to this machine is not asked any more, until the
// guard allows it.
func TestPrivateName(t *testing.T) {
	p := newPage(t, rss(item("Ancien", "1")))
	n := guardedNewsroom(t)
	n.source(sources.Settings{Name: "source", Kind: sources.Feed, Location: local(p.URL)})
	n.after(0, "source")
	before, err := n.db.Source(t.Context(), "source")
	if err != nil {
		t.Fatal(err)
	}
	p.set(rss(item("Neuf", "2"), item("Ancien", "1")))

	guard, err := fetch.NewGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	allowed := n.getter
	n.getter = fetch.New(fetch.Options{Guard: guard})
	t.Cleanup(n.getter.Close)
	n.again()
	for range 5 {
		if err := n.try(time.Hour, "source"); !errors.Is(err, fetch.ErrNotPublic) {
			t.Errorf("got %v", err)
		}
	}
	if len(n.notices) != 1 || n.notices[0].Works || p.requests != 1 {
		t.Errorf("%v, %d requests", n.notices, p.requests)
	}
	state, err := n.db.Source(t.Context(), "source")
	if err != nil || string(state.State) != string(before.State) {
		t.Errorf("the state was\n%+v, and is\n%+v, %v", before, state, err)
	}

	n.getter = allowed
	n.again()
	for range 2 {
		n.after(time.Hour, "source")
	}
	if len(n.notices) != 2 || !n.notices[1].Works {
		t.Errorf("the operators were told %v", n.notices)
	}
	n.want("Le blog : Neuf")
}
