package filter

import (
	"errors"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heraut/locale"
	"heraut/locale/localetest"
)

var faultTests = map[string]struct {
	filter string
	want   string // the text after « Filtre incompris, »
}{
	"a slip in a field": {"langag:go",
		"caractère 1 : « langag » n’est pas un champ. Les champs sont organisation, ministere, plateforme, langage, licence, sujet, nom, description, region, fork et archive. Par exemple : langage:go"},
	"another, later, in capitals": {"carte -LICENSES:mit",
		"caractère 8 : « LICENSES » n’est pas un champ. Les champs sont organisation, ministere, plateforme, langage, licence, sujet, nom, description, region, fork et archive. Par exemple : carte -licence:mit"},
	"an address": {"https://github.com/etalab carte",
		"caractère 1 : « https » n’est pas un champ. Les champs sont organisation, ministere, plateforme, langage, licence, sujet, nom, description, region, fork et archive. Par exemple : \"https://github.com/etalab\" carte"},
	"a title": {"gazette : le retour",
		"caractère 1 : « gazette » n’est pas un champ. Les champs sont organisation, ministere, plateforme, langage, licence, sujet, nom, description, region, fork et archive. Par exemple : gazette retour"},
	"no field":            {":go", "caractère 1 : un champ manque devant les deux-points. Par exemple : go"},
	"no field in a group": {"(:go)", "caractère 2 : un champ manque devant les deux-points. Par exemple : go"},
	"no value":            {"langage:", "caractère 8 : une valeur manque après les deux-points. Par exemple : langage:go"},
	"no value, then or":   {"langage: ou carte", "caractère 8 : une valeur manque après les deux-points. Par exemple : langage:go ou carte"},
	"no value in a group": {"(organisation:) carte", "caractère 14 : une valeur manque après les deux-points. Par exemple : organisation:etalab carte"},
	"a comma first":       {"langage:,go", "caractère 8 : une valeur manque après les deux-points. Par exemple : langage:go,go"},
	"a comma at the end":  {"langage:go, ", "caractère 11 : une valeur manque à côté de la virgule. Par exemple : langage:go"},
	"two commas":          {"go,,python", "caractère 3 : une valeur manque à côté de la virgule. Par exemple : go,python"},
	"a comma alone":       {"carte (,)", "caractère 8 : une valeur manque à côté de la virgule. Par exemple : carte"},
	"neither yes nor no":  {"fork:peut-etre", "caractère 6 : « peut-etre » n’est ni oui ni non. Par exemple : fork:oui"},
	"one of them only":    {"archive:oui,tout", "caractère 13 : « tout » n’est ni oui ni non. Par exemple : archive:oui,oui"},
	"a minus in a value":  {"carte langage:-go", "caractère 15 : le signe moins se met devant le terme entier. Par exemple : carte -langage:go"},
	"a minus in a list":   {"langage:go,-python", "caractère 12 : le signe moins se met devant le terme entier. Par exemple : langage:go -langage:python"},
	"a minus among words": {"eau, -mer", "caractère 6 : le signe moins se met devant le terme entier. Par exemple : eau -mer"},
	"a group as a value":  {"langage:(go ou python) carte", "caractère 9 : les valeurs d’un champ se séparent par des virgules, sans parenthèses. Par exemple : langage:go,python carte"},
	"a field in a list":   {"langage:go,licence:mit", "caractère 12 : la virgule sépare les valeurs d’un même champ ; entre deux champs, mettez une espace. Par exemple : langage:go licence:mit"},
	"a minus alone":       {"carte -", "caractère 7 : le signe moins doit toucher ce qu’il exclut. Par exemple : carte"},
	"a minus and a space": {"carte - fork", "caractère 7 : le signe moins doit toucher ce qu’il exclut. Par exemple : carte -fork"},
	"two minuses":         {"--fork", "caractère 1 : le signe moins doit toucher ce qu’il exclut. Par exemple : -fork"},
	"nothing but a minus": {"-", "caractère 1 : le signe moins doit toucher ce qu’il exclut. Par exemple : langage:go,python -fork"},
	"or first":            {"ou carte", "caractère 1 : « ou » se met entre deux possibilités. Par exemple : carte"},
	"or last":             {"carte OU", "caractère 7 : « OU » se met entre deux possibilités. Par exemple : carte"},
	"two ors":             {"carte ou or plan", "caractère 10 : « or » se met entre deux possibilités. Par exemple : carte ou plan"},
	"or in a group":       {"carte (plan ou)", "caractère 13 : « ou » se met entre deux possibilités. Par exemple : carte plan"},
	"a quote":             {`carte "open data`, "caractère 7 : ce guillemet n’est pas fermé. Par exemple : carte \"open data\""},
	"a guillemet":         {"sujet:« open data", "caractère 7 : ce guillemet n’est pas fermé. Par exemple : sujet:\"open data\""},
	"a quote at the end":  {`carte"`, "caractère 6 : ce guillemet n’est pas fermé. Par exemple : carte"},
	"a parenthesis":       {"carte (eau ou (mer", "caractère 15 : cette parenthèse n’est pas fermée. Par exemple : carte (eau ou mer)"},
	"the other one":       {"carte) eau", "caractère 6 : aucune parenthèse n’est ouverte avant celle-ci. Par exemple : carte eau"},
	"nothing in a group":  {"carte ()", "caractère 7 : il n’y a rien entre ces parenthèses. Par exemple : carte"},
	"nothing in a negation": {"carte -( )",
		"caractère 8 : il n’y a rien entre ces parenthèses. Par exemple : carte"},
	"no letter":            {"carte ... eau", "caractère 7 : « ... » n’a ni lettre ni chiffre. Par exemple : carte eau"},
	"no letter in a value": {"licence:*", "caractère 9 : « * » n’a ni lettre ni chiffre. Par exemple : licence:mit"},
	"nothing in quotes":    {`carte ""`, "caractère 7 : « \"\" » n’a ni lettre ni chiffre. Par exemple : carte"},
	"or before a quote":    {`or"00"`, "caractère 1 : « or » se met entre deux possibilités. Par exemple : \"00\""},
	"or as a sign":         {"carte || plan", "caractère 7 : « || » n’a ni lettre ni chiffre. Par exemple : carte ou plan"},
	"too long": {"carte " + strings.Repeat("abcd ", 99),
		"caractère 501 : un filtre ne peut pas dépasser 500 caractères. Par exemple : langage:go,python -fork"},
	"too long with whole names": {strings.Repeat("org:ab ", 70),
		"caractère 1 : un filtre ne peut pas dépasser 500 caractères. Par exemple : langage:go,python -fork"},
	"too deep": {"carte (((((((((eau)))))))))",
		"caractère 15 : trop de parenthèses sont les unes dans les autres. Par exemple : carte eau"},
}

