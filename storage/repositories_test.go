package storage

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/filter"
	"heraut/testkit/realdata"
)

// someRepositories are invented.
var someRepositories = []catalogue.Repository{
	{
		Host: "github.com", ForgeID: "1", URL: "https://github.com/Etalab/carte-ecoles", FullName: "Etalab/carte-ecoles", Name: "carte-ecoles",
		Owner: "Etalab", Organization: "Étalab", Ministry: "Première ministre", Description: "Cartographie des écoles de l’Île-de-France",
		Language: "Python", License: "MIT", Topics: []string{"education-nationale", "open-data"},
		Created: noon.Add(-time.Hour), Pushed: noon, Updated: noon.Add(time.Hour),
	},
	{Host: "gitlab.inria.fr", URL: "https://gitlab.inria.fr/hydro/eau", FullName: "hydro/eau", Name: "eau", Owner: "hydro", Description: "L'eau", Language: "Go", License: "AGPL-3.0", Topics: []string{"eau", "santé"}, Updated: noon},
	{Host: "github.com", URL: "https://github.com/a/moteur", FullName: "a/moteur", Name: "moteur", Owner: "a", Description: "En C++ (et C#)", Language: "C++"},
	{Host: "github.com", URL: "https://github.com/a/noyau", FullName: "a/noyau", Name: "noyau", Owner: "a", Description: "Écrit en C", Language: "C", Personal: true},
	{Host: "github.com", URL: "https://github.com/a/tableaux", FullName: "a/tableaux", Name: "tableaux", Owner: "a", Language: "Jupyter Notebook", Pushed: noon},
	{Host: "github.com", URL: "https://github.com/a/carte", FullName: "a/carte", Name: "carte", Owner: "a", Fork: true, Language: "Python"},
	{Host: "github.com", URL: "https://github.com/a/archive", FullName: "a/archive", Name: "archive", Owner: "a", Archived: true, Fork: true},
	{Host: "framagit.org", URL: "https://framagit.org/b/Œuvres", FullName: "b/Œuvres", Name: "Œuvres", Description: "数据 — données d’archives « ouvertes »", Topics: []string{"éducation", "nationale"}},
}

