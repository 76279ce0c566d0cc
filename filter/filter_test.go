package filter

import (
	"slices"
	"strings"
	"testing"

	"heraut/catalogue"
)

// items are the items of these tests, by a short name; invented.
var items = map[string]*Words{
	"carte": repository(catalogue.Repository{
		Host: "github.com", Owner: "etalab", Organization: "Etalab", Ministry: "Première ministre", Name: "carte-ecoles",
		Description: "Cartographie des écoles de l’Île-de-France", Language: "Python", License: "MIT",
		Topics: []string{"education-nationale", "open-data"},
	}),
	"eau": repository(catalogue.Repository{
		Host: "gitlab.inria.fr", Owner: "hydro", Organization: "INRIA", Ministry: "Recherche", Name: "EauVive",
		Description: "Qualité de l'eau", Language: "Go", License: "AGPL-3.0", Topics: []string{"eau", "santé"},
	}),
	"noyau": repository(catalogue.Repository{
		Host: "gitlab.com", Owner: "defense", Ministry: "Armées", Name: "noyau", Description: "Un noyau écrit en C",
		Language: "C", License: "GPL-2.0",
	}),
	"moteur": repository(catalogue.Repository{
		Host: "github.com", Owner: "betagouv", Name: "moteur", Description: "Le moteur, en C++; voir etalab", Language: "C++",
		License: "EUPL-1.2",
	}),
	"tableau": repository(catalogue.Repository{
		Host: "github.com", Owner: "betagouv", Name: "tableaux", Language: "Jupyter Notebook", License: "LGPL-3.0",
		Description: "Données ouvertes et modèles de tableaux",
	}),
	"vide de mots":     repository(catalogue.Repository{Host: "framagit.org", Name: "x"}),
	"copie":            repository(catalogue.Repository{Host: "github.com", Owner: "etalab", Name: "carte-copie", Fork: true, Language: "Python"}),
	"archives":         repository(catalogue.Repository{Host: "github.com", Owner: "archives-nationales", Name: "archive", Archived: true}),
	"copie archivée":   repository(catalogue.Repository{Name: "ancien", Fork: true, Archived: true, Language: "Go"}),
	"miroir":           repository(catalogue.Repository{Name: "carte-miroir", Mirror: true}),
	"personnel, copie": repository(catalogue.Repository{Name: "carte-perso", Personal: true, Fork: true}),
	"logiciel": OfSoftware(&catalogue.Software{
		Name: "QGIS", Description: catalogue.Localized{FR: "Cartographie libre"}, License: "GPL-2.0", Keywords: []string{"SIG"},
		Platforms: []catalogue.Platform{catalogue.Linux}, Organizations: []catalogue.Organization{{Name: "IGN"}},
	}),
	"billet": OfText("Gazette BlueHats n° 32", "Éducation et santé"),
}

func repository(r catalogue.Repository) *Words { return OfRepository(&r) }

// shown are the repositories that no rule excludes.
const shown = "carte, eau, moteur, noyau, tableau, vide de mots"

