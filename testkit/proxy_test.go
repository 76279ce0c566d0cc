package testkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix"
)

// countingServer answers {"hit":n} to its n-th request.
func countingServer(t *testing.T) (url string, hits *atomic.Int32) {
	hits = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"hit":%d}`, hits.Add(1))
	}))
	t.Cleanup(server.Close)
	return server.URL, hits
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

func send(t *testing.T, method, url, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(content), err}
}

func TestProxyFaults(t *testing.T) {
	var killed atomic.Bool
	for name, test := range map[string]struct {
		do     Action
		acted  int32 // number of requests that reached the server
		status int   // 0: the connection drops before an answer
		body   string
		err    error
		check  func(answer) bool
	}{
		"pass":           {do: pass, acted: 1, status: 200, body: `{"hit":1}`},
		"drop before":    {do: Drop, err: io.EOF},
		"drop after":     {do: AfterActing(Drop), acted: 1, err: io.EOF},
		"delay":          {do: Delay(time.Millisecond), acted: 1, status: 200, body: `{"hit":1}`},
		"delayed answer": {do: AfterActing(Delay(time.Millisecond)), acted: 1, status: 200, body: `{"hit":1}`},
		"502":            {do: BadGateway, status: 502, body: "<html><h1>502 Bad Gateway</h1></html>"},
		"504 after":      {do: AfterActing(GatewayTimeout), acted: 1, status: 504, body: "<html><h1>504 Gateway Timeout</h1></html>"},
		"web page":       {do: WebPage, status: 200, body: "<!DOCTYPE html><html><title>Welcome</title></html>"},
		"truncated":      {do: Truncate, acted: 1, status: 200, body: `{"hi`, err: io.ErrUnexpectedEOF},
		"429": {
			do:     RateLimited(RetryAfter{Header: 1500 * time.Millisecond, Body: 200 * time.Millisecond}),
			status: 429,
			body:   `{"errcode":"M_LIMIT_EXCEEDED","error":"made by the test","retry_after_ms":200}`,
			check:  func(a answer) bool { return a.header.Get("Retry-After") == "2" },
		},
		"429 in words only": {
			do:     RateLimited(RetryAfter{}),
			status: 429,
			body:   `{"errcode":"M_LIMIT_EXCEEDED","error":"made by the test"}`,
			check:  func(a answer) bool { return a.header.Get("Retry-After") == "" },
		},
		"soft logout": {
			do: SoftLogout(), status: 401,
			body: `{"errcode":"M_UNKNOWN_TOKEN","error":"made by the test","soft_logout":true}`,
		},
		"rewritten": {
			do:    Rewrite(func(r *Response) { r.Status = 403; r.Body = append(r.Body, '!') }),
			acted: 1, status: 403, body: `{"hit":1}!`,
		},
		"run": {
			do: Run(func() { killed.Store(true) }), err: io.EOF,
			check: func(answer) bool { return killed.Load() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			target, hits := countingServer(t)
			p := NewProxy(t, target)
			p.Add(Rule{Name: name, Match: On("PUT", "^/a/b$"), Times: 1, Do: test.do})
			got := send(t, "PUT", p.URL+"/a/b?c=d", "body")
			if !errors.Is(got.err, test.err) || got.status != test.status || got.body != test.body {
				t.Errorf("got %+v, want status %d, error %v, body %s", got, test.status, test.err, test.body)
			}
			if test.check != nil && !test.check(got) {
				t.Errorf("wrong: %+v", got)
			}
			if hits.Load() != test.acted {
				t.Errorf("the server acted %d times, want %d", hits.Load(), test.acted)
			}
			record := p.Await(t, 1, On("PUT", "/a/b"))
			if record.Rule != name || string(record.Body) != "body" || record.Query.Get("c") != "d" ||
				record.Status != test.status || string(record.Response) != test.body ||
				record.Forwarded != (test.acted > 0) || record.Done.Before(record.At) {
				t.Errorf("wrong record: %+v", record)
			}
			if again := send(t, "PUT", p.URL+"/a/b", ""); again.status != http.StatusOK {
				t.Errorf("the rule was applied twice: %+v", again)
			}
		})
	}
}

