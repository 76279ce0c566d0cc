package main

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// histograms are the measures, in seconds, of how long the bot takes to handle an event
// and to send a post, for the metrics.
type histograms struct{ handling, sending prometheus.Histogram }

func newHistograms() histograms {
	histogram := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		})
	}
	return histograms{
		histogram("heraut_handling_seconds", "Time to decide on an event, without the wait for its turn."),
		histogram("heraut_sending_seconds", "Time of one attempt to send a post, keys included."),
	}
}

func (h histograms) handled(d time.Duration) { h.handling.Observe(d.Seconds()) }
func (h histograms) sent(d time.Duration)    { h.sending.Observe(d.Seconds()) }

// buildInfo returns the metric whose labels name the version of the bot and of Go. Its
// value is always 1.
func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "heraut_build_info", Help: "1; the labels are the version and the version of Go that built it.",
		ConstLabels: prometheus.Labels{"version": release(), "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}
