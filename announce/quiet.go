package announce

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/fr"
)

// Quiet is when immediate posts are held back. What has a time of its own is not.
type Quiet struct {
	Zone *time.Location
	// From and To are the night's; there is none if they are the same.
	From, To Clock
	Weekends bool
	Holidays bool // France's public holidays
}

// NewQuiet returns the quiet hours of rooms that choose no others: from 20:00
// to 08:00, weekends and public holidays.
func NewQuiet(zone *time.Location) Quiet {
	return Quiet{Zone: zone, From: 20 * 60, To: 8 * 60, Weekends: true, Holidays: true}
}

// Until tells whether it is quiet now, and if so until when.
func (q Quiet) Until(now time.Time) (time.Time, bool) {
	t := now
	for range 100 { // more than any run of nights and holidays
		end, quiet := q.until(t.In(q.Zone))
		if !quiet {
			break
		}
		t = end
	}
	return t, t.After(now)
}

// until is the end of one of the reasons why t is quiet.
func (q Quiet) until(t time.Time) (end time.Time, quiet bool) {
	if q.Weekends && cal.IsWeekend(t) || q.Holidays && isHoliday(t) {
		return Clock(0).on(t, 1), true
	}
	if q.From == q.To {
		return t, false
	}
	length := 0 // in days
	if q.To < q.From {
		length = 1
	}
	for _, evening := range []int{-length, 0} {
		end := q.To.on(t, evening+length)
		if !t.Before(q.From.on(t, evening)) && t.Before(end) {
			return end, true
		}
	}
	return t, false
}

var france = cal.Calendar{Holidays: fr.Holidays}

func isHoliday(t time.Time) bool {
	holiday, _, _ := france.IsHoliday(t)
	return holiday
}
