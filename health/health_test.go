package health

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestProbes(t *testing.T) {
	var ready atomic.Bool
	server := New(func() error {
		if !ready.Load() {
			return errors.New("no sync yet")
		}
		return nil
	}, []Metric{
		{Name: "heraut_a_total", Help: "Counts.", Counter: true, Value: func() float64 { return 3 }},
		{Name: "heraut_b", Help: "Measures.", Value: func() float64 { return 1.5 }},
	})
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, listener) }()
	get := func(path string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if status, _ := get("/livez"); status != http.StatusOK {
		t.Errorf("/livez: %d", status)
	}
	if status, body := get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "no sync yet") {
		t.Errorf("/readyz before: %d %q", status, body)
	}
	ready.Store(true)
	if status, _ := get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz after: %d", status)
	}
	if _, body := get("/metrics"); !strings.Contains(body, "heraut_a_total 3") || !strings.Contains(body, "heraut_b 1.5") {
		t.Errorf("/metrics: %s", body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
