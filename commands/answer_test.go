package commands_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/locale/localetest"
)

func answererOf(state catalogue.State) *commands.Answerer {
	about := commands.About{RunBy: "DINUM", Contact: "https://example.org/contact"}
	return commands.NewAnswerer(commands.Parts{About: about, Zone: time.UTC, Catalogue: func() catalogue.State { return state }})
}

// ask returns the answer to a line typed in a French room.
func ask(t *testing.T, a *commands.Answerer, text string) commands.Answer {
	t.Helper()
	answer, err := a.Answer(t.Context(), commands.Line{Text: text, Lang: "fr", Prefix: "!"})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestCommandAndFound(t *testing.T) {
	a := answererOf(catalogue.State{Catalogue: catalogue.New(sample(), time.Now())})
	tests := map[string]struct {
		text    string
		direct  bool
		command string
		found   []string // the names
	}{
		"a card":                            {"!sill gimp", false, "sill", []string{"GIMP"}},
		"an alias":                          {"!sill equivalent photoshop", false, "sill remplace", []string{"GIMP", "Krita", "Pixelor"}},
		"with a preposition":                {"!sill alternative à Photoshop", false, "sill remplace", []string{"GIMP", "Krita", "Pixelor"}},
		"with an elision":                   {"!sill alternative d’Adobe Photoshop", false, "sill remplace", []string{"GIMP", "Krita", "Pixelor"}},
		"to free software":                  {"!sill alternative gimp", false, "sill remplace", []string{"Krita"}},
		"no replacement":                    {"!sill remplace zzzzqqqq", false, "sill remplace", nil},
		"compared":                          {"!sill compare krita, gimp", false, "sill compare", []string{"Krita", "GIMP"}},
		"compared with itself":              {"!sill compare gimp, gimp", false, "sill compare", []string{"GIMP"}},
		"compared without saying so":        {"!sill krita vs GIMP", false, "sill", []string{"Krita", "GIMP"}},
		"compared thus with nothing":        {"!sill gimp contre zzzzqqqq", false, "sill", []string{"GIMP"}},
		"compared with a verb":              {"!sill comparer gimp et krita", false, "sill compare", []string{"GIMP", "Krita"}},
		"compared with a noun":              {"!sill comparaison entre gimp et krita", false, "sill", []string{"GIMP", "Krita"}},
		"compared in a direct message":      {"compare gimp et krita", true, "sill compare", []string{"GIMP", "Krita"}},
		"three with commas":                 {"!sill compare gimp, krita et pixelor", false, "sill compare", []string{"GIMP", "Krita", "Pixelor"}},
		"three without commas":              {"!sill compare gimp et krita et pixelor", false, "sill compare", []string{"GIMP", "Krita", "Pixelor"}},
		"three after a comma and a word":    {"!sill compare gimp, krita, et pixelor", false, "sill compare", []string{"GIMP", "Krita", "Pixelor"}},
		"three in English":                  {"!sill compare gimp and krita and pixelor", false, "sill compare", []string{"GIMP", "Krita", "Pixelor"}},
		"three with an English comma":       {"!sill compare gimp, krita, and pixelor", false, "sill compare", []string{"GIMP", "Krita", "Pixelor"}},
		"three with versus":                 {"!sill gimp vs krita vs pixelor", false, "sill", []string{"GIMP", "Krita", "Pixelor"}},
		"three with versus and a word":      {"!sill compare gimp vs krita ou pixelor", false, "sill compare", []string{"GIMP", "Krita", "Pixelor"}},
		"three with a noun":                 {"!sill comparaison de gimp et krita et pixelor", false, "sill", []string{"GIMP", "Krita", "Pixelor"}},
		"compared thus with a product":      {"!sill gimp vs photoshop", false, "sill", []string{"GIMP"}},
		"no comparison":                     {"!sill antivirus contre", false, "sill", nil},
		"compared with nothing":             {"!sill compare gimp, zzzzqqqq", false, "sill compare", nil},
		"compared with a product":           {"!sill compare gimp, adobe photoshop", false, "sill compare", nil},
		"one new, one withdrawn":            {"!sill nouveautes 1", false, "sill nouveautes", []string{"New Relic Agent", "Pixelor"}},
		"less than one":                     {"!sill new 0", false, "sill nouveautes", []string{"New Relic Agent", "Pixelor"}},
		"new is the start of a name":        {"!sill new relic agent", false, "sill", []string{"New Relic Agent"}},
		"users":                             {"!sill users gimp", false, "sill utilisateurs", []string{"GIMP"}},
		"providers":                         {"!sill prestataires gimp", false, "sill prestataires", []string{"GIMP"}},
		"suggestions are not found":         {"!sill zzzzqqqq", false, "sill", nil},
		"no argument":                       {"!sill", false, "sill", nil},
		"help":                              {"!help", false, "aide", nil},
		"a space after the prefix":          {"! sill gimp", false, "sill", []string{"GIMP"}},
		"a part's word in a direct message": {"remplace photoshop", true, "sill remplace", []string{"GIMP", "Krita", "Pixelor"}},
		"a name in a direct message":        {"gimp", true, "sill", []string{"GIMP"}},
		"ignored":                           {"gimp", false, "", nil},
		"unknown":                           {"!sil gimp", true, "", nil},
		"a greeting":                        {"bonjour", true, "aide", nil},
		"thanks":                            {"merci", true, "", nil},
		"blank":                             {"  ", true, "", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := a.Answer(t.Context(), commands.Line{Text: test.text, Lang: "fr", Prefix: "!", Direct: test.direct})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range got.Found {
				if f.Kind != "software" || f.ID == "" {
					t.Errorf("found %+v", f)
				}
				names = append(names, f.Name)
			}
			if got.Command != test.command || !slices.Equal(names, test.found) {
				t.Errorf("got %q and %q, want %q and %q", got.Command, names, test.command, test.found)
			}
		})
	}
}

