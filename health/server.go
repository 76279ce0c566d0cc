// Package health knows whether the bot works, and says so. A Monitor holds the
// troubles of the process. Server shows them over HTTP: /livez (the process answers),
// /readyz (the bot is ready, or why not) and /metrics (Prometheus).
package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metric is a number for /metrics, with its name and help; each scrape calls Value. It
// has no labels, so it names no person and no room.
type Metric struct {
	Name, Help string
	Counter    bool // it only grows; otherwise it is a gauge
	Value      func() float64
}

// Server is the HTTP server for probes and metrics: /livez, /readyz, /metrics and, if
// asked for, /debug/pprof/.
type Server struct{ http *http.Server }

// New returns a Server; call its Run. /livez answers «ok». /readyz shows the monitor's
// troubles, with status 503 if one of them blocks the bot, else with 200. /metrics
// shows the troubles, the Go runtime, the process, the given metrics and those of the
// further collectors; New panics if two have the same name and labels. If profiles is
// true, the server also has /debug/pprof/.
func New(monitor *Monitor, metrics []Metric, profiles bool, further ...prometheus.Collector) *Server {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(further...)
	registry.MustRegister(monitor.collectors()...)
	for _, m := range metrics {
		if m.Counter {
			registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: m.Name, Help: m.Help}, m.Value))
		} else {
			registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: m.Name, Help: m.Help}, m.Value))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", monitor.serveReady)
	// Compressing a few lines would hold 2 MB for ever.
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true}))
	if profiles {
		addProfiles(mux)
	}
	return &Server{http: &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}
}

// Report is the JSON of /readyz: whether the bot is ready, and its troubles.
type Report struct {
	// Ready reports that no trouble blocks the bot.
	Ready    bool           `json:"ready"`
	Troubles []TroubleValue `json:"troubles"`
}

// TroubleValue is a trouble in the form in which JSON shows it, in /readyz and in
// alerts: times are texts as in RFC 3339, and the sentence is French.
type TroubleValue struct {
	State   State  `json:"state"`
	Blocks  bool   `json:"blocks"`
	Subject string `json:"subject,omitempty"`
	Since   string `json:"since"` // RFC 3339
	Until   string `json:"until,omitempty"`
	Link    string `json:"link,omitempty"`
	Count   int    `json:"count,omitempty"`
	// Sentence is in French: what is wrong, and what to do.
	Sentence string `json:"sentence"`
}

// Report returns whether the bot is ready and its present troubles, the gravest first,
// as /readyz shows them in JSON.
func (m *Monitor) Report() Report {
	troubles := m.Troubles()
	r := Report{Ready: true, Troubles: make([]TroubleValue, 0, len(troubles))}
	for _, t := range troubles {
		r.Ready = r.Ready && !t.Blocks()
		r.Troubles = append(r.Troubles, m.Value(t))
	}
	return r
}

// Value returns the trouble t in the form in which JSON shows it, in French and with
// times in the monitor's zone. It does not read or change the monitor's troubles.
func (m *Monitor) Value(t Trouble) TroubleValue {
	v := TroubleValue{
		State: t.State, Blocks: t.Blocks(), Subject: t.Subject, Since: t.Since.In(m.zone).Format(time.RFC3339),
		Link: t.Link, Count: t.Count, Sentence: t.Line(m.zone),
	}
	if !t.Until.IsZero() {
		v.Until = t.Until.In(m.zone).Format(time.RFC3339)
	}
	return v
}

// serveReady answers /readyz with status 200 if the bot is ready, else 503: a French
// line for each trouble, or «ok» if there is none; a Report in JSON for clients that
// accept it.
func (m *Monitor) serveReady(w http.ResponseWriter, r *http.Request) {
	report := m.Report()
	status := http.StatusOK
	if !report.Ready {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(report) // the client may have gone
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	for _, t := range report.Troubles {
		fmt.Fprintln(w, t.Sentence)
	}
	if len(report.Troubles) == 0 {
		fmt.Fprintln(w, "ok")
	}
}

// Run serves HTTP on the listener until ctx ends, closes the listener, and returns nil
// without waiting for requests under way. An error means that the listener failed. Run
// works once.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	stopped := context.AfterFunc(ctx, func() {
		_ = s.http.Close() // a stop does not wait for probes
	})
	defer stopped()
	if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the probes: %w", err)
	}
	return nil
}
