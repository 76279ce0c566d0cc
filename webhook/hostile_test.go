package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"heraut/locale/localetest"
	"heraut/matrix"
	"heraut/text"
	"heraut/webhook"
)

// hostileMarkup goes into every field of every body.
const hostileMarkup = `<script>alert(1)</script><img src=x onerror=y>&lt;b&gt; <a href="javascript:x">k</a> @room <!channel> <!here|here> <@U123> ` +
	`[x](javascript:alert) [lien](https://matrix.to/#/@a:b) https://matrix.to/#/@camille:example.org https://x.example/?token=SECRETVALUE&a=1 ` +
	"\u202e\u0000\u200b``` **gras** _i_ ~s~ | a | b |\n> # titre\n- liste\n"

// poison replaces every string of a JSON value by text.
func poison(v any, text string) any {
	switch x := v.(type) {
	case map[string]any:
		for key := range x {
			x[key] = poison(x[key], text)
		}
	case []any:
		for i := range x {
			x[i] = poison(x[i], text)
		}
	case string:
		return x + text
	}
	return v
}

// inert returns an error if a message from an untrusted sender holds more than inert
// text and allowed tags.
func inert(m webhook.Message, lang string) error {
	html := m.HTML()
	if wrong := localetest.Tags(html); len(wrong) > 0 {
		return fmt.Errorf("%v in %s", wrong, html)
	}
	text := matrix.PlainText(html, lang)
	for _, bad := range []string{"@room", "href=\"javascript", "matrix.to/", "SECRETVALUE", "\u202e", "\x00", "<script", "<img"} {
		if strings.Contains(html, bad) {
			return fmt.Errorf("%q in %s", bad, html)
		}
	}
	if len(text) > 100<<10 {
		return fmt.Errorf("%d bytes of text", len(text))
	}
	return nil
}

