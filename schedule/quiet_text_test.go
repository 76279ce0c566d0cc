package schedule

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestParseQuiet(t *testing.T) {
	for text, want := range map[string]string{
		"20:00-08:00 weekends feries": "20:00-08:00 weekends feries",
		"Fériés 20h-8h":               "20:00-08:00 feries",
		"week-end":                    "weekends",
		"holidays weekends":           "weekends feries",
		"18h-8h 12h-14h weekends":     "12:00-14:00 18:00-08:00 weekends",
		"feries 15/05/2026":           "feries 2026-05-15",
		"2026-12-31 2026-05-15":       "2026-05-15 2026-12-31",
		"aucun":                       "aucun",
		"None":                        "aucun",
	} {
		q, err := ParseQuiet(text, time.UTC)
		if err != nil || q.String() != want {
			t.Errorf("%q is %q, %v, want %q", text, q, err, want)
		}
		if again, err := ParseQuiet(q.String(), time.UTC); err != nil || !reflect.DeepEqual(again, q) {
			t.Errorf("%q is read as %v, %v", q, again, err)
		}
	}
	for _, text := range []string{"", "lundi", "20:00", "20:00-20:00", "aucun weekends", "weekends weekends", "20:00-08:00 21:00-07:00", "25:00-08:00",
		"8h-9h 10h-11h 12h-13h", "12h-14h 13h-15h", "8h-20h 20h-8h", "18:00-08:00 07:00-09:00", "2026-02-30", "2026-05-15 15/05/2026"} {
		if q, err := ParseQuiet(text, time.UTC); !errors.Is(err, ErrQuiet) {
			t.Errorf("%q is %q, %v", text, q, err)
		}
	}
}

func TestParseNight(t *testing.T) {
	for text, want := range map[string]struct {
		from, to Clock
		ok       bool
	}{
		"":              {0, 0, true},
		"20:00-08:00":   {20 * 60, 8 * 60, true},
		"22h - 7h30":    {22 * 60, 7*60 + 30, true},
		"20:00":         {20 * 60, 0, false},
		"8-20":          {0, 0, false},
		"20:00-25:00":   {20 * 60, 0, false},
		"20:00-8:00-9h": {20 * 60, 0, false},
	} {
		from, to, ok := ParseNight(text)
		if ok != want.ok || ok && (from != want.from || to != want.to) {
			t.Errorf("%q: got %v, %v, %v", text, from, to, ok)
		}
	}
}
