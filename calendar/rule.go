package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// The frequencies, the slowest first.
const (
	yearly   = rrule.YEARLY
	monthly  = rrule.MONTHLY
	weekly   = rrule.WEEKLY
	daily    = rrule.DAILY
	hourly   = rrule.HOURLY
	minutely = rrule.MINUTELY
	secondly = rrule.SECONDLY
)

var frequencies = map[string]rrule.Frequency{
	"YEARLY": yearly, "MONTHLY": monthly, "WEEKLY": weekly, "DAILY": daily,
	"HOURLY": hourly, "MINUTELY": minutely, "SECONDLY": secondly,
}

var weekdays = map[string]rrule.Weekday{
	"MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR, "SA": rrule.SA, "SU": rrule.SU,
}

// recurrence is a parsed RRULE. Its times are what clocks show, as if it were UTC.
type recurrence struct {
	options rrule.ROption // without its start and its end
	until   string        // as it was written; empty: without end
}

// parseRule reads an RRULE. Blanks, small letters and parts that nobody knows do
// no harm; a rule whose frequency or values make no sense returns false.
func parseRule(value string) (recurrence, bool) {
	r := recurrence{options: rrule.ROption{Interval: 1}}
	value = strings.ToUpper(strings.Join(strings.Fields(unescape(value)), ""))
	hasFrequency := false
	for part := range strings.SplitSeq(value, ";") {
		key, list, _ := strings.Cut(part, "=")
		ok := true
		o := &r.options
		switch key {
		case "FREQ":
			o.Freq, hasFrequency = frequencies[list]
		case "INTERVAL":
			o.Interval, ok = number(list)
			o.Interval = min(max(o.Interval, 1), maxInterval)
		case "COUNT":
			o.Count, ok = number(list)
			o.Count = max(o.Count, 0) // -1 and 0 mean that there is none
		case "UNTIL":
			r.until = list
		case "WKST":
			o.Wkst = weekdays[list]
		case "BYDAY":
			o.Byweekday, ok = days(list)
		case "BYMONTH":
			o.Bymonth, ok = numbers(list)
		case "BYMONTHDAY":
			o.Bymonthday, ok = numbers(list)
		case "BYYEARDAY":
			o.Byyearday, ok = numbers(list)
		case "BYWEEKNO":
			o.Byweekno, ok = numbers(list)
		case "BYSETPOS":
			o.Bysetpos, ok = numbers(list)
		case "BYHOUR":
			o.Byhour, ok = numbers(list)
		case "BYMINUTE":
			o.Byminute, ok = numbers(list)
		case "BYSECOND":
			o.Bysecond, ok = numbers(list)
		}
		if !ok {
			return recurrence{}, false
		}
	}
	// The library indexes a month's days by the number of a weekday.
	most := 53
	if r.options.Freq == monthly || len(r.options.Bymonth) > 0 {
		most = 5
	}
	r.options.Byweekday = slices.DeleteFunc(r.options.Byweekday, func(d rrule.Weekday) bool {
		return d.N() > most || d.N() < -most
	})
	return r, hasFrequency
}

// maxInterval bounds intervals: a longer one than any calendar has means once.
const maxInterval = 100_000

func number(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "+"))
	return n, err == nil
}

