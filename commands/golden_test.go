package commands_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/locale/localetest"
	"heraut/storage"
)

var update = flag.Bool("update", false, "write what is said now into testdata")

// TestExchanges runs the exchanges in testdata with the demonstration's catalogue. A
// line after "> " comes from a room, one after ">> " from a direct message. The
// answer follows, with a line break after each line that it shows.
func TestExchanges(t *testing.T) {
	answerer := demo(t)
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			path := filepath.Join("testdata", lang+".txt")
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var now strings.Builder
			for _, e := range exchanges(string(file)) {
				answer, err := answerer.Answer(t.Context(), commands.Line{Text: e.typed, Lang: lang, Prefix: "!", Direct: e.direct})
				if err != nil {
					t.Fatal(err)
				}
				if err := localetest.Check(answer.HTML); err != nil {
					t.Errorf("%s: %v", e.typed, err)
				}
				got := broken.Replace(answer.HTML) + "\n"
				if got != e.answer && !*update {
					t.Errorf("%s\n%swant\n%sRun with -update and read the difference.", e.typed, got, e.answer)
				}
				now.WriteString(e.line + got)
			}
			if *update {
				if err := os.WriteFile(path, []byte(now.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// The help of every command is what testdata says, so that a new row of the table is
// read by somebody before it is offered.
func TestHelpOfEveryCommand(t *testing.T) {
	answerer := demo(t)
	for lang, help := range map[string]string{"fr": "!aide ", "en": "!help "} {
		var now strings.Builder
		for _, row := range commands.Rows() {
			answer, err := answerer.Answer(t.Context(), commands.Line{Text: help + row.Name, Lang: lang, Prefix: "!"})
			if err != nil {
				t.Fatal(err)
			}
			now.WriteString("> " + help + row.Name + "\n" + broken.Replace(answer.HTML) + "\n\n")
		}
		path := filepath.Join("testdata", "help-"+lang+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(now.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if file, err := os.ReadFile(path); err != nil || string(file) != now.String() {
			t.Errorf("%s is not what the help says: run with -update and read the difference (%v)", path, err)
		}
	}
}

// exchange is a typed line in testdata and the answer that follows it.
type exchange struct {
	line   string
	typed  string
	direct bool
	answer string
}

func exchanges(file string) (all []exchange) {
	for line := range strings.Lines(file) {
		switch mark, typed, _ := strings.Cut(line, " "); mark {
		case ">", ">>":
			all = append(all, exchange{line: line, typed: strings.TrimSpace(typed), direct: mark == ">>"})
		default:
			all[len(all)-1].answer += line
		}
	}
	return all
}

// broken puts a line break after each line that a message shows.
var broken = strings.NewReplacer("<br>", "<br>\n", "</p>", "</p>\n", "<ul>", "<ul>\n", "<ol>", "<ol>\n",
	"</li>", "</li>\n", "</ul>", "</ul>\n", "</ol>", "</ol>\n")

// demo returns an answerer for the demonstration's catalogue.
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
	about := commands.About{RunBy: "DINUM", Contact: "floss@example.org", PurgeAfter: 90 * 24 * time.Hour}
	return commands.NewAnswerer(commands.Parts{About: about, Zone: paris, Catalogue: func() catalogue.State { return state }, Repositories: someRepositories(t)})
}

// stored holds repositories in a store, with a fixed date of their last news.
type stored struct {
	*storage.DB
	asOf time.Time
}

func (s stored) RepositoriesAsOf(context.Context) (time.Time, error) { return s.asOf, nil }

// someRepositories returns invented repositories.
func someRepositories(t testing.TB) stored {
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
	var all []catalogue.Repository
	add := func(path, description, language, license string) {
		owner, name, _ := strings.Cut(path, "/")
		all = append(all, catalogue.Repository{
			Host: "git.example.org", URL: "https://git.example.org/" + path, FullName: path, Name: name, Owner: owner,
			Description: description, Language: language, License: license,
			Updated: time.Date(2026, time.August, 31-len(all), 0, 0, 0, 0, time.UTC),
		})
	}
	add("ville/velos", "Carte des stationnements de vélos. Se met à jour seule.", "TypeScript", "AGPL-3.0")
	add("ville/arbres", "Carte des arbres", "Python", "")
	add("ville/ecoles", "", "Python", "MIT")
	add("hydro/crues", "Prévision des crues, avec une carte", "Python", "EUPL-1.2")
	add("hydro/nappes", "Carte des nappes <phréatiques>", "", "")
	add("mer/marees", "Carte des marées", "C++", "GPL-3.0")
	add("mer/ports", "Carte des ports", "Go", "")
	all[1].Fork, all[5].Archived = true, true
	if err := db.SaveRepositories(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	return stored{db, time.Date(2026, time.September, 2, 22, 30, 0, 0, time.UTC)}
}
