package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serve starts a server on a loopback port.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newGetter(t *testing.T, o Options) *Getter {
	t.Helper()
	g := New(o)
	t.Cleanup(g.Close)
	return g
}

// read gets location and reads it to its end.
func read(ctx context.Context, g *Getter, location string) (string, error) {
	resp, err := g.Get(ctx, location, Validators{})
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(resp.Body)
	return string(text), errors.Join(err, resp.Body.Close())
}

func TestGetAsksOnlyForWhatChanged(t *testing.T) {
	const lastModified = "Thu, 03 Sep 2026 10:00:00 GMT"
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("User-Agent"); got != "Heraut/1.2 (+floss@example.org)" {
			t.Errorf("User-Agent: %q", got)
		}
		switch r.URL.Path {
		case "/etag":
			w.Header().Set("ETag", `W/"1"`)
			if r.Header.Get("If-None-Match") == `W/"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		case "/date":
			w.Header().Set("Last-Modified", lastModified)
			if r.Header.Get("If-Modified-Since") == lastModified {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		io.WriteString(w, "[1]")
	})
	g := newGetter(t, Options{UserAgent: UserAgent("1.2", "floss@example.org")})
	for path, want := range map[string]Validators{
		"/etag": {ETag: `W/"1"`},
		"/date": {LastModified: lastModified},
	} {
		resp, err := g.Get(t.Context(), url+path, Validators{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil || string(text) != "[1]" || resp.Body.Close() != nil {
			t.Errorf("%s: %q, %v", path, text, err)
		}
		if resp.NotModified || resp.Validators != want {
			t.Errorf("%s: %+v", path, resp)
		}
		again, err := g.Get(t.Context(), url+path, resp.Validators)
		if err != nil {
			t.Fatal(err)
		}
		text, err = io.ReadAll(again.Body)
		if err != nil || len(text) > 0 || again.Body.Close() != nil {
			t.Errorf("%s: unchanged, yet %q, %v", path, text, err)
		}
		if !again.NotModified || again.Validators != want {
			t.Errorf("%s again: %+v", path, again)
		}
	}
}

func TestGetUnpacksGzip(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding: %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("a", 1000))
		z.Close()
	})
	text, err := read(t.Context(), newGetter(t, Options{MaxBytes: 1000}), url)
	if err != nil || text != strings.Repeat("a", 1000) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestGetNamesWhatIsWrong(t *testing.T) {
	handlers := map[string]http.HandlerFunc{
		"/bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				z.Write(make([]byte, 1<<20))
			}
			z.Close()
		},
		"/endless": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, "[[[[[[[["); err != nil {
					return
				}
			}
		},
		"/slow": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, strings.Repeat("a", 600))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"/silent": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2000")
			io.WriteString(w, strings.Repeat("a", 1000))
		},
		"/truncated-early": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2000")
			io.WriteString(w, "a")
		},
		"/page": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "\ufeff  <!DOCTYPE html><title>Maintenance</title>")
		},
		"/page-as-json": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, "<html>")
		},
		"/brotli": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "?")
		},
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				conn.Close()
			}
		},
	}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { handlers[r.URL.Path](w, r) })
	for path, want := range map[string]struct {
		err  error
		text string
	}{
		"/bomb":            {ErrTooLarge, "larger than allowed: more than 1 MiB"},
		"/endless":         {ErrTooLarge, "larger than allowed: more than 1 MiB"},
		"/slow":            {ErrTimeout, "no complete answer within the time allowed"},
		"/silent":          {ErrTimeout, "no complete answer within the time allowed"},
		"/truncated":       {io.ErrUnexpectedEOF, "the answer was cut off"},
		"/truncated-early": {io.ErrUnexpectedEOF, "the answer was cut off"},
		"/page":            {ErrHTML, "a web page came where data was expected"},
		"/page-as-json":    {ErrHTML, "a web page came where data was expected"},
		"/brotli":          {ErrEncoding, `"br"`},
		"/cut":             {io.EOF, "EOF"},
	} {
		t.Run(path, func(t *testing.T) {
			o := Options{MaxBytes: 1 << 20}
			if errors.Is(want.err, ErrTimeout) {
				o.Timeout = 100 * time.Millisecond
			}
			_, err := read(t.Context(), newGetter(t, o), url+path)
			if !errors.Is(err, want.err) || !strings.Contains(err.Error(), want.text) {
				t.Errorf("got %v, want %v", err, want.err)
			}
		})
	}
}

func TestGetTakesDataWhateverItsType(t *testing.T) {
	for name, c := range map[string]struct{ contentType, text string }{
		"JSON called HTML":           {"text/html; charset=utf-8", `[{"name":"<html>"}]`},
		"XML":                        {"application/rss+xml", `<?xml version="1.0"?><rss/>`},
		"XML that begins otherwise":  {"application/rss+xml", `<!-- made by hand --><rss/>`},
		"nothing":                    {"application/json", ""},
		"just as large as permitted": {"application/json", strings.Repeat("1", 100)},
	} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.contentType)
				io.WriteString(w, c.text)
			})
			text, err := read(t.Context(), newGetter(t, Options{MaxBytes: 100}), url)
			if err != nil || text != c.text {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

func TestGetEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := read(ctx, newGetter(t, Options{}), url); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// HTTP/2 reports a deadline differently from HTTP/1.1.
func TestGetHasADeadlineOverHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked over %s", r.Proto)
		}
		if r.URL.Path == "/slow" {
			io.WriteString(w, strings.Repeat("a", 600))
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	g := newGetter(t, Options{Timeout: 100 * time.Millisecond})
	g.client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	for _, path := range []string{"/slow", "/silent"} {
		if _, err := read(t.Context(), g, server.URL+path); !errors.Is(err, ErrTimeout) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestGetRefusesOtherAddresses(t *testing.T) {
	for _, location := range []string{"ftp://example.org/", "javascript://x", "http:///path", "https://"} {
		if _, err := read(t.Context(), newGetter(t, Options{}), location); !errors.Is(err, ErrScheme) {
			t.Errorf("%s: %v", location, err)
		}
	}
}

func TestErrorsHideThePassword(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for _, location := range []string{
		"http://bot:s3cret@" + free.Addr().String() + "/x",
		"http://bot:s3cret@ho st/x",
		"gopher://bot:s3cret@host/x",
	} {
		_, err := read(t.Context(), newGetter(t, Options{}), location)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v", err)
		}
	}
}