var filterTests = map[string]struct {
	filter    string
	accepted  string // the short names, in order; the filter refuses the other items
	canonical string // the result of String, if it differs from the filter
}{
	"nothing":                          {"", "billet, " + shown[:len("carte, eau, ")] + "logiciel, moteur, noyau, tableau, vide de mots", ""},
	"a word in the name":               {"noyau", "noyau", ""},
	"a word’s beginning":               {"cart", "carte, logiciel", ""},
	"not its middle":                   {"graphie", "", ""},
	"two letters are a word":           {"ca", "", ""},
	"three letters are a start":        {"eco", "carte", ""},
	"accents and case":                 {"ÉCOLES", "carte", ""},
	"without accents":                  {"ile-de-france", "carte", ""},
	"a typographic apostrophe":         {"l'ile", "carte", ""},
	"an article":                       {"l’eau", "eau", ""},
	"a plural finds its singular":      {"moteurs", "moteur", ""},
	"a plural in x":                    {"tableaux", "tableau", ""},
	"a singular finds its plural":      {"ecole", "carte", ""},
	"a word in the language":           {"python", "carte", ""},
	"a word in the topics":             {"education", "billet, carte", ""},
	"a word in the ministry":           {"armees", "noyau", ""},
	"a word in the owner":              {"etalab", "carte, moteur", ""},
	"no word in the licence":           {"agpl", "", ""},
	"no word across values":            {"nationale-open", "", ""},
	"all the words":                    {"eau qualite", "eau", ""},
	"not all the words":                {"eau noyau", "", ""},
	"small words say nothing":          {"la qualité de l'eau", "eau", "qualité l'eau"},
	"nothing but a small word":         {"de", "carte, eau, tableau", ""},
	"a phrase":                         {`"qualité de l’eau"`, "eau", ""},
	"a phrase in another order":        {`"eau de qualité"`, "", ""},
	"a phrase is exact":                {`"ecole"`, "", ""},
	"a guillemet":                      {"« données ouvertes »", "tableau", `"données ouvertes"`},
	"curly quotes":                     {"“données  ouvertes”", "tableau", `"données ouvertes"`},
	"alternatives":                     {"noyau,moteur", "moteur, noyau", ""},
	"alternatives with spaces":         {"noyau , moteur", "moteur, noyau", "noyau,moteur"},
	"a phrase among alternatives":      {`noyau,"données ouvertes"`, "noyau, tableau", ""},
	"a field":                          {"nom:eau", "eau", ""},
	"a word elsewhere":                 {"nom:ecole", "carte", ""},
	"an English name":                  {"language:go", "eau", "langage:go"},
	"a field in capitals":              {"LANGAGE:Go", "eau", "langage:Go"},
	"with accents":                     {"Ministère:armées", "noyau", "ministere:armées"},
	"a space after the colon":          {"langage: go", "eau", "langage:go"},
	"French spacing":                   {"langage\u00a0: go", "eau", "langage:go"},
	"C":                                {"langage:c", "noyau", ""},
	"C++":                              {"langage:c++", "moteur", ""},
	"C++ as a word":                    {"c++", "moteur", ""},
	"the start of a language":          {"langage:jupyter", "tableau", ""},
	"a language of two words":          {`langage:"jupyter notebook"`, "tableau", ""},
	"a language is whole":              {"langage:pyth", "", ""},
	"languages":                        {"langage:go,python", "carte, eau", ""},
	"a licence’s family":               {"licence:gpl", "logiciel, noyau", ""},
	"a licence with its version":       {"licence:agpl-3.0", "eau", ""},
	"licences":                         {"license:mit,eupl", "carte, moteur", "licence:mit,eupl"},
	"an organisation":                  {"organisation:etalab", "carte", ""},
	"by the name of its owner":         {"organisation:betagouv", "moteur, tableau", ""},
	"who uses a software":              {"org:ign", "logiciel", "organisation:ign"},
	"a kind of forge":                  {"plateforme:gitlab", "eau, noyau", ""},
	"a forge":                          {"forge:gitlab.inria.fr", "eau", "plateforme:gitlab.inria.fr"},
	"a system":                         {"plateforme:linux", "logiciel", ""},
	"a topic":                          {"sujet:sante", "eau", ""},
	"a topic of two words":             {"topic:open-data", "carte", "sujet:open-data"},
	"a software’s keyword":             {"sujet:sig", "logiciel", ""},
	"a description":                    {"description:carto", "carte, logiciel", ""},
	"not":                              {"plateforme:github -langage:go,python", "moteur, tableau", ""},
	"not a word":                       {"organisation:betagouv -moteur", "tableau", ""},
	"not a phrase":                     {`plateforme:github -"jupyter notebook"`, "carte, moteur", ""},
	"a dash for a minus":               {"organisation:betagouv –moteur", "tableau", "organisation:betagouv -moteur"},
	"or":                               {"noyau ou moteur", "moteur, noyau", ""},
	"or that a quote touches":          {`noyau ou"données ouvertes"`, "noyau, tableau", `noyau ou "données ouvertes"`},
	"not without the word or":          {"nom:eau -(-ou)", "", `nom:eau "ou"`},
	"or as a value":                    {"Or,noyau", "noyau", `"Or",noyau`},
	"or in English, in capitals":       {"noyau OR moteur", "moteur, noyau", "noyau ou moteur"},
	"or comes after and":               {"etalab langage:python ou noyau", "carte, noyau", ""},
	"parentheses":                      {"plateforme:github (python ou langage:c++)", "carte, moteur", ""},
	"parentheses that are no use":      {"((noyau) (moteur ou noyau))", "noyau", "noyau (moteur ou noyau)"},
	"not a group":                      {"plateforme:github -(moteur ou tableau)", "carte", ""},
	"not not":                          {"-(-noyau)", "noyau", "noyau"},
	"not in a group":                   {"plateforme:github -(nom:moteur langage:c++)", "carte, tableau", ""},
	"groups in groups":                 {"(plateforme:gitlab (eau ou (noyau langage:c))) ou jupyter", "eau, noyau, tableau", "plateforme:gitlab (eau ou noyau langage:c) ou jupyter"},
	"forks too":                        {"fork:oui,non cart", "carte, copie, logiciel", ""},
	"forks alone":                      {"fork", "copie", ""},
	"forks, in English":                {"fork:yes", "copie", ""},
	"no forks":                         {"etalab -fork", "carte, moteur", ""},
	"the word fork":                    {`"fork"`, "", ""},
	"archives alone":                   {"archive", "archives", ""},
	"the word archive":                 {`"archive" archive:oui`, "archives", ""},
	"archived forks":                   {"archive fork", "copie archivée", ""},
	"either flag":                      {"fork,archive", "archives, copie, copie archivée", ""},
	"no archives":                      {"langage:python archive:non", "carte", ""},
	"naming one rule lifts no other":   {"cart fork:oui,non archive:oui,non", "carte, copie, logiciel", ""},
	"a character that is none":         {"-\x00noyau plateforme:gitlab", "eau", "-\uFFFDnoyau plateforme:gitlab"},
	"the example of the configuration": {"langage:go,python -fork", "carte, eau", ""},
}

