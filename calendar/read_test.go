package calendar

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// ics returns a calendar with these lines; braces enclose the lines of an event.
func ics(lines ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for _, line := range lines {
		line = strings.NewReplacer("{", "BEGIN:VEVENT", "}", "END:VEVENT").Replace(line)
		b.WriteString(line + "\r\n")
	}
	return b.String() + "END:VCALENDAR\r\n"
}

// autumn is the window of these tests: the last four months of 2026.
func autumn() (from, to time.Time) {
	return time.Date(2026, 9, 1, 0, 0, 0, 0, paris), time.Date(2027, 1, 1, 0, 0, 0, 0, paris)
}

func TestEvents(t *testing.T) {
	const summary = "SUMMARY:x"
	for name, test := range map[string]struct {
		lines string // separated by |
		want  string // separated by blanks
	}{
		"UTC":                               {"{|DTSTART:20261001T080000Z|}", "2026-10-01T10:00"},
		"a zone":                            {"{|DTSTART;TZID=America/New_York:20261001T080000|}", "2026-10-01T14:00"},
		"a date":                            {"{|DTSTART;VALUE=DATE:20261001|}", "2026-10-01"},
		"a date that does not say so":       {"{|DTSTART:20261001|}", "2026-10-01"},
		"a date with a zone":                {"{|DTSTART;TZID=Europe/Paris;VALUE=DATE:20261001|}", "2026-10-01T00:00"},
		"no zone":                           {"{|DTSTART:20261001T080000|}", "2026-10-01T08:00"},
		"the calendar's zone":               {"X-WR-TIMEZONE:America/Montreal|{|DTSTART:20261001T080000|}", "2026-10-01T14:00"},
		"an offset":                         {"{|DTSTART:20261001T080000+0200|}", "2026-10-01T08:00"},
		"separators":                        {"{|DTSTART:2026-10-01T08:00:00Z|}", "2026-10-01T10:00"},
		"no seconds":                        {"{|DTSTART;TZID=Europe/Paris:20261001T0800|}", "2026-10-01T08:00"},
		"24 h":                              {"{|DTSTART;TZID=Europe/Paris:20261001T240000|}", "2026-10-02T00:00"},
		"no such day":                       {"{|DTSTART:20260931T080000Z|}|{|DTSTART:20261001T080000Z|}", "2026-10-01T10:00"},
		"the hour that comes twice":         {"{|DTSTART;TZID=Europe/Paris:20261025T023000|}", "2026-10-25T02:30"},
		"a Windows zone":                    {"{|DTSTART;TZID=Romance Standard Time:20261001T080000|}", "2026-10-01T08:00"},
		"a Windows zone in summer":          {"{|DTSTART;TZID=Eastern Daylight Time:20261001T080000|}", "2026-10-01T14:00"},
		"a zone as Windows shows it":        {`{|DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20261001T080000|}`, "2026-10-01T14:00"},
		"the same without quotes":           {`{|DTSTART;TZID=(UTC-05:00) Eastern Time (US & Canada):20261001T080000|}`, "2026-10-01T14:00"},
		"a zone as Windows shows it here":   {`{|DTSTART;TZID="(UTC+00:00) Dublin, Édimbourg, Lisbonne, Londres":20261001T080000|}`, "2026-10-01T09:00"},
		"Exchange's UTC":                    {`{|DTSTART;TZID="tzone://Microsoft/Utc":20261001T080000|}`, "2026-10-01T10:00"},
		"a zone with a prefix":              {"{|DTSTART;TZID=/citadel.org/20210210_1/America/New_York:20261001T080000|}", "2026-10-01T14:00"},
		"a zone in small letters":           {"{|DTSTART;TZID=america/new_york:20261001T080000|}", "2026-10-01T14:00"},
		"a zone that is an offset":          {"{|DTSTART;TZID=GMT-0400:20261001T080000|}", "2026-10-01T14:00"},
		"an unknown zone":                   {"{|DTSTART;TZID=Zone à moi:20261001T080000|}", "2026-10-01T08:00"},
		"Apple's zone of an event":          {"{|TZID:America/New_York|DTSTART:20261001T080000|}|{|DTSTART:20261002T080000|}", "2026-10-01T14:00 2026-10-02T08:00"},
		"an unknown zone beside Apple's":    {"{|TZID:America/New_York|DTSTART;TZID=Zone à moi:20261001T080000|}|{|DTSTART;TZID=Zone à moi:20261002T080000|}", "2026-10-01T14:00 2026-10-02T08:00"},
		"Local is no zone":                  {"{|DTSTART;TZID=Local:20261001T080000|}", "2026-10-01T08:00"},
		"a quote that closes too late":      {`{|DTSTART;TZID="Romance Standard Time:20261001T080000"|}`, "2026-10-01T08:00"},
		"METHOD:CANCEL":                     {"METHOD:CANCEL|{|DTSTART:20261001T080000Z|}", ""},
		"STATUS:CANCELLED":                  {"{|DTSTART:20261001T080000Z|STATUS:CANCELLED|}", ""},
		"no start":                          {"{|}", ""},
		"an alarm":                          {"{|DTSTART:20261001T080000Z|BEGIN:VALARM|DTSTART:20270101T080000Z|END:VALARM|}", "2026-10-01T10:00"},
		"an event that does not end":        {"{|DTSTART:20261001T080000Z|{|DTSTART:20261002T080000Z|}", "2026-10-01T10:00 2026-10-02T10:00"},
		"a stray line":                      {"{|DTSTART:20261001T080000Z|}|X", "2026-10-01T10:00"},
		"the same event twice":              {"{|UID:a|DTSTART:20261001T080000Z|}|{|UID:b|DTSTART:20261001T080000Z|}", "2026-10-01T10:00"},
		"a later version":                   {"{|UID:a|DTSTART:20261001T080000Z|SEQUENCE:2|}|{|UID:a|DTSTART:20261002T080000Z|}", "2026-10-01T10:00"},
		"one UID for two events":            {"{|UID:a|DTSTART:20261001T080000Z|}|{|UID:a|DTSTART:20261002T080000Z|}", "2026-10-01T10:00 2026-10-02T10:00"},
		"weeks over a change of clocks":     {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=2|}", "2026-10-19T10:00 2026-10-26T10:00"},
		"weeks in UTC":                      {"{|DTSTART:20261019T080000Z|RRULE:FREQ=WEEKLY;COUNT=2|}", "2026-10-19T10:00 2026-10-26T09:00"},
		"until the last, in UTC":            {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;UNTIL=20261026T090000Z|}", "2026-10-19T10:00 2026-10-26T10:00"},
		"until a day":                       {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;UNTIL=20261026|}", "2026-10-19T10:00 2026-10-26T10:00"},
		"days until an instant":             {"{|DTSTART;VALUE=DATE:20261019|RRULE:FREQ=WEEKLY;UNTIL=20261025T230000Z|}", "2026-10-19 2026-10-26"},
		"a rule with blanks":                {"{|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY; COUNT=5; BYDAY=MO, WE|}", "2026-10-19T10:00 2026-10-21T10:00 2026-10-26T09:00 2026-10-28T09:00 2026-11-02T09:00"},
		"a rule that is none":               {"{|DTSTART:20261019T080000Z|RRULE:FREQ=OFTEN|}", "2026-10-19T10:00"},
		"EXDATE":                            {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE;TZID=Europe/Paris:20261026T100000|}", "2026-10-19T10:00"},
		"EXDATE in another zone":            {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE;TZID=Asia/Tokyo:20261026T180000|}", "2026-10-19T10:00"},
		"EXDATE at another time":            {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE;TZID=Europe/Paris:20261026T110000|}", "2026-10-19T10:00 2026-10-26T10:00"},
		"EXDATE as a day":                   {"{|DTSTART;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE;VALUE=DATE:20261026|}", "2026-10-19T10:00"},
		"EXDATE without a zone":             {"{|DTSTART;TZID=America/New_York:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE:20261026T100000|}", "2026-10-19T16:00"},
		"EXDATE of a day at midnight":       {"{|DTSTART;VALUE=DATE:20261019|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE:20261026T000000Z|}", "2026-10-19"},
		"EXDATE of a day, midnight in UTC":  {"{|DTSTART;VALUE=DATE:20261019|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE:20261025T230000Z|}", "2026-10-19"},
		"EXDATEs":                           {"{|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20261019T080000Z,20261020T080000Z|}", "2026-10-21T10:00"},
		"EXRULE":                            {"{|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=4|EXRULE:FREQ=DAILY;INTERVAL=2|}", "2026-10-20T10:00 2026-10-22T10:00"},
		"RDATE":                             {"{|DTSTART:20261019T080000Z|RDATE:20261020T090000Z,20261019T080000Z|}", "2026-10-19T10:00 2026-10-20T11:00"},
		"RDATE as a day":                    {"{|DTSTART:20261019T080000Z|RDATE;VALUE=DATE:20261020|}", "2026-10-19T10:00 2026-10-20T10:00"},
		"an override":                       {"{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=2|}|{|UID:a|RECURRENCE-ID:20261020T080000Z|DTSTART:20261022T080000Z|}", "2026-10-19T10:00 2026-10-22T10:00"},
		"an override as a day":              {"{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=2|}|{|UID:a|RECURRENCE-ID;VALUE=DATE:20261020|DTSTART:20261022T080000Z|}", "2026-10-19T10:00 2026-10-22T10:00"},
		"an override that comes first":      {"{|UID:a|RECURRENCE-ID:20261020T080000Z|DTSTART:20261022T080000Z|}|{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=2|}", "2026-10-19T10:00 2026-10-22T10:00"},
		"an override by itself":             {"{|UID:a|RECURRENCE-ID:20261020T080000Z|DTSTART:20261022T080000Z|}", "2026-10-22T10:00"},
		"an override that cancels":          {"{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=2|}|{|UID:a|RECURRENCE-ID:20261020T080000Z|DTSTART:20261020T080000Z|STATUS:CANCELLED|}", "2026-10-19T10:00"},
		"an override that was deleted":      {"{|UID:a|SEQUENCE:2|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=2|EXDATE:20261020T080000Z|}|{|UID:a|SEQUENCE:1|RECURRENCE-ID:20261020T080000Z|DTSTART:20261022T080000Z|}", "2026-10-19T10:00"},
		"an override of what is excluded":   {"{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=2|EXDATE:20261020T080000Z|}|{|UID:a|RECURRENCE-ID:20261020T080000Z|DTSTART:20261022T080000Z|}", "2026-10-19T10:00 2026-10-22T10:00"},
		"an override of all that follow":    {"{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=4|}|{|UID:a|RECURRENCE-ID;RANGE=THISANDFUTURE:20261021T080000Z|DTSTART:20261021T090000Z|}", "2026-10-19T10:00 2026-10-20T10:00 2026-10-21T11:00 2026-10-22T11:00"},
		"one of them, changed again":        {"{|UID:a|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=3|}|{|UID:a|RECURRENCE-ID;RANGE=THISANDFUTURE:20261020T080000Z|DTSTART:20261020T090000Z|}|{|UID:a|RECURRENCE-ID:20261021T080000Z|DTSTART:20261023T080000Z|}", "2026-10-19T10:00 2026-10-20T11:00 2026-10-23T10:00"},
		"an override of what is no more":    {"{|UID:a|SEQUENCE:2|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;UNTIL=20261020|}|{|UID:a|SEQUENCE:1|RECURRENCE-ID:20261023T080000Z|DTSTART:20261023T090000Z|}", "2026-10-19T10:00 2026-10-20T10:00"},
		"a count that is none":              {"{|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;COUNT=-1;UNTIL=20261020|}", "2026-10-19T10:00 2026-10-20T10:00"},
		"an end before the start":           {"{|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;UNTIL=20261018|}", ""},
		"30 February":                       {"{|DTSTART:20260930T080000Z|RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30|}", "2026-09-30T10:00"},
		"a day that the rule does not give": {"{|DTSTART:20261019T080000Z|RRULE:FREQ=DAILY;BYDAY=TU;COUNT=1|}", "2026-10-20T10:00"},
		"a count from long ago":             {"{|DTSTART:20161019T080000Z|RRULE:FREQ=DAILY;COUNT=3653|}", dailyUntil(19)},
		"each month's last day":             {"{|DTSTART:19960131T080000Z|RRULE:FREQ=MONTHLY;BYMONTHDAY=-1|}", "2026-09-30T10:00 2026-10-31T09:00 2026-11-30T09:00 2026-12-31T09:00"},
		"each eighth week since 1996":       {"{|DTSTART;TZID=Europe/Paris:19960101T100000|RRULE:FREQ=WEEKLY;INTERVAL=8;BYDAY=MO,FR|}", "2026-09-04T10:00 2026-10-26T10:00 2026-10-30T10:00 2026-12-21T10:00 2026-12-25T10:00"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			lines := strings.Split(test.lines, "|")
			for i := len(lines) - 1; i >= 0; i-- {
				if lines[i] == "{" {
					lines = slices.Insert(lines, i+1, summary)
				}
			}
			from, to := autumn()
			for _, line := range list([]byte(ics(lines...)), from, to) {
				got = append(got, strings.TrimSuffix(line, "|x"))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), test.want)
			}
		})
	}
}

