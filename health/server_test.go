package health

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/testkit"
)

// served starts a server for the monitor and returns a function that asks it.
func served(t *testing.T, monitor *Monitor, metrics ...Metric) func(path, accept string) (int, string) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- New(monitor, metrics, false).Run(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return func(path, accept string) (int, string) {
		t.Helper()
		status, body, err := testkit.GetPage(t.Context(), "http://"+listener.Addr().String()+path, accept)
		if err != nil {
			t.Fatal(err)
		}
		return status, body
	}
}

func TestProbes(t *testing.T) {
	var log bytes.Buffer
	monitor := NewMonitor(zerolog.New(&log), time.UTC)
	get := served(t, monitor,
		Metric{Name: "heraut_a_total", Help: "Counts.", Counter: true, Value: func() float64 { return 3 }},
		Metric{Name: "heraut_b", Help: "Measures.", Value: func() float64 { return 1.5 }})

	monitor.Enter(Trouble{State: Starting})
	if status, _ := get("/livez", ""); status != http.StatusOK {
		t.Errorf("/livez: %d", status)
	}
	if status, body := get("/readyz", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, "Le robot démarre") {
		t.Errorf("/readyz at start: %d %q", status, body)
	}
	monitor.Leave(Starting)
	if status, body := get("/readyz", ""); status != http.StatusOK || body != "ok\n" {
		t.Errorf("/readyz: %d %q", status, body)
	}
	if log.Len() > 0 {
		t.Errorf("a start is logged as a trouble: %s", &log)
	}

	monitor.Enter(Trouble{State: SourceFailing, Subject: "depots"})
	if status, body := get("/readyz", ""); status != http.StatusOK || !strings.Contains(body, "depots") {
		t.Errorf("/readyz with a source down: %d %q", status, body)
	}
	since := time.Date(2026, 11, 3, 9, 30, 0, 0, time.UTC)
	monitor.Enter(Trouble{State: ConsentNeeded, Since: since, Link: "https://hs.example/terms", Cause: errors.New("403")})
	status, body := get("/readyz", "")
	if lines := strings.Split(strings.TrimSpace(body), "\n"); status != http.StatusServiceUnavailable || len(lines) != 2 ||
		!strings.Contains(lines[0], "https://hs.example/terms") || !strings.Contains(lines[0], "le 03/11 à 09:30") {
		t.Errorf("/readyz: %d %q", status, body)
	}
	var report Report
	status, body = get("/readyz", "application/json")
	if err := json.Unmarshal([]byte(body), &report); err != nil || status != http.StatusServiceUnavailable {
		t.Fatalf("%d %v: %s", status, err, body)
	}
	if first := report.Troubles[0]; report.Ready || first.State != ConsentNeeded || !first.Blocks || first.Since != "2026-11-03T09:30:00Z" ||
		first.Link != "https://hs.example/terms" || report.Troubles[1].Subject != "depots" || report.Troubles[1].Blocks {
		t.Errorf("%+v", report)
	}
	_, body = get("/metrics", "")
	for _, line := range []string{
		"heraut_a_total 3", "heraut_b 1.5", "heraut_ready 0",
		`heraut_account_state{state="consent_needed"} 1`, `heraut_account_state{state="ok"} 0`, `heraut_account_state{state="account_locked"} 0`,
		`heraut_trouble{state="source_failing"} 1`, `heraut_trouble{state="disk_full"} 0`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("/metrics has no line %s", line)
		}
	}
	if strings.Contains(body, "depots") || strings.Contains(body, "example") {
		t.Error("/metrics names a subject")
	}
}

// The profiles are served only on demand.
func TestProfiles(t *testing.T) {
	for _, on := range []bool{false, true} {
		server := New(NewMonitor(zerolog.Nop(), time.UTC), nil, on)
		answer := httptest.NewRecorder()
		server.http.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/pprof/goroutine?debug=1", http.NoBody))
		if got := strings.Contains(answer.Body.String(), "goroutine profile"); got != on {
			t.Errorf("profiles on: %v, served: %v (status %d)", on, got, answer.Code)
		}
	}
}
