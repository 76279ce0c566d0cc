package announce

import "testing"

func TestCutRhythm(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                               {"", ""},
		"langage:go":                     {"langage:go", ""},
		"immédiat":                       {"", "immédiat"},
		"langage:go immediat":            {"langage:go", "immediat"},
		"carte hebdo jeudi 11:00":        {"carte", "hebdo jeudi 11:00"},
		"carte daily 09:00":              {"carte", "daily 09:00"},
		"hebdo quotidien 09:00":          {"hebdo", "quotidien 09:00"},
		"carte hebdo jeudo 11:00":        {"carte", "hebdo jeudo 11:00"},  // wrong, and told so
		"carte chaque jeudi 11:00":       {"carte chaque jeudi", "11:00"}, // wrong, and told so
		"carte 9h":                       {"carte", "9h"},
		`"lettre hebdo" quotidien 9h`:    {`"lettre hebdo"`, "quotidien 9h"},
		"langage:go  (carte ou  cartes)": {"langage:go  (carte ou  cartes)", ""},
	} {
		if filter, rhythm := CutRhythm(text); filter != want[0] || rhythm != want[1] {
			t.Errorf("%q: got %q and %q", text, filter, rhythm)
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
