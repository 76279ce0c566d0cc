package matrix

import (
	"net/http"
	"sync/atomic"
	"time"
)

// bearer adds the access token to every request; the token changes at a soft
// logout, while requests are under way.
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
	if token := b.get(); token != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return b.next.RoundTrip(r)
}

// CloseIdleConnections is what http.Client calls by that name.
func (b *bearer) CloseIdleConnections() { b.next.CloseIdleConnections() }

// transport is a connection pool for one server.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 4
	t.ResponseHeaderTimeout = 2 * time.Minute
	return t
}