func saveAll(t testing.TB, db *DB, all ...catalogue.Repository) {
	t.Helper()
	for batch := range slices.Chunk(all, 500) {
		if err := db.SaveRepositories(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
}

// searchURLs returns the URLs of all results, in order.
func searchURLs(t testing.TB, db *DB, query string) (urls []string) {
	t.Helper()
	f, err := filter.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	found, total, err := db.SearchRepositories(t.Context(), f, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		urls = append(urls, r.URL)
	}
	if total != len(urls) {
		t.Errorf("%s: %d in all, but %d are given", query, total, len(urls))
	}
	return urls
}

// checkSearch verifies that the search finds exactly the repositories that the filter
// accepts one by one.
func checkSearch(t testing.TB, db *DB, all []catalogue.Repository, query string) {
	t.Helper()
	f, err := filter.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range all {
		if f.Match(filter.OfRepository(&all[i])) {
			want = append(want, all[i].URL)
		}
	}
	got := searchURLs(t, db, query)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d are found, %d accepted\nfound    %q\naccepted %q", query, len(got), len(want), first(got), first(want))
	}
}

func first(all []string) []string { return all[:min(len(all), 10)] }

var searches = []string{
	"", "carte", "cart", "cartes", "ca", "graphie", "écoles", "ile-de-france", `"île de france"`, `"ile france"`, "l'eau", "eau", "c", "c++", "c#",
	"langage:c", "langage:c++", "langage:jupyter", "langage:notebook", `langage:"jupyter notebook"`, "langage:python,go", "-langage:python",
	"-(langage:python ou langage:go)", "-(-eau)", "organisation:etalab", "organisation:a", "plateforme:github", "plateforme:inria",
	"licence:agpl-3.0", "licence:gpl", "sujet:open-data", "sujet:education", "sujet:education-nationale", "nom:carte", "description:carto",
	"fork", "fork:oui,non carte", "archive", "archive fork", "fork,archive", `"archive"`, "archive:non", "-fork -archive", "fork:non",
	"carte ou eau", "carte (python ou go) -eau", "(carte ou eau) (python ou langage:go)", "-carte -eau", "-carte ou -eau", "données ouvertes",
	"æuvres", "oeuvres", "数据", "test", "api", "a", "web -site", "docker ou kubernetes", "covid,sante organisation:etalab,betagouv",
	"ou1 ou (b (c ou (d (e ou (f (g ou (h i)))))))", strings.Repeat("mot,", 120) + "eau", strings.Repeat("-x ", 150) + "eau", strings.Repeat("e ou ", 90) + "eau",
}

func TestSearchRepositories(t *testing.T) {
	db := open(t)
	saveAll(t, db, someRepositories...)
	for _, query := range searches {
		checkSearch(t, db, someRepositories, query)
	}
	found, _, err := db.SearchRepositories(t.Context(), new(filter.Filter), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		if !slices.ContainsFunc(someRepositories, func(stored catalogue.Repository) bool { return reflect.DeepEqual(stored, r) }) {
			t.Errorf("not as it was stored: %+v", r)
		}
	}
}

// realRepositories reads the real list of 2021, without duplicates.
func realRepositories(t testing.TB) (all []catalogue.Repository) {
	t.Helper()
	f, err := os.Open(realdata.Path(t, "codegouv", "repertoires-2021-01-30T1938.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string]bool{}
	_, err = catalogue.ReadRepositories(f, func(r catalogue.Repository) error {
		if !seen[r.URL] {
			seen[r.URL] = true
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSearchRealRepositories(t *testing.T) {
	all := realRepositories(t)
	db := open(t)
	saveAll(t, db, all...)
	for _, query := range searches {
		checkSearch(t, db, all, query)
	}
}

func TestOrderOfTheFound(t *testing.T) {
	named := func(name, description string, pushed int) catalogue.Repository {
		return catalogue.Repository{
			Host: "github.com", URL: "https://github.com/a/" + name, Name: name, Description: description, Language: "Go",
			Pushed: noon.Add(time.Duration(pushed) * time.Hour), Updated: noon.Add(99 * time.Hour),
		}
	}
	db := open(t)
	saveAll(t, db, named("planete", "", 9), named("x", "un plan de plus", 8), named("plan", "", 1), named("plan-local", "", 7), named("y", "", 6))
	tests := map[string]struct {
		filter string
		want   []string
	}{
		"the name, the word in it, elsewhere, its start": {"plan", []string{"plan", "plan-local", "x", "planete"}},
		"the latest, without words":                      {"langage:go", []string{"planete", "x", "plan-local", "y", "plan"}},
		"the latest, what is not":                        {"-plan", []string{"y"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := searchURLs(t, db, test.filter)
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], "https://github.com/a/")
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLimitOfTheFound(t *testing.T) {
	db := open(t)
	saveAll(t, db, someRepositories...)
	found, total, err := db.SearchRepositories(t.Context(), new(filter.Filter), 2)
	if err != nil || total != 5 || len(found) != 2 {
		t.Errorf("got %d of %d, %v", len(found), total, err)
	}
}

func FuzzSearchRepositories(f *testing.F) {
	for _, query := range searches {
		f.Add(query)
	}
	f.Add(`"a*" -nom:"x"y licence:"*" langage:"NEAR(a b)" {name}`)
	db, err := Open(f.Context(), filepath.Join(f.TempDir(), "bot.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := db.Close(); err != nil {
			f.Error(err)
		}
	})
	saveAll(f, db, someRepositories...)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := filter.Parse(text); err == nil {
			checkSearch(t, db, someRepositories, text)
		}
	})
}
