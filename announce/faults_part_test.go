package announce_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A host out of order does not prevent the reading of the others.
func TestOneHostOutOfOrder(t *testing.T) {
	n, a := depots(t, 0)
	a.change(func() {
		a.add("github.com", "etalab/outil", n.now)
		a.fail = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "gitlab.example.org") {
				return false
			}
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
	})
	for range 4 {
		if err := n.try(time.Minute, "depots"); err == nil {
			t.Error("no error")
		}
	}
	n.want("Nouveau dépôt : outil, publié par etalab (github.com) | Créé le 1er septembre 2026")
	if len(n.notices) != 1 {
		t.Errorf("%d notices", len(n.notices))
	}
}

func TestThousandsAtOnce(t *testing.T) {
	n, p := blog(t, rss(item("Ancien", "1")))
	var items []string
	for i := range 5000 {
		items = append(items, item(fmt.Sprint("Article ", i), fmt.Sprint("a", i)))
	}
	p.set(rss(items...))
	n.after(time.Hour, "blog")
	if got := n.said(salon); len(got) != 1 || !strings.HasPrefix(got[0], "5 000 nouvelles publications : Le blog | ") || !strings.HasSuffix(got[0], "et 4 987 autres") {
		t.Errorf("got %q", got)
	}

	d, a := depots(t, time.Hour)
	a.change(func() {
		for i := range 5000 {
			a.add("github.com", fmt.Sprintf("etalab/r%d", i), d.now)
		}
	})
	a.counts()
	d.after(time.Minute, "depots")
	d.after(time.Hour, "depots")
	d.want("5 000 nouveautés parmi les dépôts publics | etalab, 5 000 nouveaux dépôts : r0, r1, r2 et 4 997 autres")
	if requests, _ := a.counts(); requests > 30 {
		t.Errorf("%d requests", requests)
	}
}
