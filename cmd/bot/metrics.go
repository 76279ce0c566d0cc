package main

import (
	"context"
	"time"

	"heraut/health"
)

// counter returns the metric heraut_<name>_total, which reads value at each scrape and
// only grows. help describes it in English.
func counter(name, help string, value interface{ Load() int64 }) health.Metric {
	return health.Metric{Name: "heraut_" + name + "_total", Help: help, Counter: true, Value: func() float64 { return float64(value.Load()) }}
}

// metrics returns the bot's numbers for /metrics, such as the number of events handled
// and the age of the last sync. Each scrape computes them anew. After ctx has ended,
// numbers from the database are no longer read.
func (r *round) metrics(ctx context.Context) []health.Metric {
	counts, client, refresher := r.counts, r.client, r.refresher
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return -1
		}
		return time.Since(t).Seconds()
	}
	return []health.Metric{
		counter("events_received", "Events taken in.", &counts.Received),
		counter("events_dropped", "Events too old to be answered.", &counts.Dropped),
		counter("events_late", "Events too old to be answered, but carried between rooms.", &counts.Late),
		counter("gaps_lost", "Gaps in a room's timeline that the homeserver would not tell.", client.GapsLost()),
		counter("events_handled", "Events handled.", &counts.Handled),
		counter("events_failed", "Events whose handler failed.", &counts.Failed),
		counter("posts_sent", "Posts sent.", &counts.Sent),
		counter("posts_refused", "Posts refused for good.", &counts.Refused),
		counter("posts_uncertain", "Attempts to send that ended without an answer.", &counts.Retried),
		counter("posts_limited", "Attempts to send that the homeserver put off.", &counts.RateLimited),
		{Name: "heraut_sync_age_seconds", Help: "Time since the last complete sync; -1 before the first.", Value: func() float64 { return since(client.LastSync()) }},
		{Name: "heraut_device_verified", Help: "1 when the account vouches for the bot's device.", Value: func() float64 {
			if client.Verified() {
				return 1
			}
			return 0
		}},
		{Name: "heraut_rooms_missing", Help: "Rooms that the bot should serve and is not in; -1 when that cannot be read.", Value: func() float64 {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			rooms, err := r.missing(ctx)
			if err != nil {
				return -1
			}
			return float64(len(rooms))
		}},
		{Name: "heraut_catalogue_entries", Help: "Entries of the catalogue in force.", Value: func() float64 {
			if c := refresher.Current().Catalogue; c != nil {
				return float64(c.Len())
			}
			return 0
		}},
		{Name: "heraut_catalogue_age_seconds", Help: "Time since the source confirmed the catalogue; -1 without one.", Value: func() float64 {
			if c := refresher.Current().Catalogue; c != nil {
				return since(c.AsOf())
			}
			return -1
		}},
	}
}
