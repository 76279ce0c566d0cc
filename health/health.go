// Package health serves the probes over HTTP: /livez (the process answers), /readyz (the
// bot is ready, or why not) and /metrics (Prometheus).
package health

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metric is a number that each scrape reads. It has no labels, so it names no person
// and no room.
type Metric struct {
	Name, Help string
	Counter    bool // it only grows; otherwise it is a gauge
	Value      func() float64
}

// Server answers operators' probes.
type Server struct{ http *http.Server }

// New returns a server for Run. ready returns nil once the bot works, and an error
// otherwise. /readyz shows the text of the error, which must name nobody.
func New(ready func() error, metrics []Metric) *Server {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, m := range metrics {
		if m.Counter {
			registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: m.Name, Help: m.Help}, m.Value))
		} else {
			registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: m.Name, Help: m.Help}, m.Value))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	// Compressing a few lines would hold 2 MB for ever.
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true}))
	return &Server{http: &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}
}

// Run serves on the listener until ctx ends.
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
