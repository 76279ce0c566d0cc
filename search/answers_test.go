package search

import (
	"crypto/sha256"
	flags "flag" // facets.go has a function flag
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	update  = flags.Bool("update", false, "write what is seen now into testdata")
	answers = flags.String("answers", "", "write the answers of TestAnswersStay into this `directory`, so that diff shows what a change did")
)

// TestAnswersStay compares the answers to 8,000 queries, to the order of the matches,
// with digests of earlier ones, so that work on the speed of the search changes none.
// Work on the quality of the search changes some: -update writes the new digests.
func TestAnswersStay(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors round sums of products in another way")
	}
	path := filepath.Join("testdata", "answers.txt")
	content, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(content)) {
		name, digest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		want[name] = digest
	}
	got := answerDigests(t)
	for name, digest := range got {
		if digest != want[name] && !*update {
			t.Errorf("%s: the answers have the digest %s, want %q", name, digest, want[name])
		}
	}
	if !*update {
		return
	}
	maps.Copy(want, got)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(want)) {
		fmt.Fprintf(&b, "%s\t%s\n", name, want[name])
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// answerDigests returns the number and a digest of the answers to each set of queries
// in each catalogue, by the names of both. It writes the answers to the directory of
// the flag answers, if that is set.
func answerDigests(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	ask := func(e *Engine, name string, queries []string) {
		var all strings.Builder
		for _, q := range queries {
			fmt.Fprintf(&all, "%s\t%s\t%s\n", q, written(e.Search(q)), written(e.Replacing(q)))
		}
		out[name] = fmt.Sprintf("%d %.8x", len(queries), sha256.Sum256([]byte(all.String())))
		if *answers != "" {
			if err := os.WriteFile(filepath.Join(*answers, name), []byte(all.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for catalogue, e := range searched(t) {
		for name, queries := range writtenQueries(t) {
			ask(e, catalogue+" "+name, queries)
		}
	}
	for _, n := range []int{700, 5000} {
		entries := invented(n)
		ask(newEngine(entries, time.Time{}), fmt.Sprintf("invented %d", n), inventedQueries(entries))
	}
	return out
}

// writtenQueries returns the queries of each file in testdata, by the file's name.
func writtenQueries(tb testing.TB) map[string][]string {
	tb.Helper()
	out := map[string][]string{}
	for _, name := range []string{"queries-tuning.txt", "queries-held-out.txt", "queries-fresh.txt"} {
		for _, j := range readQueries(tb, name) {
			out[name] = append(out[name], j.query)
		}
	}
	for _, name := range []string{"agents-tuning.tsv", "agents-unseen.tsv", "agents-third.tsv"} {
		for _, j := range readAgents(tb, filepath.Join("testdata", name)) {
			out[name] = append(out[name], j.query)
		}
	}
	return out
}

// written returns an answer as one line.
func written(r Result) string {
	out := []string{fmt.Sprintf("%s «%s» %t %t %t", r.Shape, r.Product, r.Libre, r.Listed, r.Said)}
	for _, m := range r.Matches {
		out = append(out, fmt.Sprintf("%s/%d/%s", m.Software.ID, m.By, m.Product))
	}
	for _, s := range r.Nearest {
		out = append(out, "~"+s.ID)
	}
	return strings.Join(out, " ")
}
