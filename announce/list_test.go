package announce_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/announce"
	"heraut/filter"
	"heraut/sources"
	"heraut/testkit/realdata"
)

// listed returns a newsroom with a room that watches a list of repositories, after the
// first reading.
func listed(t *testing.T, settle time.Duration, list string) (*newsroom, *page) {
	t.Helper()
	p := newPage(t, list)
	n := newNewsroom(t)
	n.source(sources.Settings{Name: "liste", Kind: sources.RepositoryList, Location: p.URL, Settle: settle})
	n.watch(salon, "liste", "", "immediat")
	n.after(0, "liste")
	return n, p
}

// listFormats writes lists of repositories in each past or present format, from the
// path of each repository on the forge and whether it is a fork.
var listFormats = map[string]struct {
	head, row, between, end string
	created                 bool // the format has the day of creation
}{
	"JSON": {"[", `{"id": "https://github.com/%s", "full_name": "%[1]s", "owner": "https://github.com/etalab",` +
		` "platform": "github.com", "fork": %t, "description": "Un outil", "archived": false, "language": ""}`, ",", "]", false},
	"CSV": {"fork,owner,description,id,full_name\n", "%[2]t,https://github.com/etalab,Un outil,https://github.com/%[1]s,%[1]s", "\n", "\n", false},
	"older JSON": {"[", `{"name": "x", "repository_url": "https://github.com/%s", "is_fork": %t, "description": "Un outil",` +
		` "creation_date": "2019-04-06T20:40:08Z"}`, ",", "]", true},
	"older CSV": {"name,repository_url,is_fork,description,creation_date\n",
		"x,https://github.com/%s,%t,Un outil,2019-04-06T20:40:08Z", "\n", "\n", true},
	"oldest JSON": {"[", `{"nom": "x", "repertoire_url": "https://github.com/%s", "est_fork": %t, "description": "Un outil",` +
		` "date_creation": "2019-04-06T20:40:08Z"}`, ",", "]", true},
	"oldest CSV": {"nom,repertoire_url,est_fork,description,date_creation\n",
		"x,https://github.com/%s,%t,Un outil,2019-04-06T20:40:08Z", "\n", "\n", true},
}

// Each format goes through a silent first reading, a withdrawal, a return and an
// outage.
func TestList(t *testing.T) {
	for name, format := range listFormats {
		t.Run(name, func(t *testing.T) {
			var base []string
			for i := range 30 {
				base = append(base, fmt.Sprintf(format.row, fmt.Sprint("etalab/base", i), false))
			}
			list := func(rows ...string) string { return format.head + strings.Join(rows, format.between) + format.end }
			n, p := listed(t, 6*time.Hour, list(base...))
			n.want()

			tool, fork := fmt.Sprintf(format.row, "etalab/outil", false), fmt.Sprintf(format.row, "etalab/copie", true)
			short := fmt.Sprintf(format.row, "etalab/parti-aussitot", false)
			p.set(list(append(base, tool, fork, short)...))
			n.after(time.Hour, "liste")
			n.want() // settling
			p.set(list(append(base, tool, fork)...))
			n.after(6*time.Hour, "liste")
			got := n.said(salon)
			if len(got) != 1 || !strings.HasPrefix(got[0], "Dépôt nouvellement référencé : ") ||
				!strings.Contains(got[0], "publié par etalab (github.com) | Un outil") || strings.Contains(got[0], "Créé le 6 avril 2019") != format.created {
				t.Fatalf("got %q", got)
			}
			outcomes, err := n.db.Outcomes(t.Context(), "liste")
			if err != nil || outcomes[filter.RuleFork] != 1 || outcomes[announce.Vanished] != 1 || outcomes[announce.Announced] != 1 {
				t.Errorf("%v, %v", outcomes, err)
			}

			p.set(list(base[:20]...)) // the forge is out of order
			n.after(25*time.Hour, "liste")
			n.want()
			p.set(list(append(slices.Clone(base[1:]), fork)...)) // the forge is back, without one repository
			n.after(25*time.Hour, "liste")
			if got := n.said(salon); len(got) != 1 || !strings.HasPrefix(got[0], "* ~Dépôt") || !strings.HasSuffix(got[0], "Ce dépôt n’est plus public.") {
				t.Errorf("got %q", got)
			}
			p.set(list(append(base, tool, fork, short)...))
			n.after(25*time.Hour, "liste")
			if got := n.said(salon); len(got) != 1 || !strings.HasPrefix(got[0], "* Dépôt") {
				t.Errorf("got %q", got)
			}
			n.after(25*time.Hour, "liste")
			n.want() // returning repositories are no news
		})
	}
}

// The list before and after a forge came back, and before and after a mass import.
func TestRealPairs(t *testing.T) {
	read := func(name string) string {
		body, err := os.ReadFile(realdata.Path(t, "codegouv", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for _, pair := range []string{"repertoires-2020-09-23-outage", "repertoires-2020-12-17-mass-import"} {
		t.Run(pair, func(t *testing.T) {
			n, p := listed(t, 6*time.Hour, read(pair+"-before.csv"))
			p.set(read(pair + "-after.csv"))
			n.after(4*time.Hour, "liste")
			n.want()
			n.after(7*time.Hour, "liste")
			got := n.said(salon)
			for _, message := range got {
				t.Log(message)
				if strings.Count(message, " | ") > 14 {
					t.Errorf("too long: %s", message)
				}
			}
			if len(got) == 0 || len(got) > 5 {
				t.Errorf("%d messages", len(got))
			}
			p.set(read(pair + "-before.csv")) // and the other way round
			n.after(25*time.Hour, "liste")
			p.set(read(pair + "-after.csv"))
			n.after(25*time.Hour, "liste")
			n.after(7*time.Hour, "liste")
			for _, message := range n.said(salon) {
				if !strings.HasPrefix(message, "* ") {
					t.Errorf("what came back is announced: %s", message)
				}
			}
		})
	}
}

// A list replaced by an API under the same name floods no room, and no announced
// repository counts as removed.
func TestAnotherKindUnderOneName(t *testing.T) {
	n, a := depots(t, 0)
	list := newPage(t, `[{"id": "https://github.com/etalab/base0", "full_name": "etalab/base0"}]`)
	n.source(sources.Settings{Name: "liste", Kind: sources.RepositoryList, Location: list.URL})
	n.watch(salon, "liste", "", "immediat")
	n.after(0, "liste")
	n.source(sources.Settings{Name: "liste", Kind: sources.Ecosystems, Location: a.base()})
	for range 3 {
		if err := n.try(time.Hour, "liste"); err == nil {
			t.Error("no error")
		}
	}
	n.want()
	if len(n.notices) != 1 {
		t.Errorf("%d notices", len(n.notices))
	}
}
