package matrix

import (
	"net/http"
	"sync/atomic"
	"time"
)

// bearer is an HTTP transport that adds the access token to every request, except to
// the forms of OAuth 2.0 (isForm). If the context of a request holds an answer to it
// (withAnswers), bearer gives this answer and sends nothing. The token may be replaced
// while requests are under way, after the homeserver refused the old one.
type bearer struct {
	next  *http.Transport
	token atomic.Pointer[string]
}

func (b *bearer) set(token string) { b.token.Store(&token) }

func (b *bearer) get() string {
	if token := b.token.Load(); token != nil {
		return *token
	}
	return ""
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if answer, found, err := prepared(r); found {
		return answer, err
	}
	if token := b.get(); token != "" && !isForm(r) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return b.next.RoundTrip(r)
}

// CloseIdleConnections closes the idle connections of the transport below. http.Client
// calls it.
func (b *bearer) CloseIdleConnections() { b.next.CloseIdleConnections() }

// transport returns a copy of base, or of Go's default transport if base is nil, set up
// for requests to one server, the homeserver: it waits two minutes at most until an
// answer begins, and notices dead connections.
func transport(base *http.Transport) *http.Transport {
	if base == nil {
		base = http.DefaultTransport.(*http.Transport)
	}
	t := base.Clone()
	// One for each room with a post under way (queue.Config.AtOnce): without HTTP/2, each
	// further one would be closed after its request.
	t.MaxIdleConnsPerHost = 16
	t.ResponseHeaderTimeout = 2 * time.Minute
	// A request that times out leaves its HTTP/2 connection in use. If the network
	// has silently dropped that connection, all later requests on it hang for a
	// quarter of an hour.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second}
	return t
}
