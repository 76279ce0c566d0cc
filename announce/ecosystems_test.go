package announce_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/filter"
	"heraut/sources"
)

// depots returns a newsroom with a room that watches an API with two hosts, after the
// first reading.
func depots(t testing.TB, settle time.Duration) (*newsroom, *api) {
	t.Helper()
	a := newAPI(t)
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 30 {
		a.add("github.com", fmt.Sprintf("etalab/base%d", i), old)
		a.add("gitlab.example.org", fmt.Sprintf("labo/base%d", i), old)
	}
	n := newNewsroom(t)
	n.source(sources.Settings{Name: "depots", Kind: sources.Ecosystems, Location: a.base(), Settle: settle})
	n.watch(salon, "depots", "", "immediat")
	n.after(0, "depots")
	return n, a
}

func (n *newsroom) want(texts ...string) {
	n.Helper()
	if got := n.said(salon); !slices.Equal(got, texts) {
		n.Errorf("in the room there is\n%q\nwant\n%q", got, texts)
	}
}

func TestTheBeginningIsSilent(t *testing.T) {
	n, a := depots(t, time.Hour)
	n.after(time.Hour, "depots")
	n.want()
	a.counts()
	n.after(time.Hour, "depots")
	if requests, full := a.counts(); requests != 3 || full != 0 {
		t.Errorf("%d requests, %d of them answered with data, when nothing was new", requests, full)
	}
}

func TestNewRepositories(t *testing.T) {
	n, a := depots(t, 6*time.Hour)
	description := "Un outil. Et plus."
	a.change(func() {
		a.add("github.com", "etalab/vieux", n.now.AddDate(-2, 0, 0)).Description = &description
		a.add("github.com", "etalab/neuf", n.now.AddDate(0, 0, -2))
	})
	n.after(15*time.Minute, "depots")
	n.want()
	n.after(5*time.Hour, "depots")
	n.want()
	n.after(time.Hour, "depots")
	n.want("Dépôt nouvellement référencé : vieux, publié par etalab (github.com) | Un outil. Et plus. | Créé le 1er septembre 2024",
		"Nouveau dépôt : neuf, publié par etalab (github.com) | Créé le 30 août 2026")
	n.after(time.Hour, "depots")
	n.want()
}

func TestCreatedInTheFuture(t *testing.T) {
	n, a := depots(t, time.Hour)
	a.change(func() { a.add("github.com", "etalab/demain", n.now.AddDate(4, 0, 0)) })
	n.after(time.Minute, "depots")
	n.after(time.Hour, "depots")
	n.want("Nouveau dépôt : demain, publié par etalab (github.com)")
}

func TestNewOwner(t *testing.T) {
	n, a := depots(t, 6*time.Hour)
	a.change(func() { a.add("github.com", "insee/un", n.now) })
	n.after(15*time.Minute, "depots")
	a.change(func() {
		for i := range 9 {
			a.add("github.com", fmt.Sprintf("INSEE/r%d", i), n.now)
		}
	})
	n.after(15*time.Minute, "depots")
	n.after(6*time.Hour, "depots")
	n.want("Nouvelle organisation : insee (github.com), 10 dépôts : un, r0, r1, r2, r3, r4, r5, r6 et 2 autres")
	a.change(func() { a.add("github.com", "insee/seul", n.now) })
	n.after(15*time.Minute, "depots")
	n.after(6*time.Hour, "depots")
	n.want("Nouveau dépôt : seul, publié par insee (github.com) | Créé le 1er septembre 2026")
}

// The message about a new organisation with a single repository describes that
// repository.
func TestNewOwnerOfOne(t *testing.T) {
	n, a := depots(t, time.Hour)
	description := "Un outil. Et plus."
	a.change(func() { a.add("github.com", "insee/un", n.now).Description = &description })
	n.after(time.Minute, "depots")
	n.after(time.Hour, "depots")
	n.want("Nouvelle organisation : insee (github.com), 1 dépôt : un, Un outil. Et plus")
}

func TestNewHost(t *testing.T) {
	n, a := depots(t, 6*time.Hour)
	a.change(func() { a.host("forge.example.org") })
	n.after(15*time.Minute, "depots")
	n.after(24*time.Hour, "depots")
	a.change(func() {
		for i := range 3 {
			a.add("forge.example.org", fmt.Sprintf("equipe%d/outil", i), n.now)
		}
	})
	n.after(15*time.Minute, "depots")
	n.after(6*time.Hour, "depots")
	n.want("Nouvelle forge : forge.example.org, 3 dépôts : equipe0/outil, equipe1/outil et equipe2/outil")
}

func TestMany(t *testing.T) {
	n, a := depots(t, 0)
	a.change(func() {
		for i := range 40 {
			a.add("github.com", fmt.Sprintf("etalab/r%d", i), n.now)
		}
		a.add("gitlab.example.org", "labo/x", n.now.AddDate(-1, 0, 0))
	})
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	n.want("41 nouveautés parmi les dépôts publics | etalab, 40 nouveaux dépôts : r0, r1, r2 et 37 autres | " +
		"labo, dépôt nouvellement référencé : x")
}

// The API gives a new row id to a repository that it indexes again.
func TestReturnsAreNoNews(t *testing.T) {
	n, a := depots(t, 0)
	var gone []*apiRepo
	a.change(func() {
		h := a.host("github.com")
		for _, r := range slices.Clone(h.rows[:2]) {
			h.remove(r)
			gone = append(gone, r)
		}
	})
	n.after(time.Hour, "depots")
	a.change(func() {
		h := a.host("github.com")
		h.insert(gone[0])
		a.lastRow++
		gone[1].ID = a.lastRow
		gone[1].FullName = "ailleurs/renomme"
		h.insert(gone[1])
	})
	n.after(time.Hour, "depots")
	n.after(time.Hour, "depots")
	n.want()
}