// dailyUntil lists the days from 1 September to that day of October, at 8:00 UTC.
func dailyUntil(day int) string {
	var all []string
	for d := time.Date(2026, 9, 1, 10, 0, 0, 0, paris); !d.After(time.Date(2026, 10, day, 10, 0, 0, 0, paris)); d = d.AddDate(0, 0, 1) {
		all = append(all, d.Format("2006-01-02T15:04"))
	}
	return strings.Join(all, " ")
}

// A zone defined in the calendar wins over any other meaning of its name.
func TestOwnZone(t *testing.T) {
	zone := []string{
		"BEGIN:VTIMEZONE", "TZID:Custom", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
		"RRULE:FREQ=YEARLY;BYDAY=4SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000",
		"TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
		"{", "SUMMARY:x", "DTSTART;TZID=Custom:20261024T120000", "RRULE:FREQ=DAILY;COUNT=3", "}",
	}
	from, to := autumn()
	got := strings.Join(list([]byte(ics(zone...)), from, to), " ")
	if want := "2026-10-24T12:00|x 2026-10-25T12:00|x 2026-10-26T12:00|x"; got != want {
		t.Errorf("got %s", got)
	}
	// A rule for the first Sunday of November makes summer time a week longer there.
	later := strings.Replace(ics(zone...), "BYDAY=4SU;BYMONTH=10", "BYDAY=1SU;BYMONTH=11", 1)
	got = strings.Join(list([]byte(later), from, to), " ")
	if want := "2026-10-24T12:00|x 2026-10-25T11:00|x 2026-10-26T11:00|x"; got != want {
		t.Errorf("with a later change: got %s", got)
	}
}

