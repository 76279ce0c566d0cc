package commons_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/search"
)

// manyShelves returns five catalogues of n invented entries with real words.
func manyShelves(n int) []commons.Shelf {
	words := strings.Fields(`gestion courrier signature électronique cantine scolaire facturation rendez-vous agenda cartographie données
		ouvertes démarches simplifiées annuaire agents formation bibliothèque archives transport logement emploi santé recette budget marchés
		publics délibération vote enquête sondage messagerie visioconférence stockage fichiers authentification certificat accessibilité`)
	var shelves []commons.Shelf
	for k := range 5 {
		var all []catalogue.Software
		for i := range n {
			pick := func(j int) string { return words[(i*(j+3)+k*7+j*i/11)%len(words)] }
			all = append(all, catalogue.Software{
				ID: fmt.Sprintf("c%d:%d", k, i), Catalogue: fmt.Sprintf("Catalogue %d", k), Name: fmt.Sprintf("%s %s %d", pick(0), pick(1), i),
				Description: catalogue.Localized{FR: fmt.Sprintf("Service de %s et %s pour la %s, avec %s", pick(2), pick(3), pick(4), pick(5))},
				Keywords:    []string{pick(6), pick(7)}, Code: fmt.Sprintf("https://forge.example/o%d/p%d", k, i),
			})
		}
		c := catalogue.New(all, time.Now())
		shelves = append(shelves, commons.Shelf{Name: fmt.Sprint(k), Label: fmt.Sprintf("Catalogue %d", k), Commons: true, Current: func() catalogue.State { return catalogue.State{Catalogue: c} }})
	}
	return shelves
}

// BenchmarkCommons searches what five catalogues of 2,000 entries hold, and reports the
// 99th percentile of a search.
func BenchmarkCommons(b *testing.B) {
	library := commons.NewLibrary(manyShelves(2000)...)
	engine := search.For(library.Commons().Catalogue)
	needs := []string{"prise de rendez-vous", "signature électronique du courrier", "facturation de la cantine scolaire", "annuaire des agents", "sondage", "cartographie de données ouvertes", "rien de tel xyzzy"}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		engine.Search(needs[i%len(needs)])
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
	b.ReportMetric(float64(engine.Len()), "entries")
}
