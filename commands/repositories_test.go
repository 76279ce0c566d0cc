package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/filter"
)

// counted is a store that claims to hold that many matches for every filter.
type counted int

func (n counted) SearchRepositories(_ context.Context, _ *filter.Filter, limit int) (found []catalogue.Repository, total int, err error) {
	for i := range min(int(n), limit) {
		found = append(found, catalogue.Repository{URL: fmt.Sprintf("https://git.example.org/a/r%d", i), Name: fmt.Sprintf("r%d", i)})
	}
	return found, int(n), nil
}

func (counted) RepositoriesAsOf(context.Context) (time.Time, error) {
	return time.Date(2026, time.September, 3, 9, 0, 0, 0, time.UTC), nil
}

func TestDepot(t *testing.T) {
	tests := map[string]struct {
		known commands.Repositories
		text  string
		found int
		want  string // part of the answer
	}{
		"one":                  {counted(1), "!depot carte", 1, "1 dépôt répond à « carte » :"},
		"six":                  {counted(6), "!depot carte", 6, "6 dépôts répondent à « carte » :"},
		"more than are shown":  {counted(7), "!repo carte", 7, "7 dépôts répondent à « carte », voici les 6 premiers :"},
		"more than are found":  {counted(1234), "!depot carte", 20, "1 234 dépôts répondent à « carte », voici les 6 premiers :"},
		"none":                 {counted(0), "!depot carte", 0, "Aucun dépôt public connu ne répond à « carte »"},
		"none is known":        {someRepositoriesButNone{}, "!depot carte", 0, "Je ne connais encore aucun dépôt public"},
		"no list":              {nil, "!depot carte", 0, "Je ne connais encore aucun dépôt public"},
		"a wrong filter":       {counted(5), "!depot (carte", 0, "Filtre incompris, caractère 1 : cette parenthèse n’est pas fermée. Par exemple : carte"},
		"a value is missing":   {counted(5), "!depot langage:", 0, "Filtre incompris, caractère 8 : une valeur manque après les deux-points. Par exemple : langage:go"},
		"too long to be whole": {counted(5), "!depot " + strings.Repeat("carte ", 60), 0, "Cette commande est trop longue : 300 caractères au plus"},
		"no filter":            {counted(5), "!depot", 0, "!depot <mots> [filtre] : chercher"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := commands.NewAnswerer(commands.Parts{Zone: time.UTC, Catalogue: func() catalogue.State { return catalogue.State{} }, Repositories: test.known})
			got := ask(t, a, test.text)
			if text := plain.Replace(bare(got.HTML)); !strings.Contains(text, test.want) {
				t.Errorf("%s\nhas no %s", text, test.want)
			}
			if err := checkAnswer(got); err != nil {
				t.Error(err)
			}
			if got.Command != "depot" || len(got.Found) != test.found {
				t.Errorf("got %q and %d found", got.Command, len(got.Found))
			}
			if test.found > 0 && got.Found[0] != (commands.Found{Kind: "repository", ID: "https://git.example.org/a/r0", Name: "r0"}) {
				t.Errorf("found %+v", got.Found[0])
			}
		})
	}
}

var plain = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "&lt;", "<", "&gt;", ">")

type someRepositoriesButNone struct{ counted }

func (someRepositoriesButNone) RepositoriesAsOf(context.Context) (time.Time, error) {
	return time.Time{}, nil
}

var errDisk = errors.New("the disk is gone")

type unreadable struct{ counted }

func (unreadable) SearchRepositories(context.Context, *filter.Filter, int) ([]catalogue.Repository, int, error) {
	return nil, 0, errDisk
}

func TestDepotFails(t *testing.T) {
	a := commands.NewAnswerer(commands.Parts{Zone: time.UTC, Catalogue: func() catalogue.State { return catalogue.State{} }, Repositories: unreadable{}})
	if _, err := a.Answer(t.Context(), commands.Line{Text: "!depot carte", Lang: "fr", Prefix: "!"}); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

// « code » begins commands, and the names of software.
func TestSoftwareCalledLikeACommand(t *testing.T) {
	state := catalogue.State{Catalogue: catalogue.New([]catalogue.Software{{ID: "1", Name: "Code Aster"}}, time.Now())}
	a := commands.NewAnswerer(commands.Parts{Zone: time.UTC, Catalogue: func() catalogue.State { return state }, Repositories: counted(1)})
	for text, want := range map[string]string{"code aster": "sill", "!code aster": "depot", "code carte": "depot"} {
		got, err := a.Answer(t.Context(), commands.Line{Text: text, Lang: "fr", Prefix: "!", Direct: true})
		if err != nil || got.Command != want {
			t.Errorf("%s: got %q, %v, want %q", text, got.Command, err, want)
		}
	}
}
