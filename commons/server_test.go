package commons_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/fetch"
)

// server serves files by their path and query, under an ETag of their content, and
// records what it was asked.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]string
	types map[string]string // Content-Type, by path
	asked []string          // path, query and status
	// before, if not nil, answers first; it returns false to leave the request.
	before func(w http.ResponseWriter, r *http.Request) bool
}

func serve(t *testing.T, files map[string]string) *server {
	t.Helper()
	s := &server{files: files, types: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.RequestURI()
	said := func(status int) { s.asked = append(s.asked, fmt.Sprintf("%s %d", path, status)) }
	if s.before != nil && s.before(w, r) {
		said(0)
		return
	}
	text, ok := s.files[path]
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	switch {
	case !ok:
		said(404)
		http.NotFound(w, r)
	case r.Header.Get("If-None-Match") == tag:
		said(304)
		w.WriteHeader(http.StatusNotModified)
	default:
		said(200)
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Type", s.types[path])
		io.WriteString(w, text)
	}
}

// takeAsked returns the requests since its last call.
func (s *server) takeAsked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

func (s *server) set(path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = text
}

func reader(t *testing.T, kind commons.Kind, location string) *commons.Reader {
	t.Helper()
	getter := fetch.New(fetch.Options{})
	t.Cleanup(getter.Close)
	return commons.NewReader(commons.Settings{Name: "essai", Label: "essai", Kind: kind, Location: location, Language: "fr"}, getter).Hasten()
}

func names(all []catalogue.Software) string {
	var out []string
	for i := range all {
		out = append(out, all[i].Name)
	}
	return strings.Join(out, ", ")
}

// round reads a catalogue and returns the names of its entries and its stored form.
func round(t *testing.T, r *commons.Reader, before []byte) (string, []byte) {
	t.Helper()
	file, now, err := r.Read(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	if now == nil {
		return "unchanged", before
	}
	again, err := r.Unpack(now)
	if err != nil || names(again.Entries) != names(file.Entries) || len(again.Dropped) != len(file.Dropped) {
		t.Errorf("the stored form gives %s, %v; the source %s", names(again.Entries), err, names(file.Entries))
	}
	return names(file.Entries), now
}

func TestSingleFiles(t *testing.T) {
	for kind, name := range samples {
		if kind == commons.Italia {
			continue // its pages have their own test
		}
		t.Run(string(kind), func(t *testing.T) {
			s := serve(t, map[string]string{"/list": string(sample(t, name))})
			r := reader(t, kind, s.URL+"/list")
			got, packed := round(t, r, nil)
			if got == "" {
				t.Fatal("no entries")
			}
			if again, _ := round(t, r, packed); again != "unchanged" {
				t.Errorf("the second round gives %s", again)
			}
			if asked := fmt.Sprint(s.takeAsked()); asked != "[/list 200 /list 304]" {
				t.Error(asked)
			}
			t.Logf("%s: %s", kind, got)
		})
	}
}

func TestPagesOfItalia(t *testing.T) {
	const first, second = "/v1/software?page%5Bsize%5D=100", "/v1/software?page%5Bafter%5D=abc&page%5Bsize%5D=100"
	s := serve(t, map[string]string{first: string(sample(t, "testdata/italia-1.json")), second: string(sample(t, "testdata/italia-2.json"))})
	r := reader(t, commons.Italia, s.URL+"/v1/software")
	got, packed := round(t, r, nil)
	if got != "Mensa, Vecchio, Chiuso" {
		t.Error(got)
	}
	if again, _ := round(t, r, packed); again != "unchanged" {
		t.Error(again)
	}
	// A page that leads back to itself ends the walk; so does one on another host.
	for _, next := range []string{"?page[after]=abc", "https://other.example/v1/software"} {
		s.set(second, strings.Replace(s.files[second], `"next": null`, `"next": "`+next+`"`, 1))
		if got, _ := round(t, r, packed); got != "Mensa, Vecchio, Chiuso" {
			t.Error(got)
		}
		s.set(second, string(sample(t, "testdata/italia-2.json")))
	}
	if asked := fmt.Sprint(s.takeAsked()[:4]); asked != fmt.Sprintf("[%s 200 %s 200 %s 304 %s 304]", first, second, first, second) {
		t.Error(asked)
	}
}

// A table of Windows-1252 and a page that names its charset read alike.
func TestMixedEncodings(t *testing.T) {
	utf8 := string(sample(t, "testdata/publiccode.yml"))
	utf8 = strings.Replace(utf8, "name: Cantine", "name: Fête", 1)
	latin := strings.NewReplacer("ê", "\xea", "’", "\x92").Replace(utf8)
	for charset, text := range map[string]string{"text/plain; charset=iso-8859-1": latin, "": latin, "text/yaml; charset=utf-8": utf8, "text/yaml": "\ufeff" + utf8} {
		s := serve(t, map[string]string{"/publiccode.yml": text})
		s.types["/publiccode.yml"] = charset
		if got, _ := round(t, reader(t, commons.PublicCode, s.URL+"/publiccode.yml"), nil); got != "Fête" {
			t.Errorf("%q: %q", charset, got)
		}
	}
}

// A source that asks to wait is asked again after that time; one that asks to wait for
// long ends the round, whose error says how long.
func TestBusySource(t *testing.T) {
	s := serve(t, map[string]string{"/list": string(sample(t, "testdata/dpga.json"))})
	times := 0
	s.before = func(w http.ResponseWriter, _ *http.Request) bool {
		if times++; times > 2 {
			return false
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	start := time.Now()
	if got, _ := round(t, reader(t, commons.DPGA, s.URL+"/list"), nil); got != "Registry X" || time.Since(start) < 2*time.Second {
		t.Errorf("%s after %v", got, time.Since(start))
	}
	s.before = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	_, _, err := reader(t, commons.DPGA, s.URL+"/list").Read(t.Context(), nil)
	status, ok := errors.AsType[*fetch.StatusError](err)
	if !ok || status.RetryAfter != time.Hour {
		t.Error(err)
	}
}

// copies is a catalogue.FetchedStore in memory.
type copies map[string]catalogue.Fetched

func (c copies) Fetched(_ context.Context, location string) (catalogue.Fetched, error) {
	f, ok := c[location]
	if !ok {
		return f, catalogue.ErrNeverFetched
	}
	return f, nil
}

func (c copies) SaveFetched(_ context.Context, location string, f catalogue.Fetched) error {
	c[location] = f
	return nil
}

func (c copies) ConfirmFetched(_ context.Context, location string, at time.Time) error {
	f := c[location]
	f.ConfirmedAt = at
	c[location] = f
	return nil
}

func (c copies) DeleteFetched(context.Context, ...string) error { return nil }

// initiatives returns n entries of Établi.
func initiatives(n int) string {
	var all []map[string]any
	for i := range n {
		all = append(all, map[string]any{"id": fmt.Sprint(i), "name": fmt.Sprintf("Initiative %d", i), "description": "Sert", "businessUseCases": []string{}})
	}
	data, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// The Refresher holds back a version that lost too much, and restarts from its copy.
func TestLossGuard(t *testing.T) {
	s := serve(t, map[string]string{"/list": initiatives(100)})
	store := copies{}
	settings := catalogue.Settings{Location: "etabli " + s.URL + "/list", MaxLoss: 20, Reader: reader(t, commons.Etabli, s.URL+"/list")}
	r, err := catalogue.NewRefresher(t.Context(), settings, nil, store)
	if err != nil {
		t.Fatal(err)
	}
	size := func(r *catalogue.Refresher) int { return r.Current().Catalogue.Len() }
	if err := r.Round(t.Context(), time.Now()); err != nil || size(r) != 100 {
		t.Fatal(err, size(r))
	}
	s.set("/list", initiatives(70))
	if err := r.Round(t.Context(), time.Now()); !errors.Is(err, catalogue.ErrShrunk) || size(r) != 100 || r.Current().Held == nil {
		t.Error(err, size(r))
	}
	again, err := catalogue.NewRefresher(t.Context(), settings, nil, store)
	if err != nil || size(again) != 100 {
		t.Fatal(err)
	}
	s.set("/list", initiatives(90))
	if err := again.Round(t.Context(), time.Now()); err != nil || size(again) != 90 {
		t.Error(err, size(again))
	}
	at := again.Current().Catalogue.AsOf()
	if err := again.Round(t.Context(), at.Add(time.Hour)); err != nil || !again.Current().Catalogue.AsOf().After(at) {
		t.Error("an unchanged source does not confirm the catalogue:", err)
	}
}
