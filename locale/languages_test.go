package locale

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// italian puts the languages of testdata in force for the test, which may not run in
// parallel with others.
func italian(t *testing.T) *Set {
	t.Helper()
	set, problems, err := Open(filepath.Join("testdata", "languages"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Fault {
			t.Fatalf("%+v", p)
		}
	}
	Use(set)
	t.Cleanup(func() { Use(own()) })
	return set
}

func TestAFolderIsALanguage(t *testing.T) {
	italian(t)
	if got := Languages(); !slices.Equal(got, []string{"fr", "en", "it"}) {
		t.Errorf("the languages are %v", got)
	}
	for name, want := range map[string]string{"it": "it", "Italiano": "it", "ITALIEN": "it", "français": "fr", "anglais": "en"} {
		if code, ok := Called(name); !ok || code != want {
			t.Errorf("%s is %q, %t", name, code, ok)
		}
	}
	if code, ok := Called("deutsch"); ok {
		t.Errorf("deutsch is %q", code)
	}
	g := newGrammar(now().byCode["it"].words())
	for got, want := range map[string]string{
		g.date(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)): "1º agosto 2026",
		g.number(1234567):                                          "1.234.567",
		g.count(0, "utente", "utenti"):                             "0\u00a0utenti",
		g.count(1, "utente", "utenti"):                             "1\u00a0utente",
		g.list(1, []string{"a", "b"}):                              "a e 1 altro",
		g.by(80, "Regione Toscana"):                                "la Regione Toscana",
		g.rhythm("hebdo jeudi 11:00"):                              "settimanale giovedi 11:00",
		Canonical("Giovedì"):                                       "jeudi",
		Canonical("settimanale"):                                   "hebdo",
		Canonical("nessuno"):                                       "aucun",
		purpose(80, "GIMP", "GIMP è un programma di fotoritocco."): "Programma di fotoritocco.",
		Others("it", 3):                                            "e altri 3",
		DataLanguage("it"):                                         "en",
		strings.Join(Fallbacks("it"), ""):                          "iten",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if n := MonthNamed("Agosto"); n != 8 {
		t.Errorf("agosto is month %d", n)
	}
	if !IsGreeting("ciao") || !IsCourtesy("grazie") || !IsIgnored("cerco") || given(20, "Sconosciuto") != "" {
		t.Error("the words of the folder are not known")
	}
}

// A message that the folder lacks is wholly in the fallback's language, with its dates.
func TestAMissingMessageFallsBack(t *testing.T) {
	italian(t)
	welcome := struct {
		Prefix     string
		Direct     bool
		Catalogues []string
	}{Prefix: "!"}
	for _, test := range []struct{ lang, name, want string }{
		{"it", "welcome", "Buongiorno"},
		{"en", "welcome", "Hello"},
		{"de", "welcome", "Bonjour"}, // a language that is gone
	} {
		if got, err := Render(test.lang, test.name, welcome); err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%s in %s: %q, %v", test.name, test.lang, got, err)
		}
	}
	english, err := Render("en", "loading", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Render("it", "loading", nil); err != nil || got != english {
		t.Errorf("the fallback gives %q, %v, want %q", got, err, english)
	}
	if w, ok := Word("it", "plain removed"); !ok || w != "tolto: " {
		t.Errorf("a word is %q, %t", w, ok)
	}
	if w, ok := Word("it", "plain hidden"); !ok || w != "hidden text" {
		t.Errorf("a missing word is %q, %t", w, ok)
	}
}

// folder writes files into a folder of a new directory of languages.
func folder(t *testing.T, code string, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, code), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, code, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Each way in which a folder may be wrong has its sentence, and leaves the language out
// if it could fail.
func TestOpenTellsWhatIsWrong(t *testing.T) {
	const head = "name: deutsch\nfallback: en\n"
	for name, test := range map[string]struct {
		code  string
		files map[string]string
		want  string
		fault bool
	}{
		"no name":           {"de", map[string]string{dataFile: "fallback: en\n"}, "name: ", true},
		"no fallback":       {"de", map[string]string{dataFile: "name: deutsch\n"}, `fallback: "" is no language`, true},
		"unknown fallback":  {"de", map[string]string{dataFile: "name: deutsch\nfallback: nl\n"}, `"nl" is no language`, true},
		"its own fallback":  {"de", map[string]string{dataFile: "name: deutsch\nfallback: de\n"}, `"de" is no language`, true},
		"unknown key":       {"de", map[string]string{dataFile: head + "monts: []\n"}, "monts", true},
		"eleven months":     {"de", map[string]string{dataFile: head + "months: [a, b, c, d, e, f, g, h, i, j, k]\n"}, "12 names", true},
		"no YAML":           {"de", map[string]string{dataFile: "name: [\n"}, dataFile, true},
		"taken":             {"fr", map[string]string{dataFile: "name: x\nfallback: en\n"}, "is a language of the program", true},
		"bad template":      {"de", map[string]string{dataFile: head, "loading.html": "<p>{{if}}</p>"}, "loading", true},
		"unknown function":  {"de", map[string]string{dataFile: head, "loading.html": "<p>{{shorten 3 .}}</p>"}, "shorten", true},
		"unknown field":     {"de", map[string]string{dataFile: head, "card.html": "<p>{{with .Naam}}{{short 3 .}}{{end}}</p>"}, "uses .Naam", true},
		"unknown part":      {"de", map[string]string{dataFile: head, "card.html": `<p>{{template "sorce" .}}</p>`}, `"sorce"`, true},
		"itself":            {"de", map[string]string{dataFile: head, "loading.html": `<p>{{part "loading" .}}</p>`}, `"loading" calls itself`, true},
		"itself, in a pipe": {"de", map[string]string{dataFile: head, "loading.html": `<p>{{with . | part "loading"}}{{.}}{{end}}</p>`}, `"loading" calls itself`, true},
		"a circle": {"de", map[string]string{
			dataFile: head, "card.html": `<p>{{template "relay-widening" .}}</p>`, "relay-widening.html": `<p>{{if .Public}}{{part "card" .}}{{end}}</p>`,
		}, `"card" calls itself through ["relay-widening"]`, true},
		"a circle through the fallback": {"de", map[string]string{dataFile: head, "relay-widening.html": `<p>{{part "relay-fault" .}}</p>`}, "calls itself through", true},
		"unknown fixed part":            {"de", map[string]string{dataFile: head, "card.html": `<p>{{part "sorce" .}}</p>`}, `"sorce"`, true},
		"doubled forty times":           {"de", map[string]string{dataFile: head, "card.html": doubled(40)}, "too large", true},
		"nested loops":                  {"de", map[string]string{dataFile: head, "card.html": loops(30, "x")}, "nests more than", true},
		"loops in a called template": {"de", map[string]string{
			dataFile: head, "card.html": `{{define "x"}}` + loops(3, "x") + `{{end}}` + loops(2, `{{template "x" $}}`),
		}, "nests more than", true},
		"a large file":      {"de", map[string]string{dataFile: head, "card.html": strings.Repeat("{{if .Name}}", maxFile/10)}, "larger than", true},
		"a name of nothing": {"de", map[string]string{dataFile: head, "crad.html": "<p>x</p>"}, `nothing uses the template "crad"`, false},
		"missing texts":     {"de", map[string]string{dataFile: head}, "texts are missing", false},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems, err := Open(folder(t, test.code, test.files))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(problems, func(p Problem) bool { return strings.Contains(p.Text, test.want) })
			if i < 0 || problems[i].Fault != test.fault || problems[i].Language != test.code {
				t.Errorf("%q is not among %+v", test.want, problems)
			}
			if known := slices.Contains(set.Codes(), "de"); known == test.fault {
				t.Errorf("the languages are %v", set.Codes())
			}
		})
	}
	if _, _, err := Open(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("an absent directory was read")
	}
}

func TestMissingTextsAreListed(t *testing.T) {
	_, problems, err := Open(filepath.Join("testdata", "languages"))
	if err != nil || len(problems) != 1 {
		t.Fatalf("%+v, %v", problems, err)
	}
	p := problems[0]
	if p.Fallback != "en" || !slices.Contains(p.Missing, "compare.html") || slices.Contains(p.Missing, "card.html") || !slices.Contains(p.Missing, "trouble starting") {
		t.Errorf("%+v", p)
	}
}

// reportOf puts the languages in force until the end of the test, and returns a buffer
// that gets the text of each reported error.
func reportOf(t *testing.T, set *Set) *bytes.Buffer {
	t.Helper()
	Use(set)
	t.Cleanup(func() { Use(own()) })
	log := &bytes.Buffer{}
	Report(func(err error) { log.WriteString(err.Error()) })
	t.Cleanup(func() { Report(func(error) {}) })
	return log
}

// mustFallBack checks that a German message is the English one.
func mustFallBack(t *testing.T) {
	t.Helper()
	english, err := Render("en", "loading", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Render("de", "loading", nil); err != nil || got != english {
		t.Errorf("%q, %v", got, err)
	}
}
