package schedule

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // the tests do not depend on the machine's time zones
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// at parses a time in Paris, or in UTC if it ends with Z.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if got, err := time.Parse("2006-01-02 15:04Z", s); err == nil {
		return got
	}
	got, err := time.ParseInLocation("2006-01-02 15:04", s, zone(t, "Europe/Paris"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestParseRhythm(t *testing.T) {
	for text, want := range map[string]string{
		"immediat":                "immediat",
		" Immédiat ":              "immediat",
		"immediately":             "immediat",
		"quotidien 09:00":         "quotidien 09:00",
		"Quotidien à 9h":          "quotidien 09:00",
		"daily at 9:05":           "quotidien 09:05",
		"quotidien 23h59":         "quotidien 23:59",
		"quotidien 0:00":          "quotidien 00:00",
		"hebdo jeudi 11:00":       "hebdo jeudi 11:00",
		"HEBDO le Jeudi à 11h00":  "hebdo jeudi 11:00",
		"hebdomadaire lundi 8h":   "hebdo lundi 08:00",
		"weekly sunday 18:30":     "hebdo dimanche 18:30",
		"":                        "",
		"jamais":                  "",
		"immediat 09:00":          "",
		"quotidien":               "",
		"quotidien 9":             "",
		"quotidien 24:00":         "",
		"quotidien 09:60":         "",
		"quotidien jeudi 09:00":   "",
		"hebdo":                   "",
		"hebdo 11:00":             "",
		"hebdo jeudi":             "",
		"hebdo jeudy 11:00":       "",
		"hebdo jeudi 25:00":       "",
		"hebdo jeudi 11:00 11:00": "",
	} {
		got, err := ParseRhythm(text)
		switch {
		case want == "" && !errors.Is(err, ErrRhythm):
			t.Errorf("%q gives %v, %v", text, got, err)
		case want != "" && (err != nil || got.String() != want):
			t.Errorf("%q gives %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestEnglishRhythm(t *testing.T) {
	for text, want := range map[string]string{
		"immediat": "immediately", "quotidien 09:00": "daily 09:00", "hebdo jeudi 11:00": "weekly thursday 11:00",
	} {
		r, err := ParseRhythm(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if again, err := ParseRhythm(want); err != nil || again != r {
			t.Errorf("%s is read as %v, %v", want, again, err)
		}
	}
}

func TestNext(t *testing.T) {
	tests := map[string]struct{ rhythm, after, want string }{
		"at once":                 {"immediat", "2026-09-03 10:00", "2026-09-03 10:00"},
		"later the same day":      {"quotidien 09:00", "2026-09-03 08:59", "2026-09-03 09:00"},
		"not twice a day":         {"quotidien 09:00", "2026-09-03 09:00", "2026-09-04 09:00"},
		"the next day":            {"quotidien 09:00", "2026-09-03 10:00", "2026-09-04 09:00"},
		"the next month":          {"quotidien 09:00", "2026-09-30 10:00", "2026-10-01 09:00"},
		"the next year":           {"quotidien 09:00", "2026-12-31 09:00", "2027-01-01 09:00"},
		"a leap day":              {"quotidien 09:00", "2028-02-28 09:00", "2028-02-29 09:00"},
		"the same week":           {"hebdo jeudi 11:00", "2026-08-31 10:00", "2026-09-03 11:00"},
		"the same weekday":        {"hebdo jeudi 11:00", "2026-09-03 10:59", "2026-09-03 11:00"},
		"a week later":            {"hebdo jeudi 11:00", "2026-09-03 11:00", "2026-09-10 11:00"},
		"the first week":          {"hebdo jeudi 11:00", "2026-12-31 11:00", "2027-01-07 11:00"},
		"on a public holiday":     {"hebdo mardi 09:00", "2026-07-13 09:00", "2026-07-14 09:00"},
		"on Sunday":               {"quotidien 09:00", "2026-09-05 09:00", "2026-09-06 09:00"},
		"into summer":             {"quotidien 09:00", "2027-03-27 09:00", "2027-03-28 07:00Z"},
		"before summer":           {"quotidien 09:00", "2027-03-26 09:00", "2027-03-27 08:00Z"},
		"an hour that is not":     {"quotidien 02:30", "2027-03-27 12:00", "2027-03-28 01:00Z"}, // 03:00
		"and the day after":       {"quotidien 02:30", "2027-03-28 03:00", "2027-03-29 02:30"},
		"after it was not":        {"quotidien 02:30", "2027-03-28 03:30", "2027-03-29 02:30"},
		"into winter":             {"quotidien 09:00", "2027-10-30 09:00", "2027-10-31 08:00Z"},
		"an hour that is twice":   {"quotidien 02:30", "2027-10-30 12:00", "2027-10-31 00:30Z"},
		"counts once":             {"quotidien 02:30", "2027-10-31 00:30Z", "2027-11-01 02:30"},
		"also between the two":    {"quotidien 02:30", "2027-10-31 01:00Z", "2027-11-01 02:30"},
		"weekly, into summer":     {"hebdo dimanche 02:00", "2027-03-21 02:00", "2027-03-28 01:00Z"},
		"weekly, into winter":     {"hebdo dimanche 02:00", "2027-10-24 02:00", "2027-10-31 00:00Z"},
		"weekly, over the change": {"hebdo jeudi 11:00", "2027-10-28 11:00", "2027-11-04 10:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRhythm(test.rhythm)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Next(at(t, test.after), zone(t, "Europe/Paris")); !got.Equal(at(t, test.want)) {
				t.Errorf("got %v, want %v", got, at(t, test.want))
			}
		})
	}
}

// A zone may go forward at midnight, by half an hour, or over a whole day.
func TestNextElsewhere(t *testing.T) {
	tests := map[string]struct{ zone, rhythm, after, want string }{
		"no midnight":      {"Asia/Beirut", "quotidien 00:00", "2026-03-28 12:00Z", "2026-03-28 22:00Z"},
		"half an hour":     {"Australia/Lord_Howe", "quotidien 01:45", "2026-04-04 12:00Z", "2026-04-04 14:45Z"},
		"a whole day":      {"Pacific/Apia", "quotidien 09:00", "2011-12-29 20:00Z", "2011-12-30 10:00Z"},
		"and the one then": {"Pacific/Apia", "quotidien 09:00", "2011-12-30 10:00Z", "2011-12-30 19:00Z"},
		"UTC":              {"UTC", "hebdo lundi 00:00", "2026-09-06 23:59Z", "2026-09-07 00:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRhythm(test.rhythm)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Next(at(t, test.after), zone(t, test.zone)); !got.Equal(at(t, test.want)) {
				t.Errorf("got %v, want %v", got.UTC(), at(t, test.want))
			}
		})
	}
}

func TestQuiet(t *testing.T) {
	usual := NewQuiet(zone(t, "Europe/Paris"))
	nights := usual
	nights.Weekends, nights.Holidays = false, false
	early := nights
	early.Slots = []Slot{{22 * 60, 2*60 + 30}}
	lunch := nights
	lunch.Slots = []Slot{{12 * 60, 14 * 60}}
	both := usual
	both.Slots = []Slot{{12 * 60, 14 * 60}, {18 * 60, 8 * 60}}
	both.Days = []string{"2026-05-15"} // the Friday after Ascension
	never := Quiet{Zone: usual.Zone}
	holidays := never
	holidays.Holidays = true
	tests := map[string]struct {
		quiet     Quiet
		now, want string // empty outside of quiet hours
	}{
		"a working day":               {usual, "2026-09-03 08:00", ""},
		"its last minute":             {usual, "2026-09-03 19:59", ""},
		"the evening":                 {usual, "2026-09-03 20:00", "2026-09-04 08:00"},
		"the small hours":             {usual, "2026-09-03 03:00", "2026-09-03 08:00"},
		"Friday night":                {usual, "2026-09-04 20:00", "2026-09-07 08:00"},
		"Saturday":                    {usual, "2026-09-05 12:00", "2026-09-07 08:00"},
		"Sunday night":                {usual, "2026-09-06 23:00", "2026-09-07 08:00"},
		"weekends that are not":       {nights, "2026-09-05 12:00", ""},
		"14 July":                     {usual, "2026-07-14 10:00", "2026-07-15 08:00"},
		"its eve":                     {usual, "2026-07-13 21:00", "2026-07-15 08:00"},
		"New Year, into a weekend":    {usual, "2026-12-31 20:00", "2027-01-04 08:00"}, // 1 January is a Friday
		"the last afternoon":          {usual, "2026-12-31 15:00", ""},
		"Christmas":                   {usual, "2026-12-24 22:00", "2026-12-28 08:00"},
		"Easter, summer time":         {usual, "2027-03-26 20:00", "2027-03-30 08:00"}, // Monday 29 March; the clocks change on 28
		"Ascension":                   {usual, "2026-05-14 09:00", "2026-05-15 08:00"},
		"Whit Monday":                 {usual, "2026-05-25 09:00", "2026-05-26 08:00"},
		"1 May, a Friday":             {usual, "2026-05-01 09:00", "2026-05-04 08:00"},
		"All Saints, winter time":     {usual, "2027-10-30 09:00", "2027-11-02 08:00"}, // Monday 1 November; the clocks change on 31
		"Good Friday is none":         {usual, "2027-03-26 10:00", ""},
		"holidays alone":              {holidays, "2026-11-11 12:00", "2026-11-12 00:00"},
		"the night into summer":       {nights, "2027-03-27 23:00", "2027-03-28 06:00Z"},
		"the night into winter":       {nights, "2027-10-30 23:00", "2027-10-31 07:00Z"},
		"ends when clocks go forward": {early, "2027-03-28 00:30Z", "2027-03-28 01:00Z"},
		"ends when clocks show it":    {early, "2027-10-30 23:00Z", "2027-10-31 00:30Z"},
		"does not begin again":        {early, "2027-10-31 01:15Z", ""}, // 02:15 for the second time
		"in the middle of the day":    {lunch, "2026-09-03 12:30", "2026-09-03 14:00"},
		"before it":                   {lunch, "2026-09-03 11:59", ""},
		"the first of two slots":      {both, "2026-09-03 12:30", "2026-09-03 14:00"},
		"between two slots":           {both, "2026-09-03 14:00", ""},
		"the second of two slots":     {both, "2026-09-03 18:00", "2026-09-04 08:00"},
		"a bridge":                    {both, "2026-05-13 18:00", "2026-05-18 08:00"},
		"never":                       {never, "2026-09-06 03:00", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			now := at(t, test.now)
			until, quiet := test.quiet.Until(now)
			want := now
			if test.want != "" {
				want = at(t, test.want)
			}
			if !until.Equal(want) || quiet != (test.want != "") {
				t.Errorf("got %v, %v, want %v", until, quiet, want)
			}
		})
	}
}

func FuzzRhythm(f *testing.F) {
	for _, text := range []string{"immediat", "quotidien 09:00", "hebdo dimanche 02:30", "Hebdo Jeudi 11h", "daily 0:00"} {
		f.Add(text, int64(1_806_190_000), 0)
		f.Add(text, int64(1_824_940_000), 2)
	}
	zones := []*time.Location{zone(f, "Europe/Paris"), zone(f, "Australia/Lord_Howe"), zone(f, "Asia/Beirut"), time.UTC}
	f.Fuzz(func(t *testing.T, text string, seconds int64, in int) {
		r, err := ParseRhythm(text)
		if err != nil {
			if !errors.Is(err, ErrRhythm) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := ParseRhythm(r.String()); err != nil || again != r {
			t.Fatalf("%q becomes %v, then %v, %v", text, r, again, err)
		}
		if r.IsImmediate() {
			return
		}
		after := time.Unix(seconds%4_000_000_000, 0)
		where := zones[uint(in)%uint(len(zones))]
		first := r.Next(after, where)
		second := r.Next(first, where)
		if !first.After(after) || first.Sub(after) > 8*24*time.Hour {
			t.Errorf("%v: the next after %v is %v", r, after, first)
		}
		least := 22 * time.Hour
		if r.every == weekly {
			least = 6 * 24 * time.Hour
		}
		if gap := second.Sub(first); gap < least || gap > least+4*24*time.Hour {
			t.Errorf("%v: %v lie between %v and %v", r, gap, first, second)
		}
		if quiet, held := NewQuiet(where).Until(after); held != quiet.After(after) || quiet.Sub(after) > 7*24*time.Hour {
			t.Errorf("it is quiet from %v to %v", after, quiet)
		}
	})
}
