package relay

import (
	"iter"
	"time"
)

// shifts returns an iterator over the intervals of working time, outside the quiet
// hours, from the time from on, each by its start and its end. The last one has a zero
// end if it lasts for ever. There is none, or no further one, where quiet hours never
// end.
func shifts(quiet Quiet, from time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(start, end time.Time) bool) {
		t := from
		for {
			for until, held := quiet.Until(t); held; until, held = quiet.Until(t) {
				if !until.After(t) {
					return
				}
				t = until
			}
			end := quiet.Begins(t)
			if !yield(t, end) || !end.After(t) {
				return
			}
			t = end
		}
	}
}

// workingTime returns when the working time passed, outside of the quiet hours, has
// gone by after since. If quiet hours never end, it returns when the last interval
// before them ends.
func workingTime(quiet Quiet, since time.Time, passed time.Duration) time.Time {
	last := since
	for start, end := range shifts(quiet, since) {
		if end.IsZero() || end.Sub(start) >= passed {
			return start.Add(passed)
		}
		passed -= end.Sub(start)
		last = end
	}
	return last
}

// elapsed returns the working time, outside of the quiet hours, between the times from
// and to; 0 if to is not after from.
func elapsed(quiet Quiet, from, to time.Time) (worked time.Duration) {
	for start, end := range shifts(quiet, from) {
		if !start.Before(to) {
			break
		}
		if end.IsZero() || end.After(to) {
			end = to
		}
		worked += end.Sub(start)
	}
	return worked
}
