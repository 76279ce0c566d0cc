package catalogue_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
	"heraut/storage"
)

// list returns a catalogue of n invented entries in the SILL's current format.
func list(n int) string {
	var entries []string
	for i := range n {
		entries = append(entries, fmt.Sprintf(`{"id":%d,"name":"Logiciel %d","description":"Sert à la tâche n° %d.",
			"license":"EUPL-1.2","keywords":["tâche %d"],"referencedSinceTime":1700000000000}`, i+1, i+1, i+1, i+1))
	}
	return "[" + strings.Join(entries, ",") + "]"
}

// source is a web server whose answers the test chooses.
type source struct {
	url      string
	handler  atomic.Pointer[http.HandlerFunc]
	requests atomic.Int32
	bodies   atomic.Int32 // sent by gives
}

func newSource(t *testing.T) *source {
	t.Helper()
	s := &source{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		(*s.handler.Load())(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL + "/sill.json"
	return s
}

func (s *source) does(handler http.HandlerFunc) { s.handler.Store(&handler) }

// gives serves text under an ETag, or without one if etag is empty.
func (s *source) gives(text, etag string) {
	s.does(func(w http.ResponseWriter, r *http.Request) {
		if etag != "" {
			w.Header().Set("ETag", etag)
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		s.bodies.Add(1)
		io.WriteString(w, text)
	})
}

func openDB(t *testing.T) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newRefresher(t *testing.T, db *storage.DB, location string) *catalogue.Refresher {
	t.Helper()
	getter := fetch.New(fetch.Options{MaxBytes: 1 << 20})
	t.Cleanup(getter.Close)
	k, err := catalogue.NewRefresher(t.Context(), catalogue.Settings{
		Location: location, Every: 2 * time.Hour, MaxLoss: catalogue.DefaultMaxLoss,
	}, getter, db)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var noon = time.Date(2026, 9, 3, 12, 0, 0, 0, time.UTC)
