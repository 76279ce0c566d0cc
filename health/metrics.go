package health

import "github.com/prometheus/client_golang/prometheus"

// collectors returns the Prometheus gauges of the present troubles: whether the bot is
// ready, the states of its account, and for each state how many things are concerned
// and since when. Each scrape reads the monitor anew. The only label is the state, so
// the number of series is fixed.
func (m *Monitor) collectors() []prometheus.Collector {
	gauge := func(name, help string, state State, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: name, Help: help, ConstLabels: prometheus.Labels{"state": string(state)},
		}, value)
	}
	const (
		accountHelp = "1 for the present states of the bot's account; ok: none of the others."
		troubleHelp = "Number of things to which a trouble of that state applies; 0: the trouble does not exist."
		sinceHelp   = "Beginning of the oldest trouble of that state, in seconds since 1970; 0: none."
	)
	truth := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	all := []prometheus.Collector{
		gauge("heraut_account_state", accountHelp, "ok", func() float64 { return truth(!m.Has(AccountStates...)) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "heraut_ready", Help: "1 when no trouble keeps the bot from its work, as /readyz says."},
			func() float64 { return truth(m.Ready()) }),
	}
	for _, state := range AccountStates {
		all = append(all, gauge("heraut_account_state", accountHelp, state, func() float64 { return truth(m.Has(state)) }))
	}
	for _, state := range order {
		all = append(all,
			gauge("heraut_trouble", troubleHelp, state, func() float64 { n, _ := m.count(state); return n }),
			gauge("heraut_trouble_since_seconds", sinceHelp, state, func() float64 { _, since := m.count(state); return since }))
	}
	return all
}

// count returns how many things the troubles of a state concern together, and when the
// oldest of these troubles began, in seconds since 1970. A trouble without a Count
// concerns one thing. Both results are 0 if the state has no trouble.
func (m *Monitor) count(state State) (n, since float64) {
	for _, t := range m.Troubles() {
		if t.State != state {
			continue
		}
		n += float64(max(1, t.Count))
		if began := float64(t.Since.Unix()); since == 0 || began < since {
			since = began
		}
	}
	return n, since
}