func TestEnds(t *testing.T) {
	for name, test := range map[string]struct{ lines, want string }{
		"an end":                           {"DTSTART:20261001T080000Z|DTEND:20261001T093000Z", "2026-10-01T11:30:00+02:00"},
		"none":                             {"DTSTART:20261001T080000Z", "2026-10-01T10:00:00+02:00"},
		"before the start":                 {"DTSTART:20261001T080000Z|DTEND:20261001T073000Z", "2026-10-01T10:00:00+02:00"},
		"a length, and an end too early":   {"DTSTART:20261001T080000Z|DTEND:20261001T080000Z|DURATION:PT1H", "2026-10-01T11:00:00+02:00"},
		"days, and an end too early":       {"DTSTART;VALUE=DATE:20261130|DTEND;VALUE=DATE:20261130|DURATION:P2D", "2026-12-02T00:00:00+01:00"},
		"a length, and an end after it":    {"DTSTART:20261001T080000Z|DTEND:20261001T093000Z|DURATION:PT1H", "2026-10-01T11:30:00+02:00"},
		"a length over a change of clocks": {"DTSTART;TZID=Europe/Paris:20261024T220000|DURATION:PT8H", "2026-10-25T05:00:00+01:00"},
		"a day over a change of clocks":    {"DTSTART;TZID=Europe/Paris:20261024T220000|DURATION:P1D", "2026-10-25T22:00:00+01:00"},
		"a negative length":                {"DTSTART:20261001T080000Z|DURATION:-PT1H", "2026-10-01T10:00:00+02:00"},
		"a day":                            {"DTSTART;VALUE=DATE:20261024", "2026-10-25T00:00:00+02:00"},
		"days":                             {"DTSTART;VALUE=DATE:20261024|DTEND;VALUE=DATE:20261027", "2026-10-27T00:00:00+01:00"},
		"two days by their length":         {"DTSTART;VALUE=DATE:20261130|DURATION:P2D", "2026-12-02T00:00:00+01:00"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Read([]byte(ics(append(append([]string{"{"}, strings.Split(test.lines, "|")...), "}")...)), paris)
			if err != nil {
				t.Fatal(err)
			}
			events := c.Between(autumn())
			if len(events) != 1 || events[0].End.Format(time.RFC3339) != test.want {
				t.Errorf("got %v, want an end at %s", events, test.want)
			}
		})
	}
}

