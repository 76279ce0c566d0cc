package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDiscover(t *testing.T) {
	const rss = `<rss version="2.0"><channel><title>Journal</title><item><title>A</title><link>https://a.example.org/</link></item></channel></rss>`
	mux := http.NewServeMux()
	page := func(path, html string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, html)
		})
	}
	page("/named/", `<!doctype html><html><head><link rel="alternate" type="application/rss+xml" title="Nouvelles" href="rss">
		<link rel="alternate" type="application/atom+xml" href="/atom"></head></html>`)
	page("/none/", "<!doctype html><html><body>Rien</body></html>")
	mux.HandleFunc("/direct", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, rss) })
	silent := httptest.NewServer(mux)
	defer silent.Close()
	usual := http.NewServeMux()
	usual.Handle("/none/", mux)
	usual.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, rss) })
	guess := httptest.NewServer(usual)
	defer guess.Close()
	for name, test := range map[string]struct {
		address string
		want    string // the feeds, as title=path
		failed  bool
	}{
		"a page that names two":  {silent.URL + "/named/", "Nouvelles=/named/rss =/atom", false},
		"the feed itself":        {silent.URL + "/direct", "Journal=/direct", false},
		"at a usual place":       {guess.URL + "/none/", "Journal=/feed", false},
		"none":                   {silent.URL + "/none/", "", true},
		"nothing at the address": {silent.URL + "/absent", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, status := bot(t, "", "read", "--discover", "--json", test.address)
			if test.failed {
				if status != 1 || stdout != "" || stderr == "" {
					t.Errorf("status %d, %q, %q", status, stdout, stderr)
				}
				return
			}
			var r reading
			if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 || r.Kind != "page" {
				t.Fatalf("status %d, %v: %s%s", status, err, stdout, stderr)
			}
			var got []string
			for _, e := range r.Entries {
				path := strings.TrimPrefix(strings.TrimPrefix(e.URL, silent.URL), guess.URL)
				got = append(got, e.Title+"="+path)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %s", got, test.want)
			}
		})
	}
}
