package matrix

import (
	"net/http"
	"sync/atomic"
	"time"
)

// bearer adds the access token to every request. The token can change while requests
// are under way, after a soft logout.
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
	if answer := prepared(r); answer != nil {
		return answer, nil
	}
	if token := b.get(); token != "" && !isForm(r) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return b.next.RoundTrip(r)
}

// CloseIdleConnections implements the method that http.Client looks for.
func (b *bearer) CloseIdleConnections() { b.next.CloseIdleConnections() }

// transport returns a copy of base, or of Go's defaults if base is nil, for one server.
func transport(base *http.Transport) *http.Transport {
	if base == nil {
		base = http.DefaultTransport.(*http.Transport)
	}
	t := base.Clone()
	t.MaxIdleConnsPerHost = 4
	t.ResponseHeaderTimeout = 2 * time.Minute
	// A request that times out leaves its HTTP/2 connection in use. If the network
	// has silently dropped that connection, all later requests on it hang for a
	// quarter of an hour.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second}
	return t
}
