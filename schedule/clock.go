// Package schedule computes when to post in a room: the rhythm of a watch and the quiet
// hours of a room.
package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Clock is a local time of day, in minutes from midnight.
type Clock int

var clockTime = regexp.MustCompile(`^([01]?[0-9]|2[0-3])(?:[:h]([0-5][0-9])|h)$`)

// parseClock parses a folded time of day such as «9:00», «09:00», «9h» or «09h00»;
// false for other texts, also with a capital H.
func parseClock(s string) (Clock, bool) {
	m := clockTime.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hours, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, false
	}
	minutes := 0
	if m[2] != "" {
		if minutes, err = strconv.Atoi(m[2]); err != nil {
			return 0, false
		}
	}
	return Clock(hours*60 + minutes), true
}

// String returns the time as «09:00».
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// on returns the instant at which clocks in t's zone show c on a day: the day of t if
// days is 0, the next day if it is 1, and so on. If clocks show c twice that day, it is
// the first of the two instants; if they skip c, it is the instant of the jump.
func (c Clock) on(t time.Time, days int) time.Time {
	year, month, day := t.Date()
	wanted := time.Date(year, month, day+days, 0, int(c), 0, 0, time.UTC)
	got := time.Date(year, month, day+days, 0, int(c), 0, 0, t.Location())
	start, end := got.ZoneBounds()
	switch shown := shownAt(got); {
	case shown.After(wanted):
		return start
	case shown.Before(wanted):
		return end
	case start.IsZero():
		return got
	}
	_, offset := got.Zone()
	_, before := start.Add(-1).Zone()
	if first := got.Add(time.Duration(offset-before) * time.Second); first.Before(start) && before > offset {
		return first
	}
	return got
}

// shownAt returns the date and time of day that clocks show at t, as a time in UTC, so
// that two local times can be compared as they are written.
func shownAt(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
