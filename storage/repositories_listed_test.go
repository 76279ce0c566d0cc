package storage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// A repository that its list has not named for 30 days is deleted. One that no list
// ever named stays, and so do those of a list that is not read any more.
func TestUnlistedRepositories(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	repo := func(name string) catalogue.Repository {
		return catalogue.Repository{
			Host: "f.example", URL: "https://f.example/carto/" + name, FullName: "carto/" + name, Name: name, Owner: "carto",
		}
	}
	all, err := filter.Parse("organisation:carto")
	must(t, err)
	found := func() string {
		t.Helper()
		repos, _, err := db.SearchRepositories(ctx, all, 20)
		must(t, err)
		var names []string
		for _, r := range repos {
			names = append(names, r.Name)
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	list := func(name string, day int, repos ...string) {
		t.Helper()
		var named []catalogue.Repository
		for _, r := range repos {
			named = append(named, repo(r))
		}
		must(t, db.SaveListed(ctx, name, noon.AddDate(0, 0, day), named))
		must(t, db.PurgeUnlisted(ctx, 30*24*time.Hour))
	}
	must(t, db.SaveRepositories(ctx, []catalogue.Repository{repo("unlisted")}))
	list("dead", 0, "abandoned")
	list("alive", 0, "stays", "goes", "moves")
	for day := range 30 {
		list("alive", day, "stays")
	}
	list("other", 29, "moves")
	if got := found(); got != "abandoned goes moves stays unlisted" {
		t.Errorf("before 30 days are over: %s", got)
	}
	list("alive", 31, "stays")
	list("alive", 32, "stays")
	if got := found(); got != "abandoned moves stays unlisted" {
		t.Errorf("after 30 days: %s", got)
	}
	list("alive", 33, "stays", "goes")
	if got := found(); got != "abandoned goes moves stays unlisted" {
		t.Errorf("back in its list: %s", got)
	}
}

// Every group in the path of a repository counts as its organisation.
func TestSubgroupsAreFound(t *testing.T) {
	db := open(t)
	must(t, db.SaveRepositories(t.Context(), []catalogue.Repository{{
		Host: "gitlab.example", URL: "https://gitlab.example/ministere/transports/cartes/plan", FullName: "ministere/transports/cartes/plan",
		Name: "plan", Owner: "ministere",
	}}))
	for text, want := range map[string]int{
		"organisation:ministere": 1, "organisation:transports": 1, "organisation:cartes": 1, "transports": 1, "organisation:plan": 0,
	} {
		f, err := filter.Parse(text)
		must(t, err)
		if _, total, err := db.SearchRepositories(t.Context(), f, 5); err != nil || total != want {
			t.Errorf("%s finds %d, %v", text, total, err)
		}
	}
}