func numbers(list string) (all []int, ok bool) {
	for one := range strings.SplitSeq(list, ",") {
		if one == "" {
			continue
		}
		n, ok := number(one)
		if !ok || len(all) >= maxValues {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}

// maxValues bounds the values of one part of a rule: a day has 366 numbers.
const maxValues = 400

func days(list string) (all []rrule.Weekday, ok bool) {
	for one := range strings.SplitSeq(list, ",") {
		if one == "" {
			continue
		}
		if len(one) < 2 || len(all) >= maxValues {
			return nil, false
		}
		day, known := weekdays[one[len(one)-2:]]
		if !known {
			return nil, false
		}
		if nth := one[:len(one)-2]; nth != "" {
			n, ok := number(nth)
			if !ok {
				return nil, false
			}
			day = day.Nth(n)
		}
		all = append(all, day)
	}
	return all, true
}

// What one rule may cost, and all rules of a calendar together.
const (
	maxOccurrences = 1000
	maxSteps       = 50_000
	ruleTime       = 25 * time.Millisecond
	calendarTime   = 2 * time.Second
)

// budget is the time that the rules of one calendar may take together.
type budget struct{ ends time.Time }

func newBudget() *budget { return &budget{time.Now().Add(calendarTime)} }

func (b *budget) spent() bool { return time.Now().After(b.ends) }

// between returns the starts that the rule gives from the first one on, within
// [from, to], at most maxOccurrences. until is the last start that the rule
// allows; zero: it has no end. Where the rule gives nothing at all, or its cost
// is out of bounds before it gives anything, the first start stands alone.
func (r recurrence) between(first, until, from, to time.Time, b *budget) []time.Time {
	o := r.options
	o.Dtstart, o.Until = first, until
	if until.IsZero() {
		o.Until = to.AddDate(30, 0, 0)
	}
	if !until.IsZero() && until.Before(first) {
		return nil // the series was cut before its first occurrence
	}
	alone := within([]time.Time{first}, from, to)
	if !possible(&o) || b.spent() {
		return alone
	}
	if starts, any := iterate(forwarded(o, from), from, to); any {
		return starts
	}
	return alone
}

// iterate walks through the rule and returns what lies within [from, to]. any
// tells whether the rule gave anything. The library panics at some combinations.
func iterate(o rrule.ROption, from, to time.Time) (starts []time.Time, any bool) {
	defer func() { _ = recover() }()
	rule, err := rrule.NewRRule(o)
	if err != nil {
		return nil, false
	}
	next, ends := rule.Iterator(), time.Now().Add(ruleTime)
	for step := 0; step < maxSteps && len(starts) < maxOccurrences; step++ {
		if step%256 == 255 && time.Now().After(ends) {
			break
		}
		t, ok := next()
		if !ok {
			break
		}
		any = true
		if t.After(to) {
			break
		}
		if !t.Before(from) {
			starts = append(starts, t)
		}
	}
	return starts, any
}

func within(all []time.Time, from, to time.Time) []time.Time {
	return slices.DeleteFunc(all, func(t time.Time) bool { return t.Before(from) || t.After(to) })
}

// forwarded moves the start of a rule close to from, by a multiple of its
// interval, so that a rule that began long ago costs no more than another. A
// rule that counts is moved only when each interval gives exactly one start.
func forwarded(o rrule.ROption, from time.Time) rrule.ROption {
	step := int64(o.Interval)
	switch {
	case o.Freq == weekly:
		step *= 7 * 86400
	case o.Freq > weekly:
		step *= int64(unit(o.Freq))
	default:
		return o // some thousands of years cost little
	}
	plain := len(o.Bymonth)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byweekday)+
		len(o.Byhour)+len(o.Byminute)+len(o.Bysecond)+len(o.Bysetpos) == 0
	skip := (from.Unix()-o.Dtstart.Unix())/step - 2
	if skip <= 0 || o.Count > 0 && !plain {
		return o
	}
	if o.Count > 0 {
		skip = min(skip, int64(o.Count-1))
		o.Count -= int(skip)
	}
	o.Dtstart = time.Unix(o.Dtstart.Unix()+skip*step, 0).UTC()
	return o
}

// possible tells whether the library's search for the next start ends soon: it
// looks for a start until the year 9999, or for ever within a day whose hours are
// never reached. Positions that no set has are removed from the rule.
func possible(o *rrule.ROption) bool {
	return reachable(o) && hasPositions(o) && hasDays(o)
}

// unit is the length of an interval in seconds; of those that are a day or less.
func unit(f rrule.Frequency) int {
	return map[rrule.Frequency]int{daily: 86400, hourly: 3600, minutely: 60, secondly: 1}[f]
}

// reachable tells whether the steps of a rule within the day ever come upon its
// hours, minutes and seconds.
func reachable(o *rrule.ROption) bool {
	if o.Freq < hourly || len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) == 0 {
		return true
	}
	step := unit(o.Freq) * o.Interval % 86400
	at := o.Dtstart.Hour()*3600 + o.Dtstart.Minute()*60 + o.Dtstart.Second()
	has := func(list []int, n int) bool { return len(list) == 0 || slices.Contains(list, n) }
	for range 86400 / unit(o.Freq) {
		if has(o.Byhour, at/3600) &&
			(o.Freq < minutely || has(o.Byminute, at/60%60)) &&
			(o.Freq < secondly || has(o.Bysecond, at%60)) {
			return true
		}
		at = (at + step) % 86400
	}
	return false
}

