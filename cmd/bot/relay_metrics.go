package main

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"heraut/relay"
)

const (
	// reportPeriod is the period of the metrics on questions, in days.
	reportPeriod = 30
	// themeLabels limits the values of the label «theme»; the rest count as «others».
	themeLabels = 20
	// reportEvery is how long a report serves the scrapes that follow.
	reportEvery = time.Minute
	// reportWithin limits how long a scrape waits for a report.
	reportWithin = 5 * time.Second
)

var (
	questionsAsked    = prometheus.NewDesc("heraut_questions_asked", "Questions of the last 30 days that reached the experts, by theme.", []string{"theme"}, nil)
	questionsAnswered = prometheus.NewDesc("heraut_questions_answered", "Those of them with an answer, by theme.", []string{"theme"}, nil)
	questionsSolved   = prometheus.NewDesc("heraut_questions_solved", "Those of them that are closed as solved, by theme.", []string{"theme"}, nil)
	questionsWait     = prometheus.NewDesc("heraut_questions_first_answer_seconds", "Median working time to the first answer, in the last 30 days; 0: none was answered.", nil, nil)
	questionsSpared   = prometheus.NewDesc("heraut_questions_suggested", "Questions of the last 30 days that a suggestion answered.", nil, nil)
	searchesMissed    = prometheus.NewDesc("heraut_searches_missed", "Different words that three people or more searched in vain in the last 30 days.", nil, nil)
)

// questionMetrics is a Prometheus collector for the report on questions: counts without
// people, and without the words of searches. It is safe for concurrent use.
type questionMetrics struct {
	ctx    context.Context //nolint:containedctx // a scrape has none; the end of the process ends its query
	report func(ctx context.Context, o relay.ReportOptions) (relay.Report, error)
	log    zerolog.Logger

	mu   sync.Mutex
	last relay.Report
	at   time.Time // zero: there is no report yet
}

// Describe sends the descriptions of the metrics about questions to out, for
// Prometheus.
func (*questionMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{questionsAsked, questionsAnswered, questionsSolved, questionsWait, questionsSpared, searchesMissed} {
		out <- desc
	}
}

// current returns the report on questions and true. If there is none yet, or it is
// older than reportEvery, current computes it anew, in reportWithin at most, and stores
// it in m. It returns false if the report cannot be computed, which it logs.
func (m *questionMetrics) current() (relay.Report, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if m.at.IsZero() || now.Sub(m.at) >= reportEvery {
		ctx, cancel := context.WithTimeout(m.ctx, reportWithin)
		defer cancel()
		report, err := m.report(ctx, relay.ReportOptions{Since: now.AddDate(0, 0, -reportPeriod)})
		if err != nil {
			if m.ctx.Err() == nil {
				m.log.Error().Err(err).Msg("The metrics on questions could not be read")
			}
			return relay.Report{}, false
		}
		m.last, m.at = report, now
	}
	return m.last, true
}

// Collect sends the numbers of questions, at most reportEvery old, to out, for
// Prometheus; nothing if the report cannot be read.
func (m *questionMetrics) Collect(out chan<- prometheus.Metric) {
	r, ok := m.current()
	if !ok {
		return
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for _, t := range boundedThemes(r.Themes) {
		gauge(questionsAsked, float64(t.Asked), t.Theme)
		gauge(questionsAnswered, float64(t.Answered), t.Theme)
		gauge(questionsSolved, float64(t.Solved), t.Theme)
	}
	gauge(questionsWait, r.Wait.Seconds())
	gauge(questionsSpared, float64(r.Suggested))
	gauge(searchesMissed, float64(len(r.Missed)))
}

// boundedThemes returns at most themeLabels of the themes in all, the first ones. If
// there are more, it adds a theme «(others)» with the sums of the rest. It does not
// change all. No real theme has the name «(others)», since names of themes have no
// parentheses.
func boundedThemes(all []relay.Theme) []relay.Theme {
	if len(all) <= themeLabels {
		return all
	}
	others := relay.Theme{Theme: "(others)"}
	for _, t := range all[themeLabels:] {
		others.Asked += t.Asked
		others.Answered += t.Answered
		others.Solved += t.Solved
	}
	return append(all[:themeLabels:themeLabels], others)
}