func TestBytes(t *testing.T) {
	plain := ics("{", "SUMMARY:Fête", "DTSTART:20261001T080000Z", "}")
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(plain)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, data := range map[string]string{
		"CR LF":                     plain,
		"LF":                        strings.ReplaceAll(plain, "\r\n", "\n"),
		"CR":                        strings.ReplaceAll(plain, "\r\n", "\r"),
		"a byte order mark":         "\xEF\xBB\xBF" + plain,
		"UTF-16":                    string(wide),
		"Windows-1252":              strings.ReplaceAll(plain, "ê", "\xEA"),
		"a fold":                    strings.ReplaceAll(plain, "Fê", "F\r\n ê"),
		"a fold with a tab":         strings.ReplaceAll(plain, "Fê", "F\n\tê"),
		"a fold within a character": strings.ReplaceAll(plain, "ê", "\xC3\r\n \xAA"),
		"a fold after a blank line": strings.ReplaceAll(plain, "SUMMARY:", "SUMMARY\r\n\r\n :"),
		"small letters":             strings.ReplaceAll(strings.ReplaceAll(plain, "SUMMARY", "summary"), "BEGIN:VEVENT", "begin:vevent"),
		"blanks before":             "\r\n \r\n" + plain,
		"two calendars":             ics() + plain,
		"a property with a group":   strings.ReplaceAll(plain, "SUMMARY", "item1.SUMMARY"),
	} {
		t.Run(name, func(t *testing.T) {
			from, to := autumn()
			if got := list([]byte(data), from, to); !slices.Equal(got, []string{"2026-10-01T10:00|Fête"}) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestNoCalendar(t *testing.T) {
	whole := ics("{", "SUMMARY:x", "DTSTART:20261001T080000Z", "}")
	for name, test := range map[string]struct {
		data string
		want error
	}{
		"nothing":           {"", ErrEmpty},
		"blanks":            {"\xEF\xBB\xBF \r\n", ErrEmpty},
		"a web page":        {"<!DOCTYPE html>\n<html><body>BEGIN a session</body></html>", ErrHTML},
		"words":             {"Service unavailable", ErrFormat},
		"cut in a calendar": {whole[:len(whole)-8], ErrTruncated},
		"cut in an event":   {whole[:len(whole)/2], ErrTruncated},
		"cut in the second": {whole + whole[:40], ErrTruncated},
		"JSON cut short":    {`[{"title":"x","start_time":"2026-10-01`, ErrTruncated},
		"another JSON":      {`{"error":"no"}`, ErrFormat},
		"a list of others":  {`[{"name":"x"}]`, ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Read([]byte(test.data), paris); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	if c, err := Read([]byte(ics()), paris); err != nil || len(c.Between(autumn())) > 0 {
		t.Errorf("an empty calendar is one: %v", err)
	}
}

func TestTexts(t *testing.T) {
	c, err := Read([]byte(ics("X-WR-CALNAME:Agenda", "{", "UID:a", `SUMMARY;LANGUAGE=fr: Budget\, suivi\; fin`, "DTSTART:20261001T080000Z",
		`LOCATION:Salle 12\n3e étage`, "URL:https://exemple.fr/a", `DESCRIPTION:<p>Ordre <b>du jour</b></p><script>x()</script>\n<br>fin`,
		"X-ALT-DESC;FMTTYPE=text/html:<b>non</b>", "CATEGORIES:Bretagne,Atelier", "}",
		"{", "SUMMARY:x", "DTSTART:20261002T080000Z", "URL:javascript:alert(1)", "}")), paris)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Between(autumn())
	if c.Name != "Agenda" || e[0].Title != "Budget, suivi; fin" || e[0].Location != "Salle 12 3e étage" || e[0].URL != "https://exemple.fr/a" ||
		e[0].Text != "Ordre du jour\nfin" || !slices.Equal(e[0].Categories, []string{"Bretagne", "Atelier"}) || e[1].URL != "" {
		t.Errorf("got %+v", e)
	}
}

func TestJSON(t *testing.T) {
	from, to := autumn()
	const data = `[{"id":34426,"title":"Install-party","city":"Rennes","region":{"name":"Bretagne"},"start_time":"2026-10-03T14:00:00.000+02:00",` +
		`"end_time":"2026-10-03T18:00:00.000+02:00","url":"https://www.agendadulibre.org/events/34426.json"},{"title":"sans date"},7]`
	c, err := Read([]byte(data), paris)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Between(from, to)
	if len(e) != 1 || e[0].UID != "34426" || e[0].Title != "Install-party" || e[0].Location != "Rennes" || e[0].Categories[0] != "Bretagne" ||
		e[0].URL != "https://www.agendadulibre.org/events/34426" || e[0].End.Sub(e[0].Start) != 4*time.Hour {
		t.Errorf("got %+v", e)
	}
}

// A moved occurrence keeps its identity.
func TestIdentity(t *testing.T) {
	c, err := Read([]byte(ics("{", "UID:a", "DTSTART:20261019T080000Z", "RRULE:FREQ=DAILY;COUNT=2", "}",
		"{", "UID:a", "RECURRENCE-ID:20261020T080000Z", "DTSTART:20261022T080000Z", "}",
		"{", "UID:b", "DTSTART:20261101T080000Z", "}")), paris)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range c.Between(autumn()) {
		got = append(got, e.UID+" "+e.Recurrence)
	}
	if want := []string{"a 20261019T080000Z", "a 20261020T080000Z", "b "}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