func TestFilterFaults(t *testing.T) {
	seen := map[Problem]bool{}
	for name, test := range faultTests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(test.filter)
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("%s gives %v", test.filter, err)
			}
			seen[fault.Problem] = true
			got, ok := strings.CutPrefix(sentence(t, "fr", fault), "Filtre incompris, ")
			if want := plainSpaces.Replace(test.want); !ok || got != want {
				t.Errorf("%s\ngot  %s\nwant %s", test.filter, got, want)
			}
			checkExample(t, fault)
			if english := sentence(t, "en", fault); !strings.HasPrefix(english, "This filter cannot be read, character") || strings.Contains(english, ": . For") {
				t.Errorf("in English: %s", english)
			}
		})
	}
	for _, p := range Problems {
		if !seen[p] {
			t.Errorf("no test shows the problem %s", p)
		}
	}
}

// checkExample verifies that the example of a fault is a valid filter.
func checkExample(t *testing.T, fault *Error) {
	t.Helper()
	if _, err := Parse(fault.Example); err != nil {
		t.Errorf("the example %q is wrong too: %v", fault.Example, err)
	}
	if !slices.Contains(Problems, fault.Problem) || fault.Pos < 1 {
		t.Errorf("got %+v", fault)
	}
}

var (
	tag         = regexp.MustCompile(`<[^>]*>`)
	plainSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")
)

// sentence returns the sentence about a fault, with plain spaces.
func sentence(t *testing.T, lang string, fault *Error) string {
	t.Helper()
	message, err := locale.Render(lang, "filter-fault", fault)
	if err != nil {
		t.Fatal(err)
	}
	if err := localetest.Check(message); err != nil {
		t.Errorf("%v\n%s", err, message)
	}
	return plainSpaces.Replace(html.UnescapeString(tag.ReplaceAllString(message, "")))
}

func FuzzFilter(f *testing.F) {
	for _, test := range filterTests {
		f.Add(test.filter)
	}
	for _, test := range faultTests {
		f.Add(test.filter)
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := Parse(text)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("%q: %v", text, err)
			}
			checkExample(t, fault)
			for _, lang := range locale.Languages() {
				sentence(t, lang, fault)
			}
			return
		}
		checkCanonical(t, filter)
	})
}
