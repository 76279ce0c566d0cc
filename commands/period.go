package commands

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/locale"
)

// period is a span of time from from up to, but without, to.
type period struct{ from, to time.Time }

// unasked is the number of days that the agenda covers if nobody asks for a time.
const unasked = 60

var (
	isoDay   = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	slashDay = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:/(\d{4}))?$`)
	dayOnly  = regexp.MustCompile(`^(\d{1,2})(?:er|st|nd|rd|th)?$`)
)

// cutPeriod removes the words for a time from the arguments s (semaine, mois,
// aujourd’hui, demain, a date, a month), and returns that time, in the zone of now, and
// the other words. «semaine» is the next seven days, and «mois» the time until the same
// day of the next month, both from today on. A day without a year is the next one of
// that date, and a month the next one of that name; both may be the present one.
// Without such words it returns the next unasked days, from today on, and s.
func cutPeriod(s string, now time.Time) (when period, rest string) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	words := strings.Fields(s)
	for i := range words {
		if p, n, ok := periodAt(words[i:], today); ok {
			return p, strings.Join(slices.Delete(words, i, i+n), " ")
		}
	}
	return period{today, today.AddDate(0, 0, unasked)}, s
}

// periodAt returns the period that the words at the start of words name, and n, the
// number of these words. ok is false if they name no period. words must not be empty.
// today is the midnight at which today begins.
func periodAt(words []string, today time.Time) (p period, n int, ok bool) {
	word := locale.Canonical(strings.ReplaceAll(words[0], "’", "'"))
	days := func(from, length int) (period, int, bool) {
		return period{today.AddDate(0, 0, from), today.AddDate(0, 0, from+length)}, 1, true
	}
	switch word {
	case "semaine":
		return days(0, 7)
	case "mois":
		return period{today, today.AddDate(0, 1, 0)}, 1, true
	case "aujourd'hui", "jour":
		return days(0, 1)
	case "demain":
		return days(1, 1)
	}
	if f := isoDay.FindStringSubmatch(word); f != nil {
		return oneDay(f[3], f[2], f[1], today, 1)
	}
	if f := slashDay.FindStringSubmatch(word); f != nil {
		return oneDay(f[1], f[2], f[3], today, 1)
	}
	if f := dayOnly.FindStringSubmatch(word); f != nil && len(words) > 1 {
		if m := locale.MonthNamed(words[1]); m > 0 {
			year := ""
			n := 2
			if len(words) > 2 && len(words[2]) == 4 {
				if _, err := strconv.Atoi(words[2]); err == nil {
					year, n = words[2], 3
				}
			}
			return oneDay(f[1], strconv.Itoa(m), year, today, n)
		}
	}
	if m := locale.MonthNamed(word); m > 0 {
		from := time.Date(today.Year(), time.Month(m), 1, 0, 0, 0, 0, today.Location())
		if !from.AddDate(0, 1, 0).After(today) {
			from = from.AddDate(1, 0, 0)
		}
		return period{from, from.AddDate(0, 1, 0)}, 1, true
	}
	return period{}, 0, false
}

// oneDay returns the period of the day that day, month and year give in digits. It also
// returns n, the number of words that the caller read for it, and true; it returns
// false if there is no such day. If year is empty, the day is the next one of that
// date, from today on.
func oneDay(day, month, year string, today time.Time, n int) (period, int, bool) {
	d, _ := strconv.Atoi(day)
	m, _ := strconv.Atoi(month)
	y, err := strconv.Atoi(year)
	if err != nil {
		y = today.Year()
	}
	from := time.Date(y, time.Month(m), d, 0, 0, 0, 0, today.Location())
	if from.Day() != d || int(from.Month()) != m {
		return period{}, 0, false
	}
	if year == "" && from.Before(today) {
		from = from.AddDate(1, 0, 0)
	}
	return period{from, from.AddDate(0, 0, 1)}, n, true
}
