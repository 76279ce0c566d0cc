package search

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type agentsFile struct {
	name, path string
	tuning     bool
}

// agentsFiles lists the files of agents' questions. Only those with tuning set log
// their single misses.
var agentsFiles = []agentsFile{
	{"dev", filepath.Join("..", "..", "shared", "data", "queries", "dev-2026.tsv"), true},
	{"tuning", filepath.Join("testdata", "agents-tuning.tsv"), true},
	{"unseen", filepath.Join("testdata", "agents-unseen.tsv"), false},
}

// thirdFile holds questions whose aggregates are only read before and after a piece
// of work, with AGENTS_THIRD set.
var thirdFile = agentsFile{"third", filepath.Join("testdata", "agents-third.tsv"), false}

// readAgents reads lines of "query TAB ids or NONE TAB kind".
func readAgents(tb testing.TB, path string) (out []judged) {
	tb.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		tb.Logf("without %s", path)
		return nil
	}
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		part := strings.Split(lines.Text(), "\t")
		if strings.HasPrefix(lines.Text(), "#") || len(part) != 3 {
			continue
		}
		j := judged{catalogue: "2026", query: part[0], kind: part[2]}
		if part[1] != "NONE" {
			j.accepted = strings.Split(part[1], ",")
		}
		out = append(out, j)
	}
	return out
}

// agentsQuality sums up the answers to questions of one kind.
type agentsQuality struct {
	n, hit1, hit3, wrongCards int
	mrr, precision            float64
	precise                   int // questions with accepted entries and at least one match
	maybes                    int // questions answered by guesses only
}

func (q *agentsQuality) add(j judged, r Result) bool {
	q.n++
	if r.Shape == Maybe {
		q.maybes++
	}
	ok := func(m Match) bool { return slices.Contains(j.accepted, m.Software.ID) }
	card := r.Shape == Card
	if card && !ok(r.Matches[0]) {
		q.wrongCards++
	}
	if len(j.accepted) == 0 {
		if len(r.Matches) == 0 || r.Shape == Maybe || r.Shape == Instead {
			q.hit1++
			q.hit3++
			q.mrr++
			return len(r.Matches) == 0
		}
		return false
	}
	rank := slices.IndexFunc(r.Matches, ok) + 1
	if rank > 0 {
		q.mrr += 1 / float64(rank)
	}
	if rank == 1 {
		q.hit1++
	}
	if 0 < rank && rank <= 3 {
		q.hit3++
	}
	if shown := r.Matches[:min(5, len(r.Matches))]; len(shown) > 0 {
		if card {
			shown = shown[:1]
		}
		good := 0
		for _, m := range shown {
			if ok(m) {
				good++
			}
		}
		q.precise++
		q.precision += float64(good) / float64(len(shown))
	}
	return rank == 1 && (!card || ok(r.Matches[0]))
}

func (q *agentsQuality) String() string {
	n := float64(max(q.n, 1))
	return fmt.Sprintf("%4d  MRR %.3f  hit@1 %.3f  hit@3 %.3f  precision %.3f  wrong cards %2d  maybe %2d",
		q.n, q.mrr/n, float64(q.hit1)/n, float64(q.hit3)/n, q.precision/float64(max(q.precise, 1)), q.wrongCards, q.maybes)
}

// The least share of a kind's questions that must have an accepted entry among the
// first three matches. A question without an answer counts when it gets neither card
// nor list.
var floors = map[string]float64{"need": 0.95, "sentence": 0.90, "english": 0.95, "absent": 0.95, "chatter": 0.94}

// TestAgents logs the quality of the answers to agents' questions, by kind, and
// fails when a kind falls below its floor, the third file aside.
func TestAgents(t *testing.T) {
	e := searched(t)["2026"]
	if e == nil {
		t.Skip("without the SILL of 2026")
	}
	files := agentsFiles
	if os.Getenv("AGENTS_THIRD") != "" {
		files = append(slices.Clone(files), thirdFile)
	}
	for _, file := range files {
		all := map[string]*agentsQuality{"all": {}}
		var order []string
		for _, j := range readAgents(t, file.path) {
			if all[j.kind] == nil {
				all[j.kind] = &agentsQuality{}
				order = append(order, j.kind)
			}
			r := e.Search(j.query)
			good := all[j.kind].add(j, r)
			all["all"].add(j, r)
			if !good && file.tuning {
				t.Logf("%s %s «%s» %v: want %v, got %s", file.name, j.kind, j.query, r.Shape, j.accepted, described(r.Matches))
			}
		}
		for _, kind := range append(order, "all") {
			t.Logf("%-7s %-10s %v", file.name, kind, all[kind])
			q := all[kind]
			if reached := float64(q.hit3) / float64(max(q.n, 1)); kind != "all" && q.n > 20 && file.path != thirdFile.path && reached < floors[kind] {
				t.Errorf("%s, %s: %.3f answered within the first three, want at least %.2f", file.name, kind, reached, floors[kind])
			}
		}
	}
}

func described(matches []Match) string {
	var out []string
	for _, m := range matches[:min(6, len(matches))] {
		out = append(out, m.Software.Name+" "+m.Software.ID)
	}
	return fmt.Sprintf("%d %q", len(matches), out)
}
