package announce_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"heraut/announce"
	"heraut/filter"
)

// announced returns a newsroom in which a repository was just announced alone.
func announced(t *testing.T) (*newsroom, *api, *apiRepo) {
	t.Helper()
	n, a := depots(t, time.Hour)
	var r *apiRepo
	a.change(func() { r = a.add("github.com", "etalab/outil", n.now) })
	n.after(time.Minute, "depots")
	n.after(time.Hour, "depots")
	n.want("Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
	return n, a, r
}

func rename(r *apiRepo, to string) {
	r.Previous = append(r.Previous, r.FullName)
	r.FullName = to
	r.URL = "https://github.com/" + to
}

func TestRenamed(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() { rename(r, "etalab/meilleur-nom") })
	n.after(23*time.Hour, "depots")
	n.want() // announced repositories are read once a day
	n.after(2*time.Hour, "depots")
	n.want("* Nouveau dépôt : meilleur-nom, publié par etalab (github.com) | Anciennement : etalab/outil | Créé le 1er septembre 2026")
	n.after(25*time.Hour, "depots")
	n.want()
}

func TestRenamedAndBack(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() { rename(r, "etalab/meilleur-nom") })
	n.after(25*time.Hour, "depots")
	n.said(salon)
	a.change(func() { rename(r, "etalab/outil") })
	n.after(25*time.Hour, "depots")
	n.want("* Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
	a.change(func() { rename(r, "Etalab/Outil") }) // the same name in another case
	n.after(25*time.Hour, "depots")
	n.want()
}

func TestRenamedTooLate(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() { rename(r, "etalab/meilleur-nom") })
	n.after(7*24*time.Hour+time.Hour, "depots")
	n.want()
}

func TestArchivedAndRemoved(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() { r.Archived = true })
	n.after(25*time.Hour, "depots")
	n.want("* ~Nouveau dépôt : outil, publié par etalab (github.com)~ | Ce dépôt est archivé : il n’évolue plus.")
	status := "removed"
	a.change(func() { r.Status = &status })
	n.after(25*time.Hour, "depots")
	n.want("* ~Nouveau dépôt : outil, publié par etalab (github.com)~ | Ce dépôt n’est plus public.")
	a.change(func() { r.Status, r.Archived = nil, false })
	n.after(25*time.Hour, "depots")
	n.want("* Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
	a.change(func() { a.host("github.com").remove(r) })
	n.after(25*time.Hour, "depots")
	n.want("* ~Nouveau dépôt : outil, publié par etalab (github.com)~ | Ce dépôt n’est plus public.")
}

// A repository that takes the name of a deleted one is a new repository.
func TestReplaced(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() {
		a.host("github.com").remove(r)
		a.add("github.com", "etalab/outil", n.now)
	})
	n.after(25*time.Hour, "depots")
	n.want("* ~Nouveau dépôt : outil, publié par etalab (github.com)~ | Ce dépôt n’est plus public.")
	n.after(2*time.Hour, "depots")
	n.want("Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
}

