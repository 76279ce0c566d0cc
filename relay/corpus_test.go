package relay_test

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heraut/search"
	"heraut/testkit/realdata"
)

// answered is a question with its answer, made from a published document.
type answered struct{ key, question, answer string }

const corpusSize = 500

// corpus makes answered questions from the French documents of the shared data. One
// kind asks for the purpose of an entry of the SILL, and the answer gives its name and
// the other data on it. The other kind asks about a heading of the gazette, and the
// answer is the text below it.
func corpus(t testing.TB) []answered {
	t.Helper()
	all := append(fromSILL(t), fromGazette(t)...)
	if len(all) < corpusSize {
		t.Fatalf("only %d questions could be made", len(all))
	}
	return all[:corpusSize]
}

// shared returns a file of the shared data. The test is skipped without it.
func shared(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(realdata.Path(t, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// entry holds the data of both files on one software.
type entry struct {
	id                             int
	name, function, description    string
	components, context, wikipedia string
	keywords, categories           []string
}

func fromSILL(t testing.TB) []answered {
	t.Helper()
	entries := map[int]*entry{}
	of := func(id int) *entry {
		if entries[id] == nil {
			entries[id] = &entry{id: id}
		}
		return entries[id]
	}
	var old []struct {
		ID        int    `json:"id,string"`
		Name      string `json:"i"`
		Function  string `json:"f"`
		Component string `json:"c"`
		Context   string `json:"u"`
		Wikipedia string `json:"fr-desc"`
	}
	read(t, "sill/sill-2022-05-10-shortkeys.json", &old)
	for _, o := range old {
		e := of(o.ID)
		e.name, e.function, e.components, e.context, e.wikipedia = o.Name, o.Function, o.Component, o.Context, o.Wikipedia
	}
	var recent []struct {
		ID          int
		Name        string
		Description string
		Keywords    []any
		Categories  []string
	}
	read(t, "sill/sill-2026-09-partial-selected-fields.json", &recent)
	for _, r := range recent {
		e := of(r.ID)
		e.name, e.description, e.categories = r.Name, r.Description, r.Categories
		for _, k := range r.Keywords {
			if text, ok := k.(string); ok { // one keyword is an object
				e.keywords = append(e.keywords, text)
			}
		}
	}
	var all []answered
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		e := entries[id]
		need := cmp.Or(e.function, e.description)
		if len(search.Terms(need).Stems) < 2 {
			need = cmp.Or(e.description, e.wikipedia, need)
		}
		first, rest := sentence(need)
		all = append(all, answered{
			key:      fmt.Sprintf("sill %d", id),
			question: "Quel logiciel pour : " + first,
			answer: strings.Join([]string{
				e.name, rest, e.function, e.description, e.wikipedia, e.components, e.context,
				strings.Join(e.keywords, ", "), strings.Join(e.categories, ", "),
			}, ". "),
		})
	}
	return all
}

func read(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(shared(t, name), into); err != nil {
		t.Fatal(err)
	}
}

// sentence splits a text after its first sentence, or after 25 words.
func sentence(text string) (first, rest string) {
	if i := strings.Index(text, ". "); i > 0 {
		text, rest = text[:i], text[i+2:]
	}
	if words := strings.Fields(text); len(words) > 25 {
		return strings.Join(words[:25], " "), strings.Join(words[25:], " ") + " " + rest
	}
	return text, rest
}

var (
	heading = regexp.MustCompile(`(?s)<h[234][^>]*>(.*?)</h[234]>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
)

func fromGazette(t testing.TB) []answered {
	t.Helper()
	var feed struct {
		Items []struct {
			Description string `xml:"description"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(shared(t, "feeds/gazette-bluehats-2021-rss.xml"), &feed); err != nil {
		t.Fatal(err)
	}
	var all []answered
	seen := map[string]bool{}
	for i, item := range feed.Items {
		at := heading.FindAllStringSubmatchIndex(item.Description, -1)
		for n, m := range at {
			end := len(item.Description)
			if n+1 < len(at) {
				end = at[n+1][0]
			}
			title, text := plain(item.Description[m[2]:m[3]]), plain(item.Description[m[1]:end])
			// Nobody asks about a rubric that every issue has.
			if stems := search.Terms(title).Stems; len(stems) < 3 || len(search.Terms(text).Stems) < 15 || seen[title] {
				continue
			}
			seen[title] = true
			words := strings.Fields(text)
			all = append(all, answered{
				key:      fmt.Sprintf("gazette %d/%d", i, n),
				question: "Qu’en est-il de : " + title,
				answer:   strings.Join(words[:min(len(words), 150)], " "),
			})
		}
	}
	return all
}

// plain returns the text of a piece of HTML.
func plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(s, " "))), " ")
}
