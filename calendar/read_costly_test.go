package calendar

import (
	"strings"
	"testing"
	"time"
)

// costly are rules that take long to follow, or for ever.
var costly = map[string]string{
	"each second":                       "FREQ=SECONDLY",
	"each second, since long":           "FREQ=SECONDLY;COUNT=2000000000",
	"an hour that is never reached":     "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
	"a minute that is never reached":    "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=3",
	"a second that is never reached":    "FREQ=SECONDLY;INTERVAL=60;BYSECOND=3",
	"seconds of a day that never is":    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
	"a position that no second has":     "FREQ=SECONDLY;BYSETPOS=2",
	"days that never are":               "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
	"a weekday that is never reached":   "FREQ=DAILY;INTERVAL=7;BYDAY=SU",
	"years that never are":              "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
	"months that never are":             "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
	"a week that never is":              "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
	"a weekday's number beyond a month": "FREQ=MONTHLY;BYDAY=53MO",
	"a position that no month has":      "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366",
	"each second of some hours":         "FREQ=SECONDLY;BYHOUR=3,4,5",
	"days counted since long":           "FREQ=DAILY;BYDAY=MO,TU,WE;COUNT=100000000",
}

func costlyCalendar(rule string) []byte {
	return []byte(ics("{", "UID:a", "SUMMARY:x", "DTSTART:19960101T080000Z", "RRULE:"+rule, "}"))
}

func TestCostlyRulesEnd(t *testing.T) {
	for name, rule := range costly {
		t.Run(name, func(t *testing.T) {
			from, to := autumn()
			if n := len(list(costlyCalendar(rule), from, to)); n > maxOccurrences {
				t.Errorf("%d occurrences", n)
			}
		})
	}
	for rule, want := range map[string]string{ // from 1996-01-01 on
		"FREQ=SECONDLY;INTERVAL=970358400":            "2026-10-01T10:00",
		"FREQ=MINUTELY;INTERVAL=16172640":             "2026-10-01T10:00",
		"FREQ=DAILY;INTERVAL=11231":                   "2026-10-01T10:00",
		"FREQ=DAILY;INTERVAL=100200":                  "",
		"FREQ=SECONDLY;INTERVAL=9000000000":           "",
		"FREQ=YEARLY;INTERVAL=2147483647":             "",
		"FREQ=DAILY;INTERVAL=99999999999999999999999": "",
	} {
		from, to := autumn()
		if got := strings.Join(list(costlyCalendar(rule), from, to), " "); strings.TrimSuffix(got, "|x") != want {
			t.Errorf("%s: got %q, want %q", rule, got, want)
		}
	}
	from, to := autumn()
	if n := len(list(costlyCalendar("FREQ=SECONDLY"), from, to)); n != maxOccurrences {
		t.Errorf("each second: %d occurrences", n)
	}
}

func BenchmarkCostlyRules(b *testing.B) {
	for name, rule := range costly {
		b.Run(name, func(b *testing.B) {
			data := costlyCalendar(rule)
			from, to := autumn()
			for b.Loop() {
				list(data, from, to)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, rule := range costly {
		f.Add(costlyCalendar(rule))
	}
	f.Add([]byte(ics("BEGIN:VTIMEZONE", "TZID:Z", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
		"RRULE:FREQ=YEARLY;BYDAY=4SU;BYMONTH=10", "END:STANDARD", "END:VTIMEZONE", "{", "UID:a", "DTSTART;TZID=\"Z\":20261001T080000",
		"RRULE:FREQ=WEEKLY;BYDAY=MO", "EXDATE;VALUE=DATE:20261005", "RDATE;VALUE=PERIOD:20261006T080000Z/PT2H", "}",
		"{", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261012T080000Z", "DTSTART:20261013T080000Z", "DURATION:P1DT2H", "}")))
	f.Add([]byte(`[{"id":1,"title":"x","start_time":"2026-10-03T14:00:00.000+02:00"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read(data, paris)
		if err != nil {
			return
		}
		from, to := autumn()
		var last time.Time
		for _, e := range c.Between(from, to) {
			if e.Start.Before(from) || !e.Start.Before(to) || e.Start.Before(last) || e.End.Before(e.Start) {
				t.Fatalf("%+v is out of order, or of the window", e)
			}
			last = e.Start
		}
	})
}