// Markup in any field of any known body stays text.
func TestMarkupInEveryField(t *testing.T) {
	for _, b := range ownBodies {
		t.Run(b.name, func(t *testing.T) {
			var v any
			if err := json.Unmarshal([]byte(b.body), &v); err != nil {
				t.Skip("no JSON")
			}
			for _, text := range []string{hostileMarkup, strings.Repeat("a ", 5000), "\u202e"} {
				var again any
				if err := json.Unmarshal([]byte(b.body), &again); err != nil {
					t.Fatal(err)
				}
				data, err := json.Marshal(poison(again, text))
				if err != nil {
					t.Fatal(err)
				}
				m, err := webhook.Read(webhook.Body{Data: data, Type: "application/json"}, "fr", time.UTC)
				if err != nil {
					t.Fatal(err)
				}
				if err := inert(m, "fr"); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestHostileBodies(t *testing.T) {
	var fields []string
	for i := range 200 {
		fields = append(fields, fmt.Sprintf(`{"title":"champ %d","value":"valeur %d","short":true}`, i, i))
	}
	var alerts []string
	for i := range 500 {
		alerts = append(alerts, fmt.Sprintf(`{"status":"firing","labels":{"alertname":"a%d"},"fingerprint":"f%d"}`, i, i))
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for i := range 20 {
		part, err := w.CreateFormFile("file", fmt.Sprintf("archive-%d.zip", i))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(bytes.Repeat([]byte("PK\x03\x04"), 1000))
	}
	_ = w.WriteField("payload", `{"text":"avec vingt archives"}`)
	w.Close()
	for name, test := range map[string]struct{ contentType, body, want string }{
		"200 fields":      {"application/json", `{"attachments":[{"title":"t","fields":[` + strings.Join(fields, ",") + `]}]}`, "champ 1"},
		"500 alerts":      {"application/json", `{"version":"4","status":"firing","receiver":"r","alerts":[` + strings.Join(alerts, ",") + `]}`, "a0"},
		"zip attachments": {w.FormDataContentType(), form.String(), "avec vingt archives"},
		"a long line":     {"text/plain", strings.Repeat("x", 200<<10), "xxx"},
		"nested quotes":   {"text/markdown", strings.Repeat("> ", 1000) + "fond", ""},
		"nested lists":    {"text/markdown", strings.Repeat(" - a\n", 5000), "a"},
		"open brackets":   {"text/markdown", strings.Repeat("[", 50000), "["},
		"open emphasis":   {"application/json", `{"text":"` + strings.Repeat("*a ", 20000) + `"}`, "a"},
		"open tokens":     {"application/json", `{"text":"` + strings.Repeat("<!", 20000) + `"}`, "<!"},
		"backquotes":      {"application/json", `{"text":"` + strings.Repeat("`", 20001) + `"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			m, err := webhook.Read(webhook.Body{Type: test.contentType, Data: []byte(test.body)}, "fr", time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("reading takes %s", took)
			}
			if err := inert(m, "fr"); err != nil {
				t.Error(err)
			}
			if text := matrix.PlainText(m.HTML(), "fr"); !strings.Contains(text, test.want) {
				t.Errorf("no %q in %.300s", test.want, text)
			}
		})
	}
}

// After a burst of 10,000 requests, half of them to unknown hooks, memory is as
// before, and every accepted request shows up in a post.
func TestBurst(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	handler := o.service.Handler()
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	statuses := map[int]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for worker := range 20 {
		all.Go(func() {
			for i := range 500 {
				to := path
				if i%2 == 0 {
					to = fmt.Sprintf("/h/%026d", worker*1000+i)
				}
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(`{"text":"rafale"}`))
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				mu.Lock()
				statuses[w.Code]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if statuses[404] != 5000 || statuses[200] == 0 || statuses[200] > 30 || statuses[200]+statuses[429] != 5000 {
		t.Errorf("got %v", statuses)
	}
	if after := heap(); after > before+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	if n := len(o.said()); n != 3 {
		t.Errorf("%d posts at once", n)
	}
	o.now = o.now.Add(time.Minute)
	o.wants(fmt.Sprintf("%d\u00a0messages du webhook ci", statuses[200]-3))
}

// The service does not read bodies that are too large, and slow ones do not delay
// others.
func TestLargeAndSlowBodies(t *testing.T) {
	o := newOffice(t, func(options *webhook.Options) { options.PerMinute = 100 })
	path := o.create("ci")
	for range 5 {
		resp, err := http.Post(o.server.URL+path, "application/json", io.LimitReader(endless{}, 10<<20))
		if err != nil {
			continue // the server closed the connection, which is just as good
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("10 MiB are answered with %d", resp.StatusCode)
		}
	}
	var slow []net.Conn
	for range 10 {
		c, err := net.Dial("tcp", strings.TrimPrefix(o.server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", path)
		slow = append(slow, c)
	}
	o.ok(path, `{"text":"rapide"}`)
	for _, c := range slow {
		c.Close()
	}
	o.wants("rapide")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// TestManyParts reads forms with as many parts as are allowed, and with one more.
func TestManyParts(t *testing.T) {
	for count, want := range map[int]string{99: "", 100: "", 101: "the form has more than 100 parts"} {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		_ = w.WriteField("payload", `{"text":"avec des champs"}`)
		for i := range count - 1 {
			_ = w.WriteField(fmt.Sprintf("champ-%d", i), "x")
		}
		w.Close()
		_, err := webhook.Read(webhook.Body{Type: w.FormDataContentType(), Data: form.Bytes()}, "fr", time.UTC)
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%d parts: %v", count, err)
		}
	}
}

// FuzzRead feeds any body with any content type to the reader: it quickly returns an
// inert message or refuses the body.
func FuzzRead(f *testing.F) {
	for _, b := range ownBodies {
		f.Add(b.contentType, []byte(b.body))
	}
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"text\":\"a\"}\r\n--x--"))
	f.Add("application/x-www-form-urlencoded", []byte("payload=%7B%22text%22%3A%22a%22%7D"))
	f.Add("text/markdown", []byte(hostileMarkup))
	f.Fuzz(func(t *testing.T, contentType string, data []byte) {
		for _, lang := range []string{"fr", "en"} {
			m, err := webhook.Read(webhook.Body{Type: contentType, Data: data}, lang, time.UTC)
			if err != nil {
				continue
			}
			if wrong := localetest.Tags(m.HTML()); len(wrong) > 0 {
				t.Fatalf("%v in %q", wrong, m.HTML())
			}
			if plain := matrix.PlainText(m.HTML(), lang); text.PingsEverybody(plain) {
				t.Fatalf("@room in %q", plain)
			}
		}
	})
}

// FuzzChat reads texts in Slack's or Mattermost's format.
func FuzzChat(f *testing.F) {
	f.Add(hostileMarkup)
	f.Add("*gras* _italique_ ~barré~ `code` <https://example.org|lien> <!date^1^{date}|x>\n&gt; citation\n```\ncode\n```")
	f.Fuzz(func(t *testing.T, said string) {
		data, err := json.Marshal(map[string]any{"text": said, "attachments": []any{map[string]any{"title": said, "text": said, "fields": []any{map[string]any{"title": said, "value": said}}}},
			"blocks": []any{map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": said}}, map[string]any{"type": "markdown", "text": said}}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := webhook.Read(webhook.Body{Data: data}, "fr", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := localetest.Tags(m.HTML()); len(wrong) > 0 {
			t.Fatalf("%v in %q", wrong, m.HTML())
		}
		if plain := matrix.PlainText(m.HTML(), "fr"); text.PingsEverybody(plain) {
			t.Fatalf("@room in %q", plain)
		}
	})
}