func TestProxyRules(t *testing.T) {
	target, _ := countingServer(t)
	for name, test := range map[string]struct {
		rule Rule
		want string // the status of each of six requests, by first digit
	}{
		"always":        {Rule{Do: BadGateway}, "555555"},
		"other method":  {Rule{Match: On("PUT", ""), Do: BadGateway}, "222222"},
		"twice":         {Rule{Times: 2, Do: BadGateway}, "552222"},
		"the fourth":    {Rule{Skip: 3, Times: 1, Do: BadGateway}, "222522"},
		"never quite":   {Rule{Chance: 1e-12, Do: BadGateway}, "222222"},
		"nearly always": {Rule{Chance: 1, Do: BadGateway}, "555555"},
	} {
		t.Run(name, func(t *testing.T) {
			p := NewProxy(t, target)
			p.Add(test.rule)
			var got strings.Builder
			for range len(test.want) {
				fmt.Fprint(&got, send(t, "GET", p.URL, "").status/100)
			}
			if got.String() != test.want {
				t.Errorf("answers %s, want %s", got.String(), test.want)
			}
		})
	}
}

func TestProxyRulesComeAndGo(t *testing.T) {
	target, _ := countingServer(t)
	p := NewProxy(t, target)
	remove := p.Add(Rule{Do: BadGateway})
	p.Add(Rule{Do: GatewayTimeout})
	for _, step := range []struct {
		then func()
		want int
	}{{func() {}, 502}, {remove, 504}, {p.Clear, 200}} {
		step.then()
		if got := send(t, "GET", p.URL, "").status; got != step.want {
			t.Errorf("status %d, want %d", got, step.want)
		}
	}
}

func TestProxySeedDecidesChances(t *testing.T) {
	target, _ := countingServer(t)
	run := func(seed uint64) string {
		p, err := StartProxy(target, seed)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		p.Add(Rule{Chance: 0.5, Do: BadGateway})
		var got strings.Builder
		for range 40 {
			fmt.Fprint(&got, send(t, "GET", p.URL, "").status/100)
		}
		return got.String()
	}
	first := run(1)
	if again := run(1); again != first {
		t.Errorf("the same seed gave %s and %s", first, again)
	}
	if !strings.Contains(first, "2") || !strings.Contains(first, "5") {
		t.Errorf("an even chance gave %s", first)
	}
}

func TestProxyWithoutHomeserver(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	p := NewProxy(t, server.URL)
	if got := send(t, "GET", p.URL, ""); got.status != http.StatusBadGateway {
		t.Errorf("got %+v", got)
	}
	if record := p.Await(t, 1, On("", "")); record.Received != 0 || record.Status != http.StatusBadGateway {
		t.Errorf("wrong record: %+v", record)
	}
}

func TestProxyRecordsClientThatLeaves(t *testing.T) {
	target, hits := countingServer(t)
	p := NewProxy(t, target)
	ctx, leave := context.WithCancel(t.Context())
	p.Add(Rule{Do: AfterActing(func(x *Exchange) {
		leave()
		<-x.incoming.Context().Done()
		pass(x)
	})})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Errorf("got %s", resp.Status)
	}
	record := p.Await(t, 1, On("", ""))
	if hits.Load() != 1 || record.Received != http.StatusOK || record.Status != 0 || record.Response != nil {
		t.Errorf("wrong record: %+v", record)
	}
}

func TestProxyRepeatsSync(t *testing.T) {
	h := StartHomeserver(t)
	p := NewProxy(t, h.URL)
	camille := h.Person(t, "camille", ClientOptions{Encrypted: true, URL: p.URL})
	room := camille.Room(t, Room{Encrypted: true})
	camille.AwaitEvent(t, room, camille.Say(t, room, "before"))

	p.Add(Rule{Name: "repeat", Match: Syncs, Times: 1, Do: RepeatSync})
	// This event ends the sync under way; the next sync is the repetition.
	camille.AwaitEvent(t, room, camille.Say(t, room, "during"))
	repeated := p.Await(t, 1, func(req *Request) bool { return req.Rule == "repeat" })
	camille.AwaitEvent(t, room, camille.Say(t, room, "after"))

	var same int
	for _, req := range p.Requests(Syncs) {
		if string(req.Response) == string(repeated.Response) {
			same++
		}
	}
	var content mautrix.RespSync
	if err := json.Unmarshal(repeated.Response, &content); err != nil || len(content.Rooms.Join) == 0 {
		t.Errorf("repeated %s, %v", repeated.Response, err)
	}
	if same < 2 || repeated.Forwarded {
		t.Errorf("the answer was given %d times, want twice: %+v", same, repeated)
	}
}
