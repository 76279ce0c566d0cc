package catalogue_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
	"heraut/storage"
)

func TestRefresherRefusesBadVersions(t *testing.T) {
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    error // nil where the text alone identifies the error
		text    string
	}{
		"absent":  {status(404), nil, "404 Not Found: there is nothing at this address"},
		"broken":  {status(500), nil, "500 Internal Server Error: the source is out of order"},
		"HTML":    {say("<!doctype html><html>Bientôt de retour</html>"), fetch.ErrHTML, "a web page came where data was expected"},
		"cut off": {say(list(100)[:5000]), catalogue.ErrTruncated, "it is cut off before its end"},
		"truncated on the way": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "20000")
			io.WriteString(w, list(100)[:5000])
		}, io.ErrUnexpectedEOF, "the answer was cut off"},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "[")
			for {
				if _, err := io.WriteString(w, `{"id":1,"name":"Sans fin"},`); err != nil {
					return
				}
			}
		}, fetch.ErrTooLarge, "larger than allowed: more than 1 MiB"},
		"object without catalog": {say(`{"services":[]}`), catalogue.ErrUnknownList, "a JSON object with the fields services"},
		"no bytes":               {say(""), catalogue.ErrEmpty, "it is empty"},
		"no entries":             {say("[]"), catalogue.ErrNoEntries, "it has no usable entry"},
		"not JSON":               {say("Service unavailable"), catalogue.ErrNotJSON, "it is not valid JSON"},
		"a table":                {say("id;name\n1;GIMP"), catalogue.ErrUnknownList, "a table with the columns id, name"},
	} {
		t.Run(name, func(t *testing.T) {
			db, source := openDB(t), newSource(t)
			check := func(k *catalogue.Refresher, now time.Time) {
				t.Helper()
				err := k.Round(t.Context(), now)
				if err == nil || (c.want != nil && !errors.Is(err, c.want)) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if err != nil && (!strings.Contains(err.Error(), c.text) || strings.Count(err.Error(), source.url) != 1) {
					t.Errorf("the operator reads %q", err)
				}
				if state := k.Current(); !errors.Is(state.Err, err) || state.Failures == 0 || !state.NextTry.After(now) {
					t.Errorf("state %+v", state)
				}
			}

			source.does(c.handler)
			k := newRefresher(t, db, source.url)
			check(k, noon)
			if k.Current().Catalogue != nil {
				t.Error("there is a catalogue")
			}

			source.gives(list(100), `"1"`)
			if err := k.Round(t.Context(), noon); err != nil {
				t.Fatal(err)
			}
			before := k.Current().Catalogue
			stored, err := db.Fetched(t.Context(), source.url)
			if err != nil {
				t.Fatal(err)
			}

			source.does(c.handler)
			check(k, noon.Add(5*time.Hour))
			if after := k.Current(); after.Catalogue != before || !after.Stale(noon.Add(5*time.Hour)) {
				t.Errorf("the catalogue in force is another, or does not say that it is old: %+v", after)
			}
			again, err := db.Fetched(t.Context(), source.url)
			if err != nil || !bytes.Equal(again.Body, stored.Body) || again.Validators != stored.Validators ||
				!again.ConfirmedAt.Equal(noon) {
				t.Errorf("the stored catalogue changed: %v", err)
			}
		})
	}
}

func TestRefresherRefusesToLoseAFifth(t *testing.T) {
	for name, c := range map[string]struct {
		before, after int
		refused       bool
	}{
		"exactly a fifth":  {100, 80, false},
		"one beyond":       {100, 79, true},
		"rounded up":       {7, 5, true},
		"rounded down":     {7, 6, false},
		"the only entry":   {1, 1, false},
		"larger":           {100, 150, false},
		"almost all fewer": {100, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			source := newSource(t)
			k := newRefresher(t, openDB(t), source.url)
			source.gives(list(c.before), "")
			if err := k.Round(t.Context(), noon); err != nil {
				t.Fatal(err)
			}
			source.gives(list(c.after), "")
			err := k.Round(t.Context(), noon)
			if errors.Is(err, catalogue.ErrShrunk) != c.refused || (!c.refused && err != nil) {
				t.Errorf("got %v", err)
			}
			want := c.after
			if c.refused {
				want = c.before
				if text := fmt.Sprintf("it has %d, the catalogue in force %d", c.after, c.before); !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say «%s»", err, text)
				}
			}
			if got := k.Current().Catalogue.Len(); got != want {
				t.Errorf("%d entries in force, want %d", got, want)
			}
		})
	}
}

