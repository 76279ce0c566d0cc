package commons

import (
	"slices"
	"time"

	"heraut/catalogue"
)

// sleepAfter is how long nothing must have moved in a project for it to count as asleep.
const sleepAfter = 3 * 365 * 24 * time.Hour

// asleepCost is how many places a project loses when it is asleep: a project that fits
// much better still comes first.
const asleepCost = 2

// IsAsleep reports whether, at now, a project has shown no activity for three years.
// Its last date is that of the last commit, or if that is unknown the later one of the
// entry's last change and the last version. A project without any date is not asleep.
func IsAsleep(s *catalogue.Software, now time.Time) bool {
	last := s.Updated
	if s.Activity != nil && !s.Activity.Commit.IsZero() {
		last = s.Activity.Commit // the surest sign
	} else if s.Latest != nil && s.Latest.Released.After(last) {
		last = s.Latest.Released
	}
	return !last.IsZero() && now.Sub(last) > sleepAfter
}

// Rank returns matches, given with the best first, in a new order, by whether their
// projects are active: a project asleep (see IsAsleep) goes back two places, and
// abandoned and withdrawn software comes last. It leaves the given slice as it is. of
// returns the software of a match.
func Rank[M any](matches []M, of func(M) *catalogue.Software, now time.Time) []M {
	type placed struct {
		match M
		place int
	}
	all := make([]placed, len(matches))
	for i, m := range matches {
		s := of(m)
		all[i] = placed{m, 2 * i}
		switch {
		case s.Withdrawn != nil:
			all[i].place += 2 * len(matches)
		case IsAsleep(s, now):
			all[i].place += 2*asleepCost + 1
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.place - b.place })
	out := make([]M, len(all))
	for i, p := range all {
		out[i] = p.match
	}
	return out
}
