package schedule

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
		"carte hebdo jeudo 11:00":        {"carte", "hebdo jeudo 11:00"},  // invalid, which ParseRhythm reports
		"carte chaque jeudi 11:00":       {"carte chaque jeudi", "11:00"}, // invalid, which ParseRhythm reports
		"carte 9h":                       {"carte", "9h"},
		`"lettre hebdo" quotidien 9h`:    {`"lettre hebdo"`, "quotidien 9h"},
		"langage:go  (carte ou  cartes)": {"langage:go  (carte ou  cartes)", ""},
	} {
		if filter, rhythm := CutRhythm(text); filter != want[0] || rhythm != want[1] {
			t.Errorf("%q: got %q and %q", text, filter, rhythm)
		}
	}
}