func TestCardOfWithdrawn(t *testing.T) {
	a := answererOf(catalogue.State{Catalogue: catalogue.New(sample(), time.Now())})
	got := bare(ask(t, a, "!sill pixelor").HTML)
	want := "Pixelor : Éditeur de photos en ligne. Statut : retiré du SILL le 1er février 2025, dernière version recommandée : 4.2, motif : n’est plus maintenu"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got = bare(ask(t, a, "!sill remplace photoshop").HTML)
	if !strings.Contains(got, "Pixelor (retiré du SILL)") {
		t.Errorf("a list hides that Pixelor was withdrawn: %s", got)
	}
}

func TestUndatedDataSaysSo(t *testing.T) {
	entries := []catalogue.Software{{ID: "1", Name: "GIMP"}}
	a := answererOf(catalogue.State{Catalogue: catalogue.New(entries, time.Now())})
	if got := bare(ask(t, a, "!sill gimp").HTML); !strings.Contains(got, "Données du SILL, date inconnue") {
		t.Errorf("the card gives undated data a date: %s", got)
	}
	if got := bare(ask(t, a, "!sill utilisateurs gimp").HTML); !strings.Contains(got, "ne disent pas qui utilise") {
		t.Errorf("data without users is taken for no users: %s", got)
	}
}

func TestProductIsNamedFirst(t *testing.T) {
	entries := sample()[:1]
	for _, name := range []string{"Ay", "Bee", "Cee", "Dee", "Zebra Studio"} {
		entries[0].Replaces = append(entries[0].Replaces, catalogue.Similar{Name: name})
	}
	a := answererOf(catalogue.State{Catalogue: catalogue.New(entries, time.Now())})
	for _, line := range []string{"!sill remplace zebra studio", "!sill zebra studio"} {
		if got := bare(ask(t, a, line).HTML); !strings.Contains(got, "Remplace : Zebra Studio, Adobe Photoshop, Ay, Bee et 2 autres") {
			t.Errorf("%s: %s", line, got)
		}
	}
}