// hasPositions removes the values of BYSETPOS that lie beyond the starts that one
// interval can have. It tells whether any is left.
func hasPositions(o *rrule.ROption) bool {
	if len(o.Bysetpos) == 0 {
		return true
	}
	size := map[rrule.Frequency]int{yearly: 366, monthly: 31, weekly: 7}[o.Freq]
	size = max(1, size)
	fewer := func(values, most int) {
		if values > 0 && o.Freq < daily {
			size = min(size, values*most)
		}
	}
	of := map[rrule.Frequency][3]int{yearly: {53, 12, 7}, monthly: {5, 1, 7}, weekly: {1, 1, 7}}[o.Freq]
	fewer(len(o.Byweekday), of[0])
	fewer(len(o.Bymonthday), of[1])
	fewer(len(o.Byweekno), of[2])
	if o.Freq < hourly {
		size *= max(1, len(o.Byhour))
	}
	if o.Freq < minutely {
		size *= max(1, len(o.Byminute))
	}
	if o.Freq < secondly {
		size *= max(1, len(o.Bysecond))
	}
	o.Bysetpos = slices.DeleteFunc(slices.Clone(o.Bysetpos), func(n int) bool { return n > size || n < -size })
	return len(o.Bysetpos) > 0
}

// hasDays tells whether any day passes the rule's filters. It looks through 28
// years, after which weekdays and dates meet again in the same way.
func hasDays(o *rrule.ROption) bool {
	if o.Freq >= daily && len(o.Byweekday) > 0 && unit(o.Freq)*o.Interval%(7*86400) == 0 {
		// It stays the first start's weekday for ever.
		if !slices.ContainsFunc(o.Byweekday, func(d rrule.Weekday) bool { return d.Day() == pythonDay(o.Dtstart) }) {
			return false
		}
	}
	if len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno) == 0 && (o.Freq != monthly || len(o.Bymonth) == 0) {
		return true
	}
	reached := [13]bool{}
	for i, m := 0, int(o.Dtstart.Month())-1; i < 12; i, m = i+1, (m+o.Interval)%12 {
		reached[m+1] = true
	}
	for day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
		if (o.Freq != monthly || reached[day.Month()]) && passes(o, day) {
			return true
		}
	}
	return false
}

// pythonDay is the number of a weekday as the library has it: Monday is 0.
func pythonDay(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

// passes tells whether a day passes the rule's filters, but for the numbers
// before weekdays, and for the numbers of weeks that begin on another day than
// Monday.
func passes(o *rrule.ROption, day time.Time) bool {
	has := func(list []int, n, fromEnd int) bool {
		return len(list) == 0 || slices.Contains(list, n) || slices.Contains(list, fromEnd)
	}
	year := 365
	if time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay() == 366 {
		year = 366
	}
	month := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	_, week := day.ISOWeek()
	negative := slices.ContainsFunc(o.Byweekno, func(n int) bool { return n < 0 })
	return has(o.Bymonth, int(day.Month()), 0) &&
		has(o.Bymonthday, day.Day(), day.Day()-month-1) &&
		has(o.Byyearday, day.YearDay(), day.YearDay()-year-1) &&
		(has(o.Byweekno, week, 0) || negative || o.Wkst.Day() != 0) &&
		(len(o.Byweekday) == 0 || slices.ContainsFunc(o.Byweekday, func(d rrule.Weekday) bool { return d.Day() == pythonDay(day) }))
}