func TestRules(t *testing.T) {
	n, a := depots(t, 0)
	a.change(func() {
		a.add("github.com", "etalab/fork", n.now).Fork = true
		a.add("github.com", "etalab/archive", n.now).Archived = true
		a.add("github.com", "etalab/vide", n.now).Size = 0
		a.add("github.com", "etalab/modele", n.now).Template = true
		a.add("github.com", "etalab/miroir", n.now).Mirror = "https://example.org/miroir.git"
		gone := "removed"
		a.add("github.com", "etalab/parti", n.now).Status = &gone
		a.host("github.com").people["camille"] = true
		a.add("github.com", "camille/essai", n.now)
	})
	n.after(time.Minute, "depots")
	for range 8 {
		n.after(24*time.Hour, "depots")
	}
	n.want()
	got, err := n.db.Outcomes(t.Context(), "depots")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{filter.RuleFork, filter.RuleArchived, filter.RuleEmpty, filter.RuleTemplate,
		filter.RuleMirror, filter.RuleGone, filter.RulePersonal} {
		if got[rule] != 1 {
			t.Errorf("%d excluded as %s", got[rule], rule)
		}
	}
}

// The decision, like the filters, uses the repository's state after settling.
func TestSecondReading(t *testing.T) {
	n, a := depots(t, 6*time.Hour)
	n.watch(salon, "depots", "langage:go carte", "immediat")
	var late, renamed, forked, gone *apiRepo
	golang, description := "Go", "Une carte"
	a.change(func() {
		late = a.add("github.com", "etalab/tardif", n.now)
		renamed = a.add("github.com", "etalab/carte", n.now)
		renamed.Language = &golang
		forked = a.add("github.com", "etalab/carte-copie", n.now)
		forked.Language = &golang
		gone = a.add("github.com", "etalab/carte-partie", n.now)
		gone.Language = &golang
	})
	n.after(time.Minute, "depots")
	a.change(func() {
		late.Language, late.Description = &golang, &description
		rename(renamed, "etalab/plan")
		forked.Fork = true
		a.host("github.com").remove(gone)
	})
	n.after(6*time.Hour, "depots")
	n.want("Nouveau dépôt : tardif, publié par etalab (github.com) | Une carte | Langage : Go · Créé le 1er septembre 2026")
}

// Many repositories are created empty and filled later.
func TestEmptyAtFirst(t *testing.T) {
	n, a := depots(t, 0)
	var r *apiRepo
	a.change(func() {
		r = a.add("github.com", "insee/outil", n.now)
		r.Size = 0
	})
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	n.want()
	a.change(func() { r.Size = 12 })
	n.after(25*time.Hour, "depots")
	n.want("Nouvelle organisation : insee (github.com), 1 dépôt : outil")
}

// A repository or owner that the API cannot show delays nothing else.
func TestOneThingOutOfOrder(t *testing.T) {
	n, a := depots(t, 0)
	refused, whole := "/owners/insee", 0
	a.change(func() {
		a.fail = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("per_page") == "1000" && strings.Contains(r.URL.Path, "/github.com/") {
				whole++
			}
			if !strings.HasSuffix(r.URL.Path, refused) {
				return false
			}
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
		for i := range 10 {
			a.add("github.com", fmt.Sprint("etalab/avant", i), n.now)
		}
		a.add("github.com", "insee/illisible", n.now)
	})
	for range 3 {
		_ = n.try(time.Minute, "depots")
	}
	n.want("10 nouveautés parmi les dépôts publics | etalab, 10 nouveaux dépôts : avant0, avant1, avant2 et 7 autres")
	if len(n.notices) != 0 { // the first of the three requests succeeded
		t.Errorf("%d notices", len(n.notices))
	}
	a.change(func() {
		refused = "/repositories/etalab/avant0"
		h := a.host("github.com")
		h.remove(h.rows[30])
		for i := range 150 {
			a.add("github.com", fmt.Sprint("etalab/fork", i), n.now).Fork = true
		}
	})
	n.now = n.now.Add(8 * 24 * time.Hour) // by then the host is read from end to end, and the repository again
	for range 3 {
		_ = n.try(time.Minute, "depots")
	}
	n.want("Nouvelle organisation : insee (github.com), 1 dépôt : illisible")
	a.change(func() { whole = 0 })
	for range 3 {
		if err := n.try(time.Minute, "depots"); err == nil {
			t.Error("the repository could be read")
		}
	}
	if whole != 0 {
		t.Errorf("the host was read whole %d times more", whole)
	}
}

// Two forges on one machine may use the same repository ids.
func TestHostsThatDifferByTheirPort(t *testing.T) {
	n, a := depots(t, 0)
	a.change(func() { a.add("github.com:8443", "etalab/outil", n.now).UUID = a.host("github.com").rows[0].UUID })
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	n.want("Nouvelle forge : github.com:8443, 1 dépôt : etalab/outil")
}

// A bot whose clock was fast at its first start still announces the items that appear
// before that wrong time.
func TestClockThatIsSetBack(t *testing.T) {
	n, a := depots(t, 0)
	n.now = n.now.Add(-3 * time.Hour)
	a.change(func() { a.add("github.com", "etalab/outil", n.now) })
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	n.want("Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
}