func TestFilter(t *testing.T) {
	for name, test := range filterTests {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(test.filter)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(accepted(f), ", "); got != test.accepted {
				t.Errorf("%s accepts\n%s, not\n%s", test.filter, got, test.accepted)
			}
			want := test.canonical
			if want == "" {
				want = test.filter
			}
			if got := f.String(); got != want {
				t.Errorf("%s becomes %s, not %s", test.filter, got, want)
			}
			checkCanonical(t, f)
		})
	}
}

func accepted(f *Filter) (names []string) {
	for name, item := range items {
		if f.Match(item) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// The canonical form accepts the same items, and is its own canonical form.
func checkCanonical(t *testing.T, f *Filter) {
	t.Helper()
	again, err := Parse(f.String())
	if err != nil {
		t.Fatalf("the canonical form %q: %v", f, err)
	}
	if again.String() != f.String() {
		t.Errorf("%q becomes %q", f, again)
	}
	if got, want := accepted(again), accepted(f); !slices.Equal(got, want) {
		t.Errorf("%q accepts %q in its canonical form, not %q", f, got, want)
	}
}

func TestExcluded(t *testing.T) {
	tests := map[string]struct {
		filter, item, rule string // rule is empty when none excludes the item
	}{
		"a fork":               {"", "copie", RuleFork},
		"a fork that is named": {"fork:oui", "copie", ""},
		"forks are refused":    {"-fork", "copie", ""}, // the filter itself excludes it
		"another is named":     {"archive:oui", "copie", RuleFork},
		"archived":             {"", "archives", RuleArchived},
		"archived, named":      {"a ou archive", "archives", ""},
		"the first rule":       {"", "copie archivée", RuleFork},
		"what is left":         {"fork:oui,non", "copie archivée", RuleArchived},
		"never named":          {"fork:oui", "personnel, copie", RulePersonal},
		"a mirror":             {"", "miroir", RuleMirror},
		"none":                 {"rien", "carte", ""},
		"a software":           {"", "logiciel", ""},
		"an entry":             {"", "billet", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(test.filter)
			if err != nil {
				t.Fatal(err)
			}
			rule, excluded := f.Excluded(items[test.item])
			if rule != test.rule || excluded != (test.rule != "") {
				t.Errorf("got %q, %v, want %q", rule, excluded, test.rule)
			}
			if excluded && f.Match(items[test.item]) {
				t.Error("it is accepted all the same")
			}
		})
	}
}

func TestNames(t *testing.T) {
	gimp := OfSoftware(&catalogue.Software{Name: "GIMP", Description: catalogue.Localized{FR: "Retouche d’images"}})
	for filter, want := range map[string]bool{
		"":                      false,
		"gimp":                  false,
		"retouche":              false,
		"description:retouche":  false,
		"nom:gimp":              true,
		"nom:krita,gimp":        true,
		"nom:gim":               true,
		"nom:krita":             false,
		"nom:krita ou retouche": false,
		"nom:gimp ou carte":     true,
		"carte (nom:gimp)":      true, // Match tests the other terms
		"-nom:krita":            false,
		"-nom:gimp":             false,
		"-(-nom:gimp)":          true,
	} {
		f, err := Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Names(gimp); got != want {
			t.Errorf("%q: got %v", filter, got)
		}
	}
}

func TestEveryRule(t *testing.T) {
	for rule, r := range map[string]catalogue.Repository{
		RuleFork: {Fork: true}, RuleArchived: {Archived: true}, RuleTemplate: {Template: true}, RuleMirror: {Mirror: true},
		RuleEmpty: {Empty: true}, RulePersonal: {Personal: true}, RuleGone: {Status: "hidden"},
	} {
		var all Filter
		if got, excluded := all.Excluded(repository(r)); got != rule || !excluded {
			t.Errorf("got %q, %v, want %q", got, excluded, rule)
		}
		if !slices.Contains(all.Rules(), rule) {
			t.Errorf("%s is not in %q", rule, all.Rules())
		}
	}
}