func TestRefresherRoundTwiceGivesNothingNew(t *testing.T) {
	for name, c := range map[string]struct {
		etag   string
		bodies int32
	}{"with an ETag": {`W/"1"`, 1}, "without": {"", 2}} {
		t.Run(name, func(t *testing.T) {
			db, source := openDB(t), newSource(t)
			source.gives(list(10), c.etag)
			k := newRefresher(t, db, source.url)
			if err := k.Round(t.Context(), noon); err != nil {
				t.Fatal(err)
			}
			first := k.Current().Catalogue
			entry, ok := first.ByID("3")
			if !ok || entry.Name != "Logiciel 3" || !first.AsOf().Equal(noon) {
				t.Fatalf("%+v as of %s", entry, first.AsOf())
			}
			later := noon.Add(2 * time.Hour)
			if err := k.Round(t.Context(), later); err != nil {
				t.Fatal(err)
			}
			second := k.Current().Catalogue
			if !second.SameEntries(first) {
				t.Error("the entries were replaced")
			}
			if got := source.bodies.Load(); got != c.bodies {
				t.Errorf("sent %d times, want %d", got, c.bodies)
			}
			if !second.AsOf().Equal(later) || !first.AsOf().Equal(noon) {
				t.Errorf("as of %s, then %s", first.AsOf(), second.AsOf())
			}
			stored, err := db.Fetched(t.Context(), source.url)
			if err != nil || !stored.ConfirmedAt.Equal(later) {
				t.Errorf("stored as confirmed at %s, %v", stored.ConfirmedAt, err)
			}
		})
	}
}

func TestRefresherAnswersAtOnceAfterARestart(t *testing.T) {
	db, source := openDB(t), newSource(t)
	source.gives(list(10), `"1"`)
	if err := newRefresher(t, db, source.url).Round(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	k := newRefresher(t, db, source.url)
	state := k.Current()
	if source.requests.Load() != 1 {
		t.Error("the start waits for the source")
	}
	if state.Catalogue == nil || state.Catalogue.Len() != 10 || !state.Catalogue.AsOf().Equal(noon) {
		t.Fatalf("after a restart: %+v", state)
	}
	if state.Stale(noon.Add(4*time.Hour)) || !state.Stale(noon.Add(4*time.Hour+time.Second)) {
		t.Error("stale is not: older than twice the interval")
	}
	source.does(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != `"1"` {
			t.Error("the source is asked for everything again")
		}
		w.WriteHeader(http.StatusNotModified)
	})
	if err := k.Round(t.Context(), noon.Add(9*time.Hour)); err != nil {
		t.Error(err)
	}
	if k.Current().Stale(noon.Add(10 * time.Hour)) {
		t.Error("still stale")
	}
}

func TestLoad(t *testing.T) {
	getter := fetch.New(fetch.Options{})
	t.Cleanup(getter.Close)
	source := newSource(t)
	source.gives(list(3), "")
	before := time.Now()
	file, asOf, err := catalogue.Load(t.Context(), getter, source.url)
	if err != nil || len(file.Entries) != 3 || asOf.Before(before) {
		t.Errorf("%d entries as of %s, %v", len(file.Entries), asOf, err)
	}

	path := filepath.Join(t.TempDir(), "sill.json")
	write(t, path, list(4))
	if err := os.Chtimes(path, noon, noon); err != nil {
		t.Fatal(err)
	}
	file, asOf, err = catalogue.Load(t.Context(), getter, path)
	if err != nil || len(file.Entries) != 4 || !asOf.Equal(noon) {
		t.Errorf("%d entries as of %s, %v", len(file.Entries), asOf, err)
	}

	write(t, path, "{}")
	_, _, err = catalogue.Load(t.Context(), getter, path)
	if !errors.Is(err, catalogue.ErrUnknownList) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("got %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkKeeperRestart measures the time from the database to 700 searchable entries.
func BenchmarkKeeperRestart(b *testing.B) {
	db, err := storage.Open(b.Context(), filepath.Join(b.TempDir(), "bot.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	path := filepath.Join(b.TempDir(), "sill.json")
	if err := os.WriteFile(path, []byte(list(700)), 0o600); err != nil {
		b.Fatal(err)
	}
	getter, settings := fetch.New(fetch.Options{}), catalogue.Settings{Location: path}
	k, err := catalogue.NewRefresher(b.Context(), settings, getter, db)
	if err != nil {
		b.Fatal(err)
	}
	if err := k.Round(b.Context(), noon); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catalogue.NewRefresher(b.Context(), settings, getter, db); err != nil {
			b.Fatal(err)
		}
	}
}
