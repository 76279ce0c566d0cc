package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	otherEntries = prometheus.NewDesc("heraut_other_catalogue_entries", "Entries in force of a catalogue besides the SILL.", []string{"catalogue"}, nil)
	otherAge     = prometheus.NewDesc("heraut_other_catalogue_age_seconds", "Time since the source of a catalogue besides the SILL confirmed it; -1 without one.", []string{"catalogue"}, nil)
)

// Describe sends the descriptions of the metrics about the catalogues besides the SILL
// to out, for Prometheus.
func (l *library) Describe(out chan<- *prometheus.Desc) {
	out <- otherEntries
	out <- otherAge
}

// Collect sends the number of entries and the age in seconds of each catalogue besides
// the SILL to out, for Prometheus. They are 0 and -1 before a catalogue is read. A nil
// library sends nothing.
func (l *library) Collect(out chan<- prometheus.Metric) {
	if l == nil {
		return
	}
	for _, o := range l.others {
		entries, age := 0, -1.0
		if c := o.current().Catalogue; c != nil {
			entries, age = c.Len(), time.Since(c.AsOf()).Seconds()
		}
		out <- prometheus.MustNewConstMetric(otherEntries, prometheus.GaugeValue, float64(entries), o.config.Name)
		out <- prometheus.MustNewConstMetric(otherAge, prometheus.GaugeValue, age, o.config.Name)
	}
}
