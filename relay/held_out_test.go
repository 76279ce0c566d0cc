package relay_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heraut/relay"
	"heraut/storage"
)

// The third, the fourth and the fifth set say what the search does with questions that
// nobody tuned it on; see doc/design/questions.md. Every second line of each kind in the
// fourth set was used for tuning since, and is counted apart. The test logs no question, so
// that the sets stay unseen. tuning.txt is the set that the thesaurus was tuned on.
func TestHeldOutQuestions(t *testing.T) {
	db, asked := library(t)
	for file, want := range map[string][2]heldOut{
		"held-out.txt": {{found: 18, nothing: 18}, {found: 18, nothing: 16}},
		"fresh.txt":    {{found: 21, nothing: 15}, {found: 20, nothing: 15}},
		"fifth.txt":    {{found: 19, nothing: 13}, {found: 17, nothing: 17}},
		"tuning.txt":   {{found: 21, nothing: 16}, {found: 15, nothing: 16}},
	} {
		for half, got := range countHalves(t, db, asked, file) {
			t.Logf("%s, half %d: of %d paraphrases %d are found, of %d questions about something else %d are shown nothing",
				file, half+1, got.paraphrases, got.found, got.others, got.nothing)
			// What was reached, less what chance explains.
			if got.found < want[half].found || got.nothing < want[half].nothing {
				t.Errorf("%s, half %d: %d paraphrases are found, want %d; %d questions are shown nothing, want %d",
					file, half+1, got.found, want[half].found, got.nothing, want[half].nothing)
			}
		}
	}
}

// heldOut counts half of a set: its paraphrases and those that find their original, its
// questions about something else and those that are shown nothing.
type heldOut struct{ paraphrases, found, others, nothing int }

// countHalves returns what was counted in the first, third… line of each kind in a file of
// testdata, and in the others.
func countHalves(t *testing.T, db *storage.DB, asked map[int64]answered, file string) (halves [2]heldOut) {
	t.Helper()
	originals := map[string]string{} // by key
	for _, a := range asked {
		originals[a.key] = a.question
	}
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	paraphrases, others := 0, 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, said, ok := strings.Cut(strings.TrimSpace(line), " | ")
		original, known := originals[key]
		if !ok || !known && key != "-" {
			t.Fatalf("not a line of the set: %s", line)
		}
		similar, err := relay.Similar(t.Context(), db, said, anybody)
		if err != nil {
			t.Fatal(err)
		}
		if key == "-" {
			half := &halves[others%2]
			others++
			half.others++
			if len(similar) == 0 {
				half.nothing++
			}
			continue
		}
		if share := shareOf(said, original); share > 0.34 {
			t.Errorf("%s shares %.2f of its words", key, share)
		}
		half := &halves[paraphrases%2]
		paraphrases++
		half.paraphrases++
		if slices.ContainsFunc(similar, func(k relay.Known) bool { return asked[k.Number].key == key }) {
			half.found++
		}
	}
	return halves
}
