package matrix

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// TestConnectionsStayOpen: when posts go to sixteen rooms at once, the next posts use the
// same connections, also without HTTP/2.
func TestConnectionsStayOpen(t *testing.T) {
	t.Parallel()
	const rooms = 16
	var opened atomic.Int64
	var underWay sync.WaitGroup // all requests of a round are under way at once
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		underWay.Done()
		underWay.Wait()
		_, _ = io.WriteString(w, "{}")
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := &http.Client{Transport: transport(nil)}
	defer client.CloseIdleConnections()
	for range 3 {
		underWay.Add(rooms)
		var sends sync.WaitGroup
		for range rooms {
			sends.Go(func() {
				answer, err := client.Get(server.URL)
				if err != nil {
					t.Error(err)
					underWay.Done()
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			})
		}
		sends.Wait()
	}
	if got := opened.Load(); got > rooms {
		t.Errorf("%d connections were opened for %d requests at once", got, rooms)
	}
}
