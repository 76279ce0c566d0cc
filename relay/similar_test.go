package relay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
	"heraut/search"
	"heraut/storage"
)

// library returns a database with the corpus as answered questions, and the corpus by
// question number.
func library(t testing.TB) (db *storage.DB, asked map[int64]answered) {
	t.Helper()
	ctx := t.Context()
	db = open(t)
	asked = map[int64]answered{}
	for i, a := range corpus(t) {
		number, err := db.AddQuestion(ctx, relay.Question{Status: relay.Answered, Text: a.question, ShownAudience: chat.Everybody})
		if err != nil {
			t.Fatal(err)
		}
		err = db.SaveMessage(ctx, relay.Message{
			Post: chat.PostKey(fmt.Sprint("p", i)), Question: number, Role: relay.RoleAnswer,
			Event: chat.EventID(fmt.Sprint("$", i)), Sender: "@expert:example.org", Text: a.answer,
		})
		if err != nil {
			t.Fatal(err)
		}
		asked[number] = a
	}
	return db, asked
}

func open(t testing.TB) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func anybody(relay.Known) bool { return true }

// paraphrase is a question of the corpus, asked in other words.
type paraphrase struct {
	key  string
	said [kinds]string
}

// The kinds of paraphrases, by the words that they share with the original.
const (
	none = iota
	third
	half
	kinds
)

func paraphrases(t *testing.T) (all []paraphrase) {
	t.Helper()
	data, err := os.ReadFile("testdata/paraphrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(strings.TrimSpace(line), " | ")
		if len(parts) != kinds+1 {
			t.Fatalf("not a paraphrase: %s", line)
		}
		all = append(all, paraphrase{parts[0], [kinds]string(parts[1:])})
	}
	return all
}

// shareOf returns the share of the content words of text that other holds too.
// Inflections of a word are the same word.
func shareOf(text, other string) float64 {
	words := slices.Compact(slices.Sorted(slices.Values(search.Terms(text).Stems)))
	in := search.Terms(other).Stems
	common := 0
	for _, w := range words {
		if slices.Contains(in, w) {
			common++
		}
	}
	return float64(common) / float64(len(words))
}

// Every second paraphrase of each kind is held out: nobody looked at it one by one
// while tuning the search.
func TestParaphrasesFindTheirOriginal(t *testing.T) {
	db, asked := library(t)
	originals := map[string]string{} // by key
	for _, a := range asked {
		originals[a.key] = a.question
	}
	all := paraphrases(t)
	if len(all) != 50 {
		t.Fatalf("there are %d paraphrases of each kind", len(all))
	}
	bounds := [kinds]struct{ least, most float64 }{none: {0, 0.34}, third: {0.01, 0.34}, half: {0.4, 0.6}}
	var found, heldOut [kinds]int
	for i, p := range all {
		original, ok := originals[p.key]
		if !ok {
			t.Fatalf("no document %s", p.key)
		}
		for kind, said := range p.said {
			if share := shareOf(said, original); share < bounds[kind].least || share > bounds[kind].most {
				t.Errorf("%s, %q: shares %.2f of its words with %q", p.key, said, share, original)
			}
			similar, err := relay.Similar(t.Context(), db, said, anybody)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(similar, func(k relay.Known) bool { return asked[k.Number].key == p.key }) {
				found[kind]++
				heldOut[kind] += i % 2
			} else if i%2 == 0 {
				t.Logf("not found: %q", said)
			}
		}
	}
	for kind, name := range [kinds]string{"none or next to none", "at most a third", "half"} {
		t.Logf("sharing %s of their words: %d of 50 found, %d of the 25 that were held out", name, found[kind], heldOut[kind])
	}
	if found[none] < 34 {
		t.Errorf("with next to none of the words %d of 50 were found, want 34", found[none])
	}
	if found[third] < 40 {
		t.Errorf("with a third of the words %d of 50 were found, want 40", found[third])
	}
	if found[half] < 45 {
		t.Errorf("with half of the words %d of 50 were found, want 45", found[half])
	}
}

// A text that has nothing to do with the library finds nothing, or next to nothing.
func TestNonsenseFindsNothing(t *testing.T) {
	db, _ := library(t)
	for _, text := range []string{"", "?!", "asdf qwerty zzz", "xyzzy plugh", "et pour les de la", "🙂🙂", strings.Repeat("blabla ", 500), manyWords()} {
		if similar, err := relay.Similar(t.Context(), db, text, anybody); err != nil || len(similar) > 0 {
			t.Errorf("%q finds %v, %v", text, similar, err)
		}
	}
	wrong, heldOut := 0, 0
	all := offTopic(t)
	for i, text := range all {
		similar, err := relay.Similar(t.Context(), db, text, anybody)
		if err != nil {
			t.Fatal(err)
		}
		if len(similar) == 0 {
			continue
		}
		wrong++
		heldOut += i % 2
		if i%2 == 0 {
			t.Logf("%q finds %q", text, similar[0].Question)
		}
	}
	t.Logf("%d of %d questions about something else find something, %d of those held out", wrong, len(all), heldOut)
	if wrong > len(all)/10 {
		t.Errorf("%d of %d questions about something else find something, want a tenth at most", wrong, len(all))
	}
}

// offTopic returns questions that nothing in the corpus answers.
func offTopic(t *testing.T) (all []string) {
	t.Helper()
	data, err := os.ReadFile("testdata/offtopic.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

// manyWords returns more words than the search looks for, all different.
func manyWords() string {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "zq%dzq ", i)
	}
	return b.String()
}
