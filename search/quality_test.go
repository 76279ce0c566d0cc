package search

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/testkit/realdata"
)

// judged is a query with the ids of its accepted answers; none for nonsense.
type judged struct {
	catalogue, kind string
	accepted        []string
	query           string
}

func readQueries(tb testing.TB, name string) []judged {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []judged
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		part := strings.Split(lines.Text(), "\t")
		if len(part) != 4 {
			tb.Fatalf("%s: want four columns in %q", name, lines.Text())
		}
		j := judged{catalogue: part[0], kind: part[1], query: part[3]}
		if part[2] != "-" {
			j.accepted = strings.Split(part[2], ",")
		}
		out = append(out, j)
	}
	return out
}

// searched returns an engine for each catalogue that the queries are about; without
// the real data only the demonstration's.
func searched(tb testing.TB) map[string]*Engine {
	tb.Helper()
	out := map[string]*Engine{}
	of2022, _ := realdata.Find(tb, "sill", "sill-2022-05-10-shortkeys.json")
	of2026, _ := realdata.Find(tb, "sill", "sill-2026-09-partial-selected-fields.json")
	for name, path := range map[string]string{
		"2022": of2022,
		"2026": of2026,
		"demo": filepath.Join("..", "cmd", "demo", "catalogue.json"),
	} {
		f, err := os.Open(path)
		if err != nil {
			tb.Logf("without the catalogue %s: %v", name, err)
			continue
		}
		file, err := catalogue.Read(f)
		f.Close()
		if err != nil {
			tb.Fatal(err)
		}
		out[name] = newEngine(file.Entries, time.Time{})
	}
	return out
}

// quality sums up the answers to queries of one kind.
type quality struct {
	queries    int
	reciprocal float64 // the sum of 1/rank of the first accepted match
	first      int     // queries whose first match is accepted
}

func (q quality) mrr() float64  { return q.reciprocal / float64(max(q.queries, 1)) }
func (q quality) hit1() float64 { return float64(q.first) / float64(max(q.queries, 1)) }

// measure runs all queries, and calls missed for each one whose first match is not
// accepted.
func measure(catalogues map[string]*Engine, queries []judged, missed func(judged, []Match)) map[string]quality {
	out := map[string]quality{}
	for _, j := range queries {
		c := catalogues[j.catalogue]
		if c == nil {
			continue
		}
		found := c.Search(j.query).Matches
		rank := slices.IndexFunc(found, func(m Match) bool { return slices.Contains(j.accepted, m.Software.ID) }) + 1
		if len(j.accepted) == 0 && len(found) == 0 {
			rank = 1
		}
		for _, kind := range []string{j.kind, "all"} {
			q := out[kind]
			q.queries++
			if rank > 0 {
				q.reciprocal += 1 / float64(rank)
			}
			if rank == 1 {
				q.first++
			}
			out[kind] = q
		}
		if rank != 1 && missed != nil {
			missed(j, found)
		}
	}
	return out
}

var kinds = []string{"exact", "variant", "accent", "typo", "need", "replaced", "nonsense", "all"}

func table(name string, results map[string]quality) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s %8s %6s %6s\n", name, "queries", "MRR", "hit@1")
	for _, k := range kinds {
		q := results[k]
		fmt.Fprintf(&b, "%-24s %8d %6.3f %6.3f\n", k, q.queries, q.mrr(), q.hit1())
	}
	return b.String()
}

// The floors for MRR and hit@1, for each kind and for all kinds together.
const (
	floorOfKind = 0.90
	floorOfAll  = 0.97
)

// TestQuality fails when the quality of answers falls below the floors. It logs the
// misses of the tuning and fresh files; of the held-out file it logs only the
// aggregates.
func TestQuality(t *testing.T) {
	catalogues := searched(t)
	logMissed := func(j judged, found []Match) {
		t.Logf("%s %s «%s»: want %v, got %q", j.catalogue, j.kind, j.query, j.accepted, names(found))
	}
	for file, missed := range map[string]func(judged, []Match){"tuning": logMissed, "fresh": logMissed, "held-out": nil} {
		results := measure(catalogues, readQueries(t, "queries-"+file+".txt"), missed)
		t.Log("\n" + table(file, results))
		for kind, q := range results {
			floor := floorOfKind
			if kind == "all" {
				floor = floorOfAll
			}
			if q.mrr() < floor || q.hit1() < floor {
				t.Errorf("%s, %s: MRR %.3f and hit@1 %.3f, want at least %.2f", file, kind, q.mrr(), q.hit1(), floor)
			}
		}
	}
}

// BenchmarkQuality reports the quality of answers for each file and kind; one
// operation answers all queries.
func BenchmarkQuality(b *testing.B) {
	catalogues := searched(b)
	for _, file := range []string{"tuning", "fresh", "held-out"} {
		queries := readQueries(b, "queries-"+file+".txt")
		for _, kind := range kinds {
			b.Run(file+"/"+kind, func(b *testing.B) {
				var some []judged
				for _, j := range queries {
					if kind == "all" || j.kind == kind {
						some = append(some, j)
					}
				}
				var q quality
				for b.Loop() {
					q = measure(catalogues, some, nil)["all"]
				}
				b.ReportMetric(q.mrr(), "MRR")
				b.ReportMetric(q.hit1(), "hit@1")
				b.ReportMetric(float64(q.queries), "queries")
			})
		}
	}
}
