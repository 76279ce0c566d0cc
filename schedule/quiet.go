package schedule

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/fr"

	"heraut/text"
)

// Quiet is the time during which immediate posts wait. Digests ignore quiet hours.
type Quiet struct {
	Zone *time.Location
	// From and To delimit the night; equal values mean no night.
	From, To Clock
	Weekends bool
	Holidays bool // France's public holidays
}

// NewQuiet returns the default quiet hours of rooms: from 20:00 to 08:00, weekends and
// public holidays.
func NewQuiet(zone *time.Location) Quiet {
	return Quiet{Zone: zone, From: 20 * 60, To: 8 * 60, Weekends: true, Holidays: true}
}

// ErrQuiet is the error for a text that does not parse as quiet hours.
var ErrQuiet = errors.New("not quiet hours")

// The names of the parts of quiet hours, folded; the first of each is canonical.
var (
	quietNever    = []string{"aucun", "aucune", "rien", "none", "never"}
	quietWeekends = []string{"weekends", "weekend", "week-ends", "week-end"}
	quietHolidays = []string{"feries", "ferie", "holidays", "holiday"}
)

// ParseQuiet parses «20:00-08:00 weekends feries», any part of it, and «aucun», in any
// case, with or without accents, in French or English. The error is ErrQuiet.
func ParseQuiet(typed string, zone *time.Location) (Quiet, error) {
	q := Quiet{Zone: zone}
	words := strings.Fields(text.Fold(typed))
	if len(words) == 0 {
		return q, ErrQuiet
	}
	if len(words) == 1 && slices.Contains(quietNever, words[0]) {
		return q, nil
	}
	for _, word := range words {
		from, to, night := ParseNight(word)
		switch {
		case slices.Contains(quietWeekends, word) && !q.Weekends:
			q.Weekends = true
		case slices.Contains(quietHolidays, word) && !q.Holidays:
			q.Holidays = true
		case night && from != to && q.From == q.To:
			q.From, q.To = from, to
		default:
			return Quiet{Zone: zone}, ErrQuiet
		}
	}
	return q, nil
}

// ParseNight parses the hours of a night, for example «20:00-08:00»; the empty text
// means no night.
func ParseNight(typed string) (from, to Clock, ok bool) {
	if typed == "" {
		return 0, 0, true
	}
	evening, morning, _ := strings.Cut(typed, "-")
	if from, ok = parseClock(strings.TrimSpace(evening)); ok {
		to, ok = parseClock(strings.TrimSpace(morning))
	}
	return from, to, ok
}

// String returns the quiet hours in canonical form, which ParseQuiet accepts.
func (q Quiet) String() string {
	var words []string
	if q.From != q.To {
		words = append(words, q.From.String()+"-"+q.To.String())
	}
	if q.Weekends {
		words = append(words, quietWeekends[0])
	}
	if q.Holidays {
		words = append(words, quietHolidays[0])
	}
	if words == nil {
		return quietNever[0]
	}
	return strings.Join(words, " ")
}

// Until reports whether now is in quiet hours, and returns their end.
func (q Quiet) Until(now time.Time) (time.Time, bool) {
	t := now
	for range 100 { // longer than any run of nights and holidays
		end, quiet := q.until(t.In(q.Zone))
		if !quiet {
			break
		}
		t = end
	}
	return t, t.After(now)
}

// until returns the end of one of the reasons for quiet at t.
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

// longestCalm bounds the search of Begins, in days: no two holidays are further apart.
const longestCalm = 366

// Begins returns the start of the next quiet hours after t, which must not be in quiet
// hours itself; zero if there are none.
func (q Quiet) Begins(t time.Time) time.Time {
	local := t.In(q.Zone)
	var evening time.Time
	days := longestCalm
	if q.From != q.To {
		if evening = q.From.on(local, 0); !evening.After(t) {
			evening = q.From.on(local, 1)
		}
		days = 1
	}
	if q.Weekends {
		days = min(days, 7)
	}
	if q.Weekends || q.Holidays {
		for day := 1; day <= days; day++ {
			midnight := Clock(0).on(local, day)
			if !evening.IsZero() && !midnight.Before(evening) {
				break
			}
			if q.Weekends && cal.IsWeekend(midnight) || q.Holidays && isHoliday(midnight) {
				return midnight
			}
		}
	}
	return evening
}

var france = cal.Calendar{Holidays: fr.Holidays}

func isHoliday(t time.Time) bool {
	holiday, _, _ := france.IsHoliday(t)
	return holiday
}