// A search finds the repository that took the name, even when it was announced before
// the old one was struck out.
func TestReplacedAndFound(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() {
		a.host("github.com").remove(r)
		a.add("github.com", "etalab/outil", n.now)
	})
	n.after(time.Hour, "depots")
	n.after(time.Hour, "depots")
	n.want("Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
	n.after(23*time.Hour, "depots")
	n.want("* ~Nouveau dépôt : outil, publié par etalab (github.com)~ | Ce dépôt n’est plus public.")
	filter, err := filter.Parse("nom:outil")
	if err != nil {
		t.Fatal(err)
	}
	if found, _, err := n.db.SearchRepositories(t.Context(), filter, 5); len(found) != 1 || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestNothingIsCorrectedAfterAMonth(t *testing.T) {
	n, a, r := announced(t)
	for range 30 {
		n.after(24*time.Hour+time.Minute, "depots")
	}
	a.change(func() { r.Archived = true })
	n.after(25*time.Hour, "depots")
	n.want()
}

func TestOutageIsNoWithdrawal(t *testing.T) {
	tests := map[string]func(h *apiHost, gone string){
		"the host lost a third": func(h *apiHost, _ string) { h.rows = h.rows[:20] },
		"the host is empty":     func(h *apiHost, _ string) { h.rows = nil },
		"the host does not answer": func(h *apiHost, gone string) {
			h.status = "timeout"
			for _, r := range h.rows {
				r.Status = &gone
			}
		},
	}
	for name, outage := range tests {
		t.Run(name, func(t *testing.T) {
			n, a, _ := announced(t)
			rows := slices.Clone(a.host("github.com").rows)
			a.change(func() { outage(a.host("github.com"), "removed") })
			for range 3 {
				n.after(25*time.Hour, "depots")
			}
			n.want()
			a.change(func() {
				h := a.host("github.com")
				h.rows, h.status = nil, "online"
				for i, r := range rows {
					r.Status = nil
					if i%2 == 0 {
						a.lastRow++
						r.ID = a.lastRow
					}
					h.insert(r)
				}
				a.add("github.com", "etalab/vraiment-neuf", n.now)
			})
			n.after(25*time.Hour, "depots")
			n.after(2*time.Hour, "depots")
			n.want("Nouveau dépôt : vraiment-neuf, publié par etalab (github.com) | Créé le 4 septembre 2026")
		})
	}
}

// A host may lose a few items at once, and its last ones over a month.
func TestWithdrawalIsNoOutage(t *testing.T) {
	n, a, r := announced(t)
	a.change(func() {
		h := a.host("github.com")
		h.remove(r)
		h.remove(h.rows[3])
	})
	n.after(25*time.Hour, "depots")
	n.want("* ~Nouveau dépôt : outil, publié par etalab (github.com)~ | Ce dépôt n’est plus public.")
}

// An item does not leave «settling» while its host is out of order.
func TestOutageWhileSettling(t *testing.T) {
	n, a := depots(t, 6*time.Hour)
	var rows []*apiRepo
	a.change(func() {
		a.add("github.com", "etalab/outil", n.now)
		rows = slices.Clone(a.host("github.com").rows)
	})
	n.after(time.Hour, "depots")
	a.change(func() { a.host("github.com").rows = nil })
	n.after(6*time.Hour, "depots")
	n.after(6*time.Hour, "depots")
	n.want()
	a.change(func() { a.host("github.com").rows = rows })
	n.after(6*time.Hour, "depots")
	n.want("Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
}

func TestCorrectionsInADigest(t *testing.T) {
	n, a := depots(t, 0)
	var all []*apiRepo
	a.change(func() {
		for i := range 7 {
			all = append(all, a.add("github.com", fmt.Sprintf("etalab/outil%d", i), n.now))
		}
	})
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	n.want("7 nouveautés parmi les dépôts publics | etalab, 7 nouveaux dépôts : outil0, outil1, outil2 et 4 autres")
	a.change(func() {
		all[0].Archived = true
		rename(all[1], "etalab/nom")
		all[6].Archived = true // no message named it
	})
	n.after(25*time.Hour, "depots")
	n.want("* 7 nouveautés parmi les dépôts publics | etalab, 7 nouveaux dépôts : " +
		"~outil0~ (archivé), nom (anciennement etalab/outil1), outil2 et 4 autres")
}

// A digest leaves out the items that are gone when it is due.
func TestGoneBeforeTheDigest(t *testing.T) {
	n, a := depots(t, 0)
	n.watch(salon, "depots", "", "hebdo jeudi 11:00")
	var r *apiRepo
	a.change(func() {
		a.add("github.com", "etalab/reste", n.now)
		r = a.add("github.com", "etalab/part", n.now)
	})
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	a.change(func() { a.host("github.com").remove(r) })
	n.after(25*time.Hour, "depots")
	n.deliver(48 * time.Hour)
	n.want("1 nouveauté parmi les dépôts publics | etalab, nouveau dépôt : reste")
	outcomes, err := n.db.Outcomes(t.Context(), "depots")
	if err != nil || outcomes[announce.Vanished] != 1 {
		t.Errorf("%v, %v", outcomes, err)
	}
}
