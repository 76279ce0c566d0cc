package health

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Monitor holds the troubles of the process. The probes, the metrics, the status
// command, systemd's status line and the alert all read it. It logs each trouble,
// except Starting, once when it begins and once when it ends. It is safe for concurrent
// use.
type Monitor struct {
	log  zerolog.Logger
	zone *time.Location

	mu       sync.Mutex
	troubles []Trouble
	watchers []*func(t Trouble, entered bool)
}

// NewMonitor returns a monitor without troubles, which logs to log. The times in its
// sentences are in zone, or in UTC if zone is nil.
func NewMonitor(log zerolog.Logger, zone *time.Location) *Monitor {
	if zone == nil {
		zone = time.UTC
	}
	return &Monitor{log: log, zone: zone}
}

// Watch makes the monitor call f with each trouble that begins (entered is true) or
// ends (false), but not when a present trouble is only replaced. f must return at once
// and must not call the monitor. The returned function remove ends the calls.
func (m *Monitor) Watch(f func(t Trouble, entered bool)) (remove func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watchers = append(m.watchers, &f)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.watchers = slices.DeleteFunc(m.watchers, func(w *func(Trouble, bool)) bool { return w == &f })
	}
}

// Enter adds the trouble t, logs it and calls the watchers. A present trouble of the
// same state and subject is only replaced, without a log line or a call. If t.Since is
// zero, t began when that present trouble began, or else now.
func (m *Monitor) Enter(t Trouble) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.enter(t)
}

// Leave ends all troubles of the given states, whatever their subjects: it logs each
// end and calls the watchers. It does nothing if there is none.
func (m *Monitor) Leave(states ...State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leave(func(t Trouble) bool { return slices.Contains(states, t.State) })
}

// Set replaces all troubles of a state by the given ones, which must be of that state.
// A present trouble whose subject is not among the given ones ends. A given trouble
// whose subject is new begins. Any other given trouble replaces the present one of its
// subject, and keeps its beginning if its Since is zero. If none are given, all
// troubles of the state end.
func (m *Monitor) Set(state State, troubles ...Trouble) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leave(func(t Trouble) bool {
		return t.State == state && !slices.ContainsFunc(troubles, func(n Trouble) bool { return n.Subject == t.Subject })
	})
	for _, t := range troubles {
		m.enter(t)
	}
}

// Troubles returns a copy of the present troubles, the gravest first and those of one
// state by subject.
func (m *Monitor) Troubles() []Trouble {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.troubles)
}

// Has reports whether a trouble of at least one of the given states is present.
func (m *Monitor) Has(states ...State) bool {
	return slices.ContainsFunc(m.Troubles(), func(t Trouble) bool { return slices.Contains(states, t.State) })
}

// Ready reports whether the bot can do its work: no present trouble blocks it.
func (m *Monitor) Ready() bool { return !slices.ContainsFunc(m.Troubles(), Trouble.Blocks) }

// Zone returns the time zone in which the troubles' sentences and JSON write times.
func (m *Monitor) Zone() *time.Location { return m.zone }

func (m *Monitor) enter(t Trouble) {
	if at := slices.IndexFunc(m.troubles, func(o Trouble) bool { return o.State == t.State && o.Subject == t.Subject }); at >= 0 {
		if t.Since.IsZero() {
			t.Since = m.troubles[at].Since
		}
		m.troubles[at] = t
		return
	}
	if t.Since.IsZero() {
		t.Since = time.Now()
	}
	m.troubles = append(m.troubles, t)
	slices.SortStableFunc(m.troubles, func(a, b Trouble) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State)), cmp.Compare(a.Subject, b.Subject))
	})
	if t.State != Starting {
		m.log.Error().Err(t.Cause).Str("state", string(t.State)).Msg(t.Line(m.zone))
	}
	m.tell(t, true)
}

func (m *Monitor) leave(ends func(Trouble) bool) {
	m.troubles = slices.DeleteFunc(m.troubles, func(t Trouble) bool {
		if !ends(t) {
			return false
		}
		if t.State != Starting {
			line := m.log.Info().Str("state", string(t.State)).Stringer("lasted", time.Since(t.Since).Round(time.Second))
			if t.Subject != "" {
				line = line.Str("subject", t.Subject)
			}
			line.Msg(Ended(t.State))
		}
		m.tell(t, false)
		return true
	})
}

func (m *Monitor) tell(t Trouble, entered bool) {
	for _, f := range m.watchers {
		(*f)(t, entered)
	}
}
