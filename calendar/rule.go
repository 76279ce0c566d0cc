package calendar

import (
	"math"
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

// recurrence is a parsed repetition rule (RRULE), such as every second Monday. Its
// times are local times written as UTC.
type recurrence struct {
	options rrule.ROption // without its start and its end
	until   string        // raw; empty: without end
}

// parseRule parses a repetition rule (RRULE), with blanks, lower case and unknown parts
// tolerated. It returns false for a missing or invalid frequency and for an invalid
// value. A rule with an interval beyond maxInterval has its first start only.
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
			o.Interval = max(o.Interval, 1)
		case "COUNT":
			o.Count, ok = number(list)
			o.Count = max(o.Count, 0) // -1 and 0 mean no COUNT
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
	if r.options.Interval > maxInterval {
		r.options.Interval, r.options.Count = 1, 1
	}
	// The library uses the number of a weekday as an index into the days of a month.
	most := 53
	if r.options.Freq == monthly || len(r.options.Bymonth) > 0 {
		most = 5
	}
	r.options.Byweekday = slices.DeleteFunc(r.options.Byweekday, func(d rrule.Weekday) bool {
		return d.N() > most || d.N() < -most
	})
	return r, hasFrequency
}

// maxInterval is the largest interval, in the unit of its rule: 68 years in seconds. A
// rule with a longer one has its first start only.
const maxInterval = math.MaxInt32

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

// maxValues bounds the number of values in one part of a rule: a year has 366 days.
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

// The costs allowed for one rule, and for all rules of a calendar together.
const (
	maxOccurrences = 1000
	maxSteps       = 50_000
	ruleTime       = 25 * time.Millisecond
	calendarTime   = 2 * time.Second
)

// budget is the limit of the time spent on the repetition rules of one calendar: once
// ends has passed, no rule is computed any more.
type budget struct{ ends time.Time }

func newBudget() *budget { return &budget{time.Now().Add(calendarTime)} }

func (b *budget) spent() bool { return time.Now().After(b.ends) }

// between returns the starts of the rule from first on, within [from, to], at most
// maxOccurrences. until is the last allowed start; zero means that there is no last
// one. If the rule gives no start, or the budget b is spent already, first is the only
// start, provided that it is within [from, to]. If until is before first, there is no
// start.
func (r recurrence) between(first, until, from, to time.Time, b *budget) []time.Time {
	o := r.options
	o.Dtstart, o.Until = first, until
	if until.IsZero() {
		o.Until = to.AddDate(30, 0, 0)
	}
	if !until.IsZero() && until.Before(first) {
		return nil // the series ended before its first occurrence
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

// iterate returns the starts within [from, to] that a repetition rule gives, as far as
// maxOccurrences, maxSteps and ruleTime allow. any reports whether the rule gives a
// start at any time; false if it is invalid. iterate recovers from panics of the
// library, which some rules cause, and then returns the starts found before.
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

// forwarded returns the rule o with its start moved close to from, by a multiple of its
// interval, so that an old rule costs no more than a new one. A rule with COUNT is
// moved only when each interval has exactly one start, and its COUNT shrinks. Monthly
// and yearly rules come back as they are.
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

// possible reports whether the rrule library can find a next start for the rule in
// reasonable time: for impossible rules it would search until the year 9999, or for
// ever. possible also removes from o positions (BYSETPOS) that no interval of the rule
// has.
func possible(o *rrule.ROption) bool {
	return reachable(o) && hasPositions(o) && hasDays(o)
}

// unit returns the length of the frequency f in seconds, for frequencies of a day or
// less; 0 for slower ones.
func unit(f rrule.Frequency) int {
	return map[rrule.Frequency]int{daily: 86400, hourly: 3600, minutely: 60, secondly: 1}[f]
}

// reachable reports whether a rule that repeats several times a day ever reaches the
// hours, minutes and seconds that it names. A rule of every 2 hours from midnight, for
// example, never reaches 9:00. The result is true for a rule that repeats once a day or
// less often.
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

// hasPositions removes from the rule o each value of BYSETPOS (the positions among the
// starts in one interval) that no interval has. It reports whether a value is left;
// true for a rule without BYSETPOS.
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

// hasDays reports whether any day fits the rule's conditions on months and days; 30
// February never does. It tries 28 years, after which the calendar repeats.
func hasDays(o *rrule.ROption) bool {
	if o.Freq >= daily && len(o.Byweekday) > 0 && unit(o.Freq)*o.Interval%(7*86400) == 0 {
		// All starts have the weekday of the first one.
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

// pythonDay returns the weekday of t as the rrule library counts: Monday is 0.
func pythonDay(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

// passes reports whether a day fits the conditions of the rule o on months, weeks and
// days. It ignores the ordinal in conditions such as «second Monday», and week numbers
// that count from the end of the year or where weeks do not begin on Monday.
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
