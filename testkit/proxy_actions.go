package testkit

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Action is a function that handles a request through the methods of Exchange, mostly a
// fault. It has to end with Deliver or Drop.
type Action func(*Exchange)

// Exchange is a request that the proxy is handling, for an Action.
type Exchange struct {
	Request *Request // its record; read-only

	proxy    *Proxy
	writer   http.ResponseWriter
	incoming *http.Request
	answer   *Response // the homeserver's answer; nil before the first Forward
}

// Forward passes the request on and returns a copy of the homeserver's answer. Only the
// first call sends the request; later ones return the same answer.
func (x *Exchange) Forward() Response {
	if x.answer == nil {
		answer := x.proxy.forward(x.incoming, x.Request)
		x.answer = &answer
	}
	return Response{x.answer.Status, x.answer.Header.Clone(), slices.Clone(x.answer.Body)}
}

// Deliver sends an answer to the client, records it, and so ends the exchange. If the
// client is gone, it does not return (Drop).
func (x *Exchange) Deliver(resp Response) {
	x.deliver(resp, len(resp.Body))
}

// deliver sends an answer to the client and records it. A complete answer to a sync
// that has new events it also stores for RepeatSync. If the body is longer than n
// bytes, deliver cuts the connection after n bytes and, like Drop, does not return; it
// does not return either if the client is gone.
func (x *Exchange) deliver(resp Response, n int) {
	if x.incoming.Context().Err() != nil {
		x.Drop() // the client has gone
	}
	header := x.writer.Header()
	maps.Copy(header, resp.Header)
	header.Set("Content-Length", strconv.Itoa(len(resp.Body)))
	x.proxy.update(func() {
		x.Request.Status, x.Request.Response = resp.Status, resp.Body[:n]
		if n == len(resp.Body) && Syncs(x.Request) && resp.Status == http.StatusOK && hasNews(resp.Body) {
			x.proxy.lastSync[x.Request.Header.Get("Authorization")] = resp
		}
	})
	x.writer.WriteHeader(resp.Status)
	_, err := x.writer.Write(resp.Body[:n])
	if err != nil || n < len(resp.Body) {
		_ = http.NewResponseController(x.writer).Flush() // the connection is cut below anyway
		x.Drop()
	}
}

// Drop closes the client's connection, as when a network or a process breaks. It does
// not return: it panics with http.ErrAbortHandler.
func (x *Exchange) Drop() {
	panic(http.ErrAbortHandler) // net/http's way to do so
}

func pass(x *Exchange) { x.Deliver(x.Forward()) }

// Drop is an Action that closes the client's connection without an answer. Alone, the
// homeserver never sees the request; within [AfterActing] it has acted on it.
func Drop(x *Exchange) { x.Drop() }

// AfterActing returns an Action that sends the request to the homeserver, and then
// does the other action instead of delivering the answer.
func AfterActing(do Action) Action {
	return func(x *Exchange) {
		x.Forward()
		do(x)
	}
}

// Delay returns an Action that waits for d, and then passes the request on. Within
// [AfterActing] it waits before it delivers the answer.
func Delay(d time.Duration) Action {
	return func(x *Exchange) {
		select {
		case <-time.After(d):
		case <-x.incoming.Context().Done():
		}
		pass(x)
	}
}

// Run returns an Action that calls f, which may kill the client's process, and closes
// the connection. It does not pass the request on.
func Run(f func()) Action {
	return func(x *Exchange) {
		f()
		x.Drop()
	}
}

// Answer returns an Action that answers with a status and body as JSON, and does not
// pass the request on. It panics if body cannot be encoded as JSON.
func Answer(status int, body any) Action {
	content, err := json.Marshal(body)
	if err != nil {
		panic(err) // a mistake in the test
	}
	return func(x *Exchange) {
		x.Deliver(Response{status, http.Header{"Content-Type": {"application/json"}}, content})
	}
}

// MatrixError returns an Action that answers with a status and a Matrix error of that
// code, and does not pass the request on.
func MatrixError(status int, code string) Action {
	return Answer(status, map[string]any{"errcode": code, "error": "made by the test"})
}

// SoftLogout returns an Action that answers status 401: the access token is no longer
// valid but the device remains, so that the client can log in on it again. It does not
// pass the request on.
func SoftLogout() Action {
	return Answer(http.StatusUnauthorized, map[string]any{
		"errcode": "M_UNKNOWN_TOKEN", "error": "made by the test", "soft_logout": true,
	})
}

