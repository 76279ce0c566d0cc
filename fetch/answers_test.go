package fetch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestEncodings covers the values of Content-Encoding that servers send, and gzip
// without the header; another compression is refused by its name.
func TestEncodings(t *testing.T) {
	for encoding, body := range map[string]string{
		"": "[1]", "identity": "[1]", "none": "[1]", "UTF-8": "[1]", "utf8, identity": "[1]", "iso-8859-1": "[1]",
		"x-gzip": gzipped(t, "[1]"), "gzip, gzip": gzipped(t, "[1]"), "none ": gzipped(t, "[1]"),
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Encoding"] = []string{encoding}
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, body)
		})
		if text, err := read(t.Context(), newGetter(t, Options{}), url); err != nil || text != "[1]" {
			t.Errorf("%q: %q, %v", encoding, text, err)
		}
	}
	for encoding, body := range map[string]string{"br": "?", "zstd": "?", "identity": "\x28\xb5\x2f\xfd…", "gzip, br": "?"} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			io.WriteString(w, body)
		})
		name := strings.TrimPrefix(encoding, "gzip, ")
		if encoding == "identity" {
			name = "zstd"
		}
		if _, err := read(t.Context(), newGetter(t, Options{}), url); !errors.Is(err, ErrEncoding) || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", encoding, err)
		}
	}
	bomb := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, gzipped(t, strings.Repeat("a", 1<<20)))
	})
	if _, err := read(t.Context(), newGetter(t, Options{MaxBytes: 1 << 16}), bomb); !errors.Is(err, ErrTooLarge) {
		t.Errorf("gzip that grows: %v", err)
	}
}

// TestValidatorsOfAnswers checks that the newest validators stay, without overlong
// ones.
func TestValidatorsOfAnswers(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long":
			w.Header().Set("ETag", `"`+strings.Repeat("a", 1<<10)+`"`)
			w.Header().Set("Last-Modified", "Tue, 01 Sep 2026 08:00:00 GMT")
		case "/new":
			w.Header().Set("ETag", `"2"`)
			w.WriteHeader(http.StatusNotModified)
		case "/bare":
			w.WriteHeader(http.StatusNotModified)
		}
	})
	since := Validators{ETag: `"1"`, LastModified: "x"}
	for path, want := range map[string]Validators{
		"/long": {LastModified: "Tue, 01 Sep 2026 08:00:00 GMT"},
		"/new":  {ETag: `"2"`, LastModified: "x"},
		"/bare": since,
	} {
		resp, err := newGetter(t, Options{}).Get(t.Context(), url+path, since)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.Validators != want {
			t.Errorf("%s: %+v, want %+v", path, resp.Validators, want)
		}
	}
}

// TestMoved follows permanent redirects up to the first temporary one.
func TestMoved(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		codes := map[string]int{"p": http.StatusMovedPermanently, "q": http.StatusPermanentRedirect, "f": http.StatusFound}
		if path := strings.TrimPrefix(r.URL.Path, "/"); path != "" {
			http.Redirect(w, r, "/"+path[1:], codes[path[:1]])
			return
		}
		io.WriteString(w, "[]")
	})
	for path, want := range map[string]string{"": "", "p": "/", "pq": "/", "f": "", "pf": "/f", "fp": ""} {
		resp, err := newGetter(t, Options{}).Get(t.Context(), url+"/"+path, Validators{})
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = url + want
		}
		if resp.Body.Close(); resp.Moved != want || resp.URL != url+"/" {
			t.Errorf("%s: moved to %q, want %q; read at %s", path, resp.Moved, want, resp.URL)
		}
	}
}

// TestCookieWall reads a site that requires the cookie set in its redirect.
func TestCookieWall(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err != nil && r.URL.Path == "/wall" {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, r, "/wall", http.StatusFound)
			return
		} else if err == nil && r.URL.Path != "/wall" {
			t.Error("the cookie is kept")
		}
		io.WriteString(w, "[1]")
	})
	g := newGetter(t, Options{})
	for _, path := range []string{"/wall", "/"} {
		if text, err := read(t.Context(), g, url+path); err != nil || text != "[1]" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
}

// TestPages distinguishes web pages from data by their content.
func TestPages(t *testing.T) {
	long := "<!-- " + strings.Repeat("made by hand ", 500) + "-->"
	for name, test := range map[string]struct {
		contentType, body string
		page              bool
	}{
		"a page":                         {"", "<!DOCTYPE html><title>x</title>", true},
		"XHTML":                          {"application/xml", `<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html/>`, true},
		"a page behind a comment":        {"text/html", long + "<html>", true},
		"a piece of one":                 {"text/html", "<div>x</div>", true},
		"a feed called HTML":             {"text/html", `<?xml version="1.0"?>` + "\n" + long + "<rss/>", false},
		"a feed behind a comment":        {"text/html; charset=utf-8", long + `<feed xmlns="x">`, false},
		"a feed behind a notice":         {"text/html", "<br />\n<b>Notice</b>: x<br />\n<rss version=\"2.0\">", false},
		"marks and blanks":               {"text/html", "\r\n\ufeff\ufeff<rss>", false},
		"JSON with HTML":                 {"text/html", `{"a":"<html>"}`, false},
		"CSV":                            {"text/html", "nom,description\na,<html>", false},
		"a catalogue in XML, as it says": {"application/xml", "<catalogue/>", false},
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", test.contentType)
			io.WriteString(w, test.body)
		})
		resp, err := newGetter(t, Options{}).GetAny(t.Context(), url, Validators{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil || string(text) != test.body || resp.Page != test.page || resp.ContentType != test.contentType {
			t.Errorf("%s: page %t, %q, %v", name, resp.Page, resp.ContentType, err)
		}
		resp.Body.Close()
	}
}

// TestRedacted hides values that grant access, and nothing else.
func TestRedacted(t *testing.T) {
	for address, want := range map[string]string{
		"https://x.example.org/feed":                                  "",
		"https://x.example.org/feed?page=2&tag=libre":                 "",
		"https://x.example.org/feed?a=1&&b=2;c=3&":                    "",
		"https://x.example.org/spip.php?page=backend&id_rubrique=12":  "",
		"https://x.example.org/search?q=logiciels-libres-dans-l-etat": "",
		"depots":                                                      "",
		"https://bot:s3cret@x.example.org/?a=1":                       "https://bot:xxxxx@x.example.org/?a=1",
		"https://bot@x.example.org/?a=1":                              "",
		"https://3f9a0b7c1d2e4f5a6b7c8d9e@x.example.org/feed":         "https://xxxxx@x.example.org/feed",
		"https://x.example.org/feed?feed_token=s3cret&a=1":            "https://x.example.org/feed?feed_token=xxxxx&a=1",
		"https://x.example.org/feed?a=1&PRIVATE-TOKEN=s3cret":         "https://x.example.org/feed?a=1&PRIVATE-TOKEN=xxxxx",
		"https://x.example.org/?key=s3cret;sig=s3cret":                "https://x.example.org/?key=xxxxx;sig=xxxxx",
		"https://x.example.org/?api%5Fkey=s3cret#access_token=s3cret": "https://x.example.org/?api%5Fkey=xxxxx#access_token=xxxxx",
		"https://x.example.org/?u=3f9a0b7c1d2e4f5a6b7c8d9e":           "https://x.example.org/?u=xxxxx",
		"https://x.example.org/?3f9a0b7c1d2e4f5a6b7c8d9e":             "https://x.example.org/?xxxxx",
		"https://bot:s3cret@ho st/x":                                  "…@ho st/x",
	} {
		if want == "" {
			want = address
		}
		if got := Redacted(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
}
