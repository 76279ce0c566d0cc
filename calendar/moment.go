package calendar

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// moment is a date, or a date and a time of day, as a calendar writes it: the local
// time with its zone.
type moment struct {
	wall     time.Time // the local time in zone, as if it were UTC
	date     bool      // a whole day
	zone     *time.Location
	floating bool // the calendar gives no zone
}

// instant returns the point in time of the moment. For a date without a time, it is
// the start of the day in local.
func (m moment) instant(local *time.Location) time.Time {
	if m.date {
		return instantOf(m.wall, local)
	}
	return instantOf(m.wall, m.zone)
}

// instantOf returns the point in time at which clocks in the zone show wall. If clocks
// show wall twice, the result is the first of the two points in time. If they skip
// wall, it uses the offset before the change (RFC 5545, 3.3.5).
func instantOf(wall time.Time, zone *time.Location) time.Time {
	unix := wall.Unix()
	_, before := time.Unix(unix-24*3600, 0).In(zone).Zone()
	_, after := time.Unix(unix+24*3600, 0).In(zone).Zone()
	// The greater offset gives the earlier instant.
	for _, offset := range []int{max(before, after), min(before, after)} {
		t := time.Unix(unix-int64(offset), 0).In(zone)
		if _, shown := t.Zone(); shown == offset {
			return t
		}
	}
	return time.Unix(unix-int64(before), 0).In(zone)
}

// wallOf returns the date and time that clocks in the zone show at t, as a time in
// UTC, so that local times can be computed with.
func wallOf(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

var errMoment = errors.New("no date")

var momentForm = regexp.MustCompile(
	`(?i)^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]\s*(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$`)

// parseMoment parses value, a DATE or a DATE-TIME, in the forms of RFC 5545 and in
// variants with separators, without seconds or with an offset. params are the
// parameters of the value's property, such as TZID. z finds the time zone that TZID
// names, and gives the zone for a value without one. The error is errMoment.
func parseMoment(value string, params map[string]string, z *zones) (moment, error) {
	f := momentForm.FindStringSubmatch(strings.TrimSpace(value))
	if f == nil {
		return moment{}, errMoment
	}
	var n [7]int
	for i := 1; i <= 6; i++ {
		n[i], _ = strconv.Atoi(f[i]) // digits, or an empty string
	}
	wall := time.Date(n[1], time.Month(n[2]), n[3], 0, 0, 0, 0, time.UTC)
	if n[1] == 0 || wall.Day() != n[3] || int(wall.Month()) != n[2] || n[4] > 24 || n[5] > 59 || n[6] > 60 || n[4] == 24 && n[5]+n[6] > 0 {
		return moment{}, errMoment
	}
	zone, hasZone := params["TZID"]
	if f[4] == "" || strings.EqualFold(params["VALUE"], "DATE") {
		if hasZone && zone != "" {
			// RFC 5545 forbids a zone on a date; calendars with one mean midnight in
			// that zone.
			return moment{wall: wall, zone: z.named(zone)}, nil
		}
		return moment{wall: wall, date: true, zone: z.resting}, nil
	}
	wall = wall.Add(time.Duration(n[4])*time.Hour + time.Duration(n[5])*time.Minute + time.Duration(min(n[6], 59))*time.Second)
	switch {
	case strings.EqualFold(f[7], "Z"):
		return moment{wall: wall, zone: time.UTC}, nil
	case f[7] != "":
		seconds, _ := parseOffset(f[7])
		return moment{wall: wall.Add(-time.Duration(seconds) * time.Second), zone: time.UTC}, nil
	case hasZone && zone != "":
		return moment{wall: wall, zone: z.named(zone)}, nil
	}
	return moment{wall: wall, zone: z.resting, floating: true}, nil
}

// length is the duration of an event (DURATION in iCalendar): whole days, which keep
// the time of day across clock changes, and an exact part.
type length struct {
	days  int
	exact time.Duration
}

func (l length) positive() bool { return l.days > 0 || l.exact > 0 }

// after returns the moment at which an event of this length ends that starts at m. The
// end of a date is a date: parts of a day do not count.
func (l length) after(m moment) moment {
	m.wall = m.wall.AddDate(0, 0, l.days)
	if m.date {
		m.wall = m.wall.Add(l.exact.Truncate(24 * time.Hour))
		return m
	}
	m.wall = wallOf(instantOf(m.wall, m.zone).Add(l.exact), m.zone)
	return m
}

var lengthForm = regexp.MustCompile(
	`(?i)^([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T?(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$`)

// parseLength parses an iCalendar DURATION, such as PT1H30M. A negative duration
// counts as zero; false means that the value is no duration.
func parseLength(value string) (length, bool) {
	f := lengthForm.FindStringSubmatch(strings.TrimSpace(value))
	if f == nil {
		return length{}, false
	}
	if f[1] == "-" {
		return length{}, true
	}
	var n [7]int
	for i := 2; i <= 6; i++ {
		n[i], _ = strconv.Atoi(f[i])
	}
	return length{
		days:  7*n[2] + n[3],
		exact: time.Duration(n[4])*time.Hour + time.Duration(n[5])*time.Minute + time.Duration(n[6])*time.Second,
	}, true
}

// period is a value of RDATE, an extra date of a recurring event: its start, and its
// end if the value gives one.
type period struct {
	start moment
	end   *moment
}

// parsePeriods parses the values of p, an RDATE or EXDATE property (extra and excluded
// dates of a recurring event), with the zones z. It leaves out invalid values.
func parsePeriods(p property, z *zones) []period {
	var all []period
	for value := range strings.SplitSeq(p.value, ",") {
		value, until, hasEnd := strings.Cut(value, "/")
		start, err := parseMoment(value, p.params, z)
		if err != nil {
			continue
		}
		one := period{start: start}
		if l, ok := parseLength(until); ok && hasEnd {
			end := l.after(start)
			one.end = &end
		} else if end, err := parseMoment(until, p.params, z); err == nil && hasEnd {
			one.end = &end
		}
		all = append(all, one)
	}
	return all
}
