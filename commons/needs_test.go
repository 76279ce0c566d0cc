package commons

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/search"
	"heraut/testkit/realdata"
)

// publicRepositories returns the repositories of French public bodies of January 2021
// as publiccode.yml would describe them.
func publicRepositories(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	path := realdata.Path(t, "codegouv", "repertoires-2021-01-30T1938.csv")
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var all []any
	for _, r := range rows[1:] {
		is := func(name string) string { return r[column[name]] }
		status := "stable"
		if is("est_archive") == "True" {
			status = "obsolete"
		}
		all = append(all, map[string]any{
			"publiccodeYmlVersion": "0.4", "name": is("nom"), "url": is("repertoire_url"), "developmentStatus": status,
			"description": map[string]any{"fr": map[string]any{"shortDescription": is("description")}}, "legal": map[string]any{"license": is("licence")},
		})
	}
	return through(t, PublicCode, "depots", encoded(t, all))
}

// measured sums up the answers to some needs.
type measured struct {
	needs, absent, found int
	reciprocal           float64
	// wrong counts answers that are a single sure entry, which is not accepted; claimed
	// those to needs that nobody serves, shown as sure.
	wrong, claimed int
}

// The answers to eighty needs: the mean reciprocal rank of the accepted entry, and
// the cards that are wrong.
func TestNeeds(t *testing.T) {
	engine := search.For(publicRepositories(t))
	var halves [2]measured
	n := 0
	for line := range strings.Lines(string(readFile(t, "testdata/needs.tsv"))) {
		need, accepted, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		m := &halves[n%2]
		n++
		result := engine.Search(need)
		matches := Rank(result.Matches, func(x search.Match) *catalogue.Software { return x.Software }, time.Now())
		m.add(strings.Split(accepted, ","), matches, result.Shape)
		if len(matches) == 0 || accepted == "-" && result.Shape != search.Maybe || accepted != "-" && !slices.Contains(strings.Split(accepted, ","), matches[0].Software.Name) {
			t.Logf("%s: %s", need, result.Shape)
		}
	}
	for i, m := range halves {
		served := m.needs - m.absent
		mrr := m.reciprocal / float64(served)
		t.Logf("half %d: %d needs, MRR %.2f, %d found first to twentieth; %d wrong cards; %d of %d needs without an answer got one as sure", i+1, m.needs, mrr, m.found, m.wrong, m.claimed, m.absent)
		if n != 80 || mrr < leastRank || m.wrong > mostWrong {
			t.Errorf("half %d: MRR %.2f and %d wrong cards", i+1, mrr, m.wrong)
		}
	}
}

// What the first measurement reached, with some room.
const (
	leastRank = 0.75
	mostWrong = 1
)

func (m *measured) add(accepted []string, matches []search.Match, shape search.Shape) {
	m.needs++
	if accepted[0] == "-" {
		m.absent++
		if len(matches) > 0 && shape != search.Maybe {
			m.claimed++
		}
		if shape == search.Card {
			m.wrong++
		}
		return
	}
	i := slices.IndexFunc(matches, func(x search.Match) bool { return slices.Contains(accepted, x.Software.Name) })
	if i >= 0 {
		m.found++
		m.reciprocal += 1 / float64(i+1)
	}
	if shape == search.Card && i != 0 {
		m.wrong++
	}
}
