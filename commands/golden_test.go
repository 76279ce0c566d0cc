package commands_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/locale/localetest"
)

var update = flag.Bool("update", false, "write what is said now into testdata")

// The files in testdata are exchanges with the demonstration's catalogue: a
// line after "> " is typed in a room, one after ">> " in a direct message, and
// what follows is the answer, with a line break after each of its lines.
func TestExchanges(t *testing.T) {
	answerer := demo(t)
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			path := filepath.Join("testdata", lang+".txt")
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for line := range strings.Lines(string(want)) {
				body, direct := strings.CutPrefix(line, ">> ")
				room := !direct && strings.HasPrefix(line, "> ")
				if !direct && !room {
					continue
				}
				body = strings.TrimPrefix(body, "> ")
				answer, err := answerer.Answer(t.Context(), commands.Line{Text: body, Lang: lang, Prefix: "!", Direct: direct})
				if err != nil {
					t.Fatal(err)
				}
				if err := localetest.Check(answer.HTML); err != nil {
					t.Errorf("%s: %v", body, err)
				}
				got.WriteString(line + broken.Replace(answer.HTML) + "\n")
			}
			if *update {
				if err := os.WriteFile(path, []byte(got.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got.String() != string(want) {
				t.Errorf("not what %s says; run with -update and read the difference. Now:\n%s", path, got.String())
			}
		})
	}
}

// broken ends the lines that a message shows.
var broken = strings.NewReplacer("<br>", "<br>\n", "</p>", "</p>\n", "<ul>", "<ul>\n", "<ol>", "<ol>\n",
	"</li>", "</li>\n", "</ul>", "</ul>\n", "</ol>", "</ol>\n")

// demo answers from the demonstration's catalogue.
func demo(t testing.TB) *commands.Answerer {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "cmd", "demo", "catalogue.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	file, err := catalogue.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	state := catalogue.State{
		Catalogue: catalogue.New(file.Entries, time.Date(2026, time.September, 3, 22, 30, 0, 0, time.UTC)),
	}
	paris := time.FixedZone("Paris", 2*60*60)
	about := commands.About{RunBy: "DINUM", Contact: "floss@example.org"}
	return commands.NewAnswerer(about, paris, func() catalogue.State { return state })
}
