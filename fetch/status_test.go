package fetch

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestGetNamesStatuses(t *testing.T) {
	inAnHour := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		code       int
		retryAfter string
		wait       time.Duration
		text       string
	}{
		"401":                        {code: 401, text: "does not let the bot in"},
		"403":                        {code: 403, text: "does not let the bot in"},
		"404":                        {code: 404, text: "nothing at this address"},
		"410":                        {code: 410, text: "gone for good"},
		"429 with seconds":           {429, "120", 2 * time.Minute, "asked too often; it asks to wait 2m0s"},
		"429 with a date":            {429, inAnHour, time.Hour, "it asks to wait"},
		"429 with a past date":       {429, "Wed, 21 Oct 2015 07:28:00 GMT", 0, "asked too often"},
		"429 with nonsense":          {429, "soon", 0, "asked too often"},
		"429 with a negative number": {429, "-5", 0, "asked too often"},
		"503 for a year":             {503, "31536000", 24 * time.Hour, "it asks to wait 24h0m0s"},
		"500":                        {code: 500, text: "out of order"},
		"204":                        {code: 204, text: "204 No Content: not an answer that brings data"},
		"304 without having asked":   {code: 304, text: "304 Not Modified"},
		"302 to nowhere":             {code: 302, text: "302"},
	} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if c.retryAfter != "" {
					w.Header().Set("Retry-After", c.retryAfter)
				}
				w.WriteHeader(c.code)
			})
			_, err := read(t.Context(), newGetter(t, Options{}), url)
			if err == nil || !strings.Contains(err.Error(), c.text) || !strings.HasPrefix(err.Error(), "get "+url+": ") {
				t.Fatalf("got %v, want «%s»", err, c.text)
			}
			status, ok := errors.AsType[*StatusError](err)
			if c.code == 302 { // net/http refuses it itself
				return
			}
			if !ok || status.Code != c.code {
				t.Fatalf("got %#v", err)
			}
			if off := c.wait - status.RetryAfter; off < 0 || off > time.Minute {
				t.Errorf("to wait %s, want %s", status.RetryAfter, c.wait)
			}
		})
	}
}

func TestGetFollowsRedirects(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/3", http.StatusFound)
		case "/data":
			io.WriteString(w, "[]")
		case "/0":
			http.Redirect(w, r, "/data", http.StatusMovedPermanently)
		case "/a", "/b":
			http.Redirect(w, r, map[string]string{"/a": "/b", "/b": "/a"}[r.URL.Path], http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/hostname")
			w.WriteHeader(http.StatusFound)
		case "/ftp":
			w.Header().Set("Location", "ftp://example.org/")
			w.WriteHeader(http.StatusFound)
		default: // /7 leads to /6, and so on
			http.Redirect(w, r, "/"+string(r.URL.Path[1]-1), http.StatusTemporaryRedirect)
		}
	})
	for path, want := range map[string]error{
		"/data": nil, "/0": nil, "/moved": nil, "/4": nil,
		"/5": ErrRedirects, "/a": ErrRedirects, "/file": ErrScheme, "/ftp": ErrScheme,
	} {
		text, err := read(t.Context(), newGetter(t, Options{}), url+path)
		if !errors.Is(err, want) || (want == nil && text != "[]") {
			t.Errorf("%s: %q, %v; want %v", path, text, err, want)
		}
	}
}
