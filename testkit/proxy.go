package testkit

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a client and its homeserver. It passes requests on, makes the
// faults of its rules, and records every request.
type Proxy struct {
	URL string // the homeserver address for the client

	target *url.URL
	server *httptest.Server
	http   http.Client

	mu       sync.Mutex
	rand     *rand.Rand
	rules    []*Rule
	requests []*Request
	lastSync map[string]Response // by Authorization, the last sync answer with new events
	changed  chan struct{}       // closed and replaced when a request ends
}

// Request is the record of one request to the proxy, with the answer that the client
// got. A rule of the proxy may have made, changed or cut that answer; of the
// homeserver's own answer, only the status is kept (Received).
type Request struct {
	Number   int // in the order of arrival, from 1
	Method   string
	Path     string // decoded
	Query    url.Values
	Header   http.Header
	Body     []byte
	At, Done time.Time // Done is zero while the request lasts

	Rule      string // the name of the applied rule; empty: none
	Forwarded bool   // the request reached the homeserver
	Received  int    // the status from the homeserver; 0: none
	Status    int    // the status to the client; 0: the connection was cut
	Response  []byte // the body to the client
}

// Response is an answer to a client: the homeserver's, or one that a fault puts in its
// place.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Rule says to which requests the proxy makes a fault, and which fault. The proxy
// applies the first rule that matches a request, unless the rule still skips requests
// (Skip) or chance decides against it (Chance): then it tries the next rule. It deletes
// a rule that it has applied Times times.
type Rule struct {
	Name   string
	Match  func(*Request) bool // nil matches every request
	Skip   int                 // number of matching requests to pass on first
	Times  int                 // largest number of applications; 0: no limit
	Chance float64             // probability of an application, up to 1; 0: always
	Do     Action
}

// StartProxy starts a proxy in front of target, a homeserver's address, for a program,
// which closes it; tests use NewProxy. The seed determines the outcomes of Rule.Chance.
// The error is that of an invalid address.
func StartProxy(target string, seed uint64) (*Proxy, error) {
	parsed, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		target: parsed,
		http: http.Client{
			Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
		rand:     rand.New(rand.NewPCG(seed, seed)),
		lastSync: make(map[string]Response),
		changed:  make(chan struct{}),
	}
	p.server = httptest.NewServer(p)
	p.URL = p.server.URL
	return p, nil
}

// NewProxy starts a proxy for a test in front of target, a homeserver's address, and
// closes it with the test. It logs the random seed, and ends the test on an error.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("the proxy's seed is %d", seed)
	p, err := StartProxy(target, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// Close cuts the open connections and stops the proxy.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
	p.http.CloseIdleConnections()
}

// Add adds a rule after the present ones, and returns a function that takes it away
// again.
func (p *Proxy) Add(rule Rule) (remove func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, &rule)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.rules = slices.DeleteFunc(p.rules, func(r *Rule) bool { return r == &rule })
	}
}

// Clear deletes all rules, so that no more faults happen.
func (p *Proxy) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
}

// Requests returns copies of the records for which match returns true, in the order of
// arrival, including those of unfinished requests. A nil match returns every record.
// match must not call the proxy.
func (p *Proxy) Requests(match func(*Request) bool) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []Request
	for _, req := range p.requests {
		if match == nil || match(req) {
			found = append(found, *req)
		}
	}
	return found
}

// Await waits until n requests for which match returns true have ended, earlier ones
// included, and returns the n-th of them by arrival; n counts from 1. It ends the test
// if that takes longer than half a minute.
func (p *Proxy) Await(t testing.TB, n int, match func(*Request) bool) Request {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		ended := p.Requests(func(req *Request) bool { return !req.Done.IsZero() && match(req) })
		if len(ended) >= n {
			return ended[n-1]
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d requests matched, want %d: %v", len(ended), n, context.Cause(ctx))
		}
	}
}

// ServeHTTP handles one request of the client: it applies the first matching rule or
// passes the request on, and records it.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrival := time.Now()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	p.mu.Lock()
	req := &Request{
		Number: len(p.requests) + 1,
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body,
		At: arrival,
	}
	p.requests = append(p.requests, req)
	do := p.choose(req)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		req.Done = time.Now()
		close(p.changed)
		p.changed = make(chan struct{})
	}()
	do(&Exchange{Request: req, proxy: p, writer: w, incoming: r})
}

// choose returns the action for a request: that of the first rule that applies or, if
// no rule does, the action that passes the request on. It stores the name of the rule
// in the record req. It counts down Skip and Times of the rules, and deletes a rule
// that is used up. The caller holds the proxy's lock.
func (p *Proxy) choose(req *Request) Action {
	for i, rule := range p.rules {
		if rule.Match != nil && !rule.Match(req) {
			continue
		}
		if rule.Skip > 0 {
			rule.Skip--
			continue
		}
		if rule.Chance > 0 && p.rand.Float64() >= rule.Chance {
			continue
		}
		if rule.Times == 1 {
			p.rules = slices.Delete(p.rules, i, i+1)
		} else if rule.Times > 1 {
			rule.Times--
		}
		req.Rule = rule.Name
		return rule.Do
	}
	return pass
}

// forward sends the request r to the homeserver and returns the homeserver's answer. In
// the record req, it stores that the request went to the homeserver, and the status of
// the answer. If the homeserver cannot be reached, the answer has status 502, as with
// other proxies.
func (p *Proxy) forward(r *http.Request, req *Request) Response {
	address := *r.URL
	address.Scheme, address.Host = p.target.Scheme, p.target.Host
	p.update(func() { req.Forwarded = true })
	out, err := http.NewRequestWithContext(r.Context(), r.Method, address.String(), bytes.NewReader(req.Body))
	if err != nil {
		return plain(http.StatusBadGateway, err.Error())
	}
	out.Header = req.Header.Clone()
	out.Header.Del("Accept-Encoding") // records and rewriting need plain bodies
	resp, err := p.http.Do(out)
	if err != nil {
		return plain(http.StatusBadGateway, err.Error())
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return plain(http.StatusBadGateway, err.Error())
	}
	p.update(func() { req.Received = resp.StatusCode })
	return Response{Status: resp.StatusCode, Header: resp.Header.Clone(), Body: body}
}

// update calls change, which changes a record, while it holds the proxy's lock.
func (p *Proxy) update(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}