// BadGateway is an Action that answers status 502 with a web page, as a web proxy does
// whose server is down. It does not pass the request on.
func BadGateway(x *Exchange) {
	x.Deliver(page(http.StatusBadGateway, "<html><h1>502 Bad Gateway</h1></html>"))
}

// GatewayTimeout is an Action that answers status 504 with a web page, as a web proxy
// does whose server is slow. It does not pass the request on; within [AfterActing] the
// homeserver has acted on it.
func GatewayTimeout(x *Exchange) {
	x.Deliver(page(http.StatusGatewayTimeout, "<html><h1>504 Gateway Timeout</h1></html>"))
}

// WebPage is an Action that answers status 200 with a web page, as the login page of a
// public network does. It does not pass the request on.
func WebPage(x *Exchange) {
	x.Deliver(page(http.StatusOK, "<!DOCTYPE html><html><title>Welcome</title></html>"))
}

// RetryAfter says how long a 429 answer asks to wait, in each of the places where such
// an answer may say it. A zero field leaves that place out.
type RetryAfter struct {
	Header time.Duration // the HTTP header, in whole seconds, rounded up
	Body   time.Duration // retry_after_ms
}

// RateLimited returns an Action that answers status 429, too many requests, and asks to
// wait as after says. It does not pass the request on.
func RateLimited(after RetryAfter) Action {
	body := map[string]any{"errcode": "M_LIMIT_EXCEEDED", "error": "made by the test"}
	if after.Body > 0 {
		body["retry_after_ms"] = after.Body.Milliseconds()
	}
	answer := Answer(http.StatusTooManyRequests, body)
	return func(x *Exchange) {
		if after.Header > 0 {
			x.writer.Header().Set("Retry-After", strconv.FormatFloat(math.Ceil(after.Header.Seconds()), 'f', 0, 64))
		}
		answer(x)
	}
}

// Truncate is an Action that delivers half of the body of the homeserver's answer, and
// closes the connection.
func Truncate(x *Exchange) {
	resp := x.Forward()
	x.deliver(resp, len(resp.Body)/2)
}

// Rewrite returns an Action that calls change with the homeserver's answer, which
// change may alter, and then delivers it.
func Rewrite(change func(*Response)) Action {
	return func(x *Exchange) {
		resp := x.Forward()
		change(&resp)
		x.Deliver(resp)
	}
}

// RepeatSync is an Action that answers a sync with the last complete answer that
// brought events to the same access token, with its token for the next sync: the client
// gets everything in it twice. If there was no such answer, it passes the request on.
func RepeatSync(x *Exchange) {
	x.proxy.mu.Lock()
	last, known := x.proxy.lastSync[x.Request.Header.Get("Authorization")]
	x.proxy.mu.Unlock()
	if !known {
		pass(x)
		return
	}
	x.Deliver(last)
}

// hasNews reports whether the sync answer body brings something of rooms, or events to
// the device; false if it is no JSON.
func hasNews(body []byte) bool {
	var sync struct {
		Rooms    map[string]map[string]json.RawMessage `json:"rooms"`
		ToDevice struct {
			Events []json.RawMessage `json:"events"`
		} `json:"to_device"`
	}
	if json.Unmarshal(body, &sync) != nil {
		return false
	}
	for _, rooms := range sync.Rooms {
		if len(rooms) > 0 {
			return true
		}
	}
	return len(sync.ToDevice.Events) > 0
}

func plain(status int, text string) Response {
	return Response{status, http.Header{"Content-Type": {"text/plain"}}, []byte(text)}
}

func page(status int, html string) Response {
	return Response{status, http.Header{"Content-Type": {"text/html"}}, []byte(html)}
}

// On returns a function that reports whether a request has that method and whether the
// regular expression path matches any part of its path, without the query. An empty
// method means any. On panics if the expression is invalid.
func On(method, path string) func(*Request) bool {
	pattern := regexp.MustCompile(path)
	return func(req *Request) bool {
		return (method == "" || method == req.Method) && pattern.MatchString(req.Path)
	}
}

// The matches of most rules and assertions.
var (
	Syncs      = On(http.MethodGet, `/sync$`)
	Sends      = On(http.MethodPut, `/rooms/[^/]+/send/`)
	Redactions = On(http.MethodPut, `/rooms/[^/]+/redact/`)
	Logins     = On(http.MethodPost, `/login$`)
)
