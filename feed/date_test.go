package feed

import (
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	for said, want := range map[string]string{ // in UTC; empty: refused
		"Tue, 01 Sep 2026 08:00:00 +0200":        "2026-09-01 06:00:00",
		"Tue, 1 Sep 2026 08:00:00 GMT":           "2026-09-01 08:00:00",
		"01 Sep 26 08:00 EDT":                    "2026-09-01 12:00:00",
		"Mon, 31 Aug 2026 20:30:00 EDT":          "2026-09-01 00:30:00",
		"Tue, 01 Sep 2026 08:00:00 CEST":         "2026-09-01 06:00:00",
		"Tue, 01 Sep 2026 08:00:00 +0200 (CEST)": "2026-09-01 06:00:00",
		"Tue, 01 Sep 2026 08:00:00 GMT+02:00":    "2026-09-01 06:00:00",
		"Tue Sep  1 08:00:00 2026":               "2026-09-01 08:00:00",
		"Tue Sep 1 08:00:00 PDT 2026":            "2026-09-01 15:00:00",
		"September 1st, 2026 8:05 pm":            "2026-09-01 20:05:00",
		"Sept. 1, 2026":                          "2026-09-01 00:00:00",
		"01-Sep-2026 08:00:00":                   "2026-09-01 08:00:00",
		"Wed, 32 Sep 2026 08:00:00 GMT":          "",
		"Mon, 30 Feb 2026 08:00:00 GMT":          "",
		"ven., 14 août 2026 18:55:00 +0200":      "2026-08-14 16:55:00",
		"mardi 1er septembre 2026 à 8h05":        "2026-09-01 08:05:00",
		"mar. 3 mars 2026":                       "2026-03-03 00:00:00",
		"DIM, 02 FÉVR. 2026 00:00 +0100":         "2026-02-01 23:00:00",
		"lun, 06 juil 2026 10:00:00 +0000":       "2026-07-06 10:00:00",
		"lun, 06 jui 2026 10:00:00 +0000":        "", // June or July
		"dom, 02 ago 2026 18:55:00 GMT":          "",
		"2026-09-01":                             "2026-09-01 00:00:00",
		"2026-09-01T08:00:00Z":                   "2026-09-01 08:00:00",
		"2026-09-01T08:00:00.123+02:00":          "2026-09-01 06:00:00",
		"2026-09-01T08:00+0200":                  "2026-09-01 06:00:00",
		"2026-09-01 08:11:09 UTC":                "2026-09-01 08:11:09",
		"20260901T080000Z":                       "2026-09-01 08:00:00",
		"2026-13-01T08:00:00Z":                   "",
		"2026-09-31T08:00:00Z":                   "",
		"2026-09-01T25:00:00Z":                   "",
		"Thu, 01 Jan 1970 00:00:00 GMT":          "",
		"1970-01-01T01:00:00+01:00":              "",
		"Mon, 01 Jan 0001 00:00:00 +0000":        "",
		"0000-00-00 00:00:00":                    "",
		"hier":                                   "",
		"":                                       "",
		"1 2 3":                                  "",
		"2026":                                   "",
		"01/09/2026":                             "", // September or January
		"Tue, 01 Sep 2026 08:00:00 +0200 foo":    "",
	} {
		got, ok := ParseDate(said)
		text := ""
		if ok {
			text = got.UTC().Format(time.DateTime)
		}
		if text != want {
			t.Errorf("%q is %q, want %q", said, text, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, said := range []string{"Tue, 01 Sep 2026 08:00:00 +0200", "mardi 1er septembre 2026 à 8h05", "2026-09-01T08:00:00.123+02:00", "01-Sep-26 8:00 pm EDT"} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		at, ok := ParseDate(said)
		if ok && (at.Year() < 1900 || at.Year() > 10000) || !ok && !at.IsZero() {
			t.Errorf("%q is %v, %t", said, at, ok)
		}
		if !ok {
			return
		}
		if again, ok := ParseDate(at.Format(time.RFC3339)); at.Year() < 10000 && (!ok || !again.Equal(at.Truncate(time.Second))) {
			t.Errorf("%q is %v, which is %v", said, at, again)
		}
	})
}
