package storage

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

func TestSaveRepositories(t *testing.T) {
	one := catalogue.Repository{
		Host: "github.com", ForgeID: "7", URL: "https://github.com/a/Carte", Name: "Carte", Ministry: "Culture", Topics: []string{"plan"},
		Created: noon, Description: "Une carte",
	}
	with := func(change func(r *catalogue.Repository)) catalogue.Repository {
		r := one
		change(&r)
		return r
	}
	tests := map[string]struct {
		saved []catalogue.Repository // after one
		want  []catalogue.Repository
	}{
		"the same":             {[]catalogue.Repository{one}, []catalogue.Repository{one}},
		"another case":         {[]catalogue.Repository{with(func(r *catalogue.Repository) { r.URL = "https://github.com/a/carte" })}, []catalogue.Repository{with(func(r *catalogue.Repository) { r.URL = "https://github.com/a/carte" })}},
		"a new description":    {[]catalogue.Repository{with(func(r *catalogue.Repository) { r.Description = "Un plan" })}, []catalogue.Repository{with(func(r *catalogue.Repository) { r.Description = "Un plan" })}},
		"no description":       {[]catalogue.Repository{with(func(r *catalogue.Repository) { r.Description = "" })}, []catalogue.Repository{with(func(r *catalogue.Repository) { r.Description = "" })}},
		"from a poorer source": {[]catalogue.Repository{{Host: "github.com", URL: one.URL, Name: "Carte", Description: "Une carte"}}, []catalogue.Repository{one}},
		"renamed": {
			[]catalogue.Repository{with(func(r *catalogue.Repository) { r.URL, r.Name = "https://github.com/b/plan", "plan" })},
			[]catalogue.Repository{with(func(r *catalogue.Repository) { r.URL, r.Name = "https://github.com/b/plan", "plan" })},
		},
		"twice at once": {
			[]catalogue.Repository{with(func(r *catalogue.Repository) { r.Description = "Un plan" }), with(func(r *catalogue.Repository) { r.Description = "Une table" })},
			[]catalogue.Repository{with(func(r *catalogue.Repository) { r.Description = "Une table" })},
		},
		"renamed twice at once": {
			[]catalogue.Repository{
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" }),
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/c/plan" }),
			},
			[]catalogue.Repository{with(func(r *catalogue.Repository) { r.URL = "https://github.com/c/plan" })},
		},
		"new, and renamed at once": {
			[]catalogue.Repository{
				{Host: "github.com", ForgeID: "8", URL: "https://github.com/b/plan", Name: "plan"},
				{Host: "github.com", ForgeID: "8", URL: "https://github.com/c/plan", Name: "plan"},
			},
			[]catalogue.Repository{{Host: "github.com", ForgeID: "8", URL: "https://github.com/c/plan", Name: "plan"}, one},
		},
		"renamed, and its place is taken at once": {
			[]catalogue.Repository{
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" }),
				{Host: "github.com", ForgeID: "8", URL: one.URL, Name: "carte"},
			},
			[]catalogue.Repository{
				{Host: "github.com", ForgeID: "8", URL: one.URL, Name: "carte"},
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" }),
			},
		},
		"two change places at once": {
			[]catalogue.Repository{
				{Host: "github.com", ForgeID: "8", URL: "https://github.com/b/plan", Name: "plan"},
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" }),
				{Host: "github.com", ForgeID: "8", URL: one.URL, Name: "plan"},
			},
			[]catalogue.Repository{
				{Host: "github.com", ForgeID: "8", URL: one.URL, Name: "plan"},
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" }),
			},
		},
		"the same id on another forge": {
			[]catalogue.Repository{{Host: "gitlab.com", ForgeID: "7", URL: "https://gitlab.com/a/carte", Name: "carte"}},
			[]catalogue.Repository{{Host: "gitlab.com", ForgeID: "7", URL: "https://gitlab.com/a/carte", Name: "carte"}, one},
		},
		"renamed to the place of another": {
			[]catalogue.Repository{
				{Host: "github.com", ForgeID: "8", URL: "https://github.com/b/plan", Name: "plan"},
				with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" }),
			},
			[]catalogue.Repository{with(func(r *catalogue.Repository) { r.URL = "https://github.com/b/plan" })},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			saveAll(t, db, one)
			saveAll(t, db, test.saved...)
			got, _, err := db.SearchRepositories(t.Context(), new(filter.Filter), 10)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
			for _, word := range []string{"carte", "plan", "culture"} { // no word stays behind
				checkSearch(t, db, test.want, word)
			}
			gone := []catalogue.Repository{{URL: "https://example.org/unknown"}}
			for _, r := range test.want {
				gone = append(gone, catalogue.Repository{URL: strings.ToUpper(r.URL), ForgeID: r.ForgeID})
			}
			if err := db.RemoveRepositories(t.Context(), gone); err != nil {
				t.Fatal(err)
			}
			if left := searchURLs(t, db, "fork:oui,non archive:oui,non"); len(left) != 0 {
				t.Errorf("%q are left", left)
			}
		})
	}
}

func TestWhatIsStoredAlreadyCostsNoWrite(t *testing.T) {
	db := open(t)
	changes := func() (n int) {
		t.Helper()
		if err := db.db.QueryRow(t.Context(), "SELECT total_changes()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if at, err := db.RepositoriesAsOf(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("nothing is stored since %v, %v", at, err)
	}
	before := changes()
	saveAll(t, db, someRepositories...)
	after := changes()
	saveAll(t, db, someRepositories...)
	if before == after || changes() != after {
		t.Errorf("%d changes at first, then %d", after-before, changes()-after)
	}
	if at, err := db.RepositoriesAsOf(t.Context()); err != nil || time.Since(at) > time.Hour {
		t.Errorf("what is stored is of %v, %v", at, err)
	}
}