func TestFreshness(t *testing.T) {
	tests := map[string]struct {
		age, every time.Duration
		old        bool
	}{
		"fresh":            {time.Hour, 2 * time.Hour, false},
		"twice its age":    {4 * time.Hour, 2 * time.Hour, false},
		"older than twice": {4*time.Hour + time.Second, 2 * time.Hour, true},
		"never refreshed":  {10_000 * time.Hour, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				entries := sample()
				entries[1].Updated = time.Date(1999, time.December, 24, 0, 0, 0, 0, time.UTC)
				state := catalogue.State{Catalogue: catalogue.New(entries, time.Now()), Every: test.every}
				time.Sleep(test.age)
				got := bare(ask(t, answererOf(state), "!sill gimp").HTML)
				if !strings.Contains(got, "Données du SILL du 24 décembre 1999") {
					t.Error("the answer does not tell the date of its data")
				}
				if old := strings.HasSuffix(got, "Attention : elles n’ont pas pu être actualisées depuis le 1er janvier 2000"); old != test.old {
					t.Errorf("got %s", got)
				}
			})
		})
	}
}

func TestWithoutCatalogue(t *testing.T) {
	a := answererOf(catalogue.State{})
	for _, text := range []string{
		"!sill gimp", "!sill remplace photoshop", "!sill compare gimp, krita", "!sill nouveautes", "!sill new relic",
		"!sill utilisateurs gimp", "!sill prestataires gimp",
	} {
		if got := bare(ask(t, a, text).HTML); !strings.HasPrefix(got, "Le catalogue du SILL n’est pas encore chargé.") {
			t.Errorf("%s: %q", text, got)
		}
	}
	if got := bare(ask(t, a, "!aide").HTML); !strings.Contains(got, "mis à disposition par la DINUM. Contact : page de contact") {
		t.Errorf("!aide: %q", got)
	}
}

// checkAnswer returns an error if a contains something that no answer may contain.
func checkAnswer(a commands.Answer) error {
	wrong := []error{localetest.Check(a.HTML)}
	if n := utf8.RuneCountInString(a.HTML); n > 4000 {
		wrong = append(wrong, fmt.Errorf("%d characters", n))
	}
	if len(a.Found) > 20 {
		wrong = append(wrong, fmt.Errorf("%d found", len(a.Found)))
	}
	if a.HTML == "" && (a.Command != "" || a.Found != nil) {
		wrong = append(wrong, errors.New("a command without an answer"))
	}
	return errors.Join(wrong...)
}

func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		"!sill gimp", "! sill : gimp", "!sill remplace à photoshop", "!sill compare a, b;c", "!sill nouveautés 5",
		"!aide !sill new", "bonjour, merci", "n° 2", "2️⃣", "@room <b>x</b>", "\u202e!sill\u00a0gimp", "!", "\xff\xfe",
	} {
		f.Add(text, true)
		f.Add(text, false)
	}
	a := demo(f)
	f.Fuzz(func(t *testing.T, text string, direct bool) {
		for _, lang := range []string{"fr", "en"} {
			got, err := a.Answer(t.Context(), commands.Line{Text: text, Lang: lang, Prefix: "!", Direct: direct})
			if err != nil {
				t.Fatal(err)
			}
			if err := checkAnswer(got); err != nil {
				t.Errorf("%q: %v\n%s", text, err, got.HTML)
			}
		}
	})
}

// Help promises exactly the storage time that the configuration sets for questions.
func TestHelpTellsHowLongQuestionsAreKept(t *testing.T) {
	const day = 24 * time.Hour
	for keep, want := range map[time.Duration]string{
		day: " 1\u00a0jour après leur clôture", 30 * day: " 30\u00a0jours après", 36 * time.Hour: " 2\u00a0jours après",
	} {
		a := commands.NewAnswerer(commands.Parts{About: commands.About{PurgeAfter: keep}, Zone: time.UTC, Catalogue: func() catalogue.State { return catalogue.State{} }})
		if got := ask(t, a, "!aide").HTML; !strings.Contains(got, want) {
			t.Errorf("%v: got %s, want %q in it", keep, got, want)
		}
	}
}
