package commands

import (
	"testing"
	"time"

	"heraut/chat"
)

func TestCutPeriod(t *testing.T) {
	now := time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC) // a Monday
	for typed, want := range map[string]string{
		"":                       "2026-11-30 2027-01-29 ",
		"atelier":                "2026-11-30 2027-01-29 atelier",
		"semaine":                "2026-11-30 2026-12-07 ",
		"atelier Semaine rennes": "2026-11-30 2026-12-07 atelier rennes",
		"mois region:bretagne":   "2026-11-30 2026-12-30 region:bretagne",
		"aujourd’hui":            "2026-11-30 2026-12-01 ",
		"demain":                 "2026-12-01 2026-12-02 ",
		"2026-12-24":             "2026-12-24 2026-12-25 ",
		"24/12":                  "2026-12-24 2026-12-25 ",
		"3/10":                   "2027-10-03 2027-10-04 ",
		"3/10/2026":              "2026-10-03 2026-10-04 ",
		"1er décembre atelier":   "2026-12-01 2026-12-02 atelier",
		"3 october 2026":         "2026-10-03 2026-10-04 ",
		"décembre":               "2026-12-01 2027-01-01 ",
		"octobre":                "2027-10-01 2027-11-01 ",
		"31/02":                  "2026-11-30 2027-01-29 31/02",
	} {
		when, rest := cutPeriod(typed, now)
		if got := when.from.Format(time.DateOnly) + " " + when.to.Format(time.DateOnly) + " " + rest; got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestCutHour(t *testing.T) {
	now := time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)
	for typed, want := range map[string]string{
		"":                       "|",
		"point d’équipe":         "point d’équipe|",
		"point à 16:30":          "point|2026-11-30 16:30",
		"point à 14:30":          "point|2026-12-01 14:30",
		"à 9h":                   "|2026-12-01 09:00",
		"point demain à 9h15":    "point|2026-12-01 09:15",
		"call tomorrow at 17:00": "call|2026-12-01 17:00",
		"point à 25:00":          "!",
		"de 2 à 3 personnes":     "de 2 à 3 personnes|",
	} {
		subject, at, ok := cutHour(typed, now)
		got := subject + "|"
		if !at.IsZero() {
			got += at.Format("2006-01-02 15:04")
		}
		if !ok {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestThanked(t *testing.T) {
	const camille = chat.UserID("@camille.durand:example.org")
	for typed, test := range map[string]struct {
		mentions     []chat.UserID
		to           chat.UserID
		name, reason string
	}{
		"@camille.durand:example.org pour la relecture": {nil, camille, "camille.durand", "la relecture"},
		"Camille Durand pour sa relecture":              {[]chat.UserID{camille}, camille, "Camille Durand", "sa relecture"},
		"Camille Durand [DINUM]: for the review":        {[]chat.UserID{camille}, camille, "Camille Durand [DINUM]", "the review"},
		"Camille et Claude pour tout":                   {[]chat.UserID{camille, "@claude:example.org"}, "", "Camille et Claude", "tout"},
		"Camille pour tout":                             {nil, "", "Camille", "tout"},
		"@camille.durand:example.org":                   {nil, camille, "camille.durand", ""},
	} {
		r := request{args: typed}
		r.Event.Message = &chat.Message{Mentions: test.mentions}
		to, name, reason := thanked(r)
		if to != test.to || name != test.name || reason != test.reason {
			t.Errorf("%q: got %q, %q, %q", typed, to, name, reason)
		}
	}
}
