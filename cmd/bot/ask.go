package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/fetch"
	"heraut/matrix"
)

type askCommand struct {
	Lines        []string `arg:"" optional:"" name:"ligne" placeholder:"LIGNE…" help:"Ce qu’on dirait au robot ; à défaut, l’entrée standard, ligne à ligne."`
	SILL         string   `name:"sill" placeholder:"FICHIER|URL" help:"Le catalogue ; par défaut celui que publie code.gouv.fr."`
	Repositories string   `name:"repositories" placeholder:"FICHIER|URL" help:"La liste des dépôts, pour !depot ; aucune par défaut."`
	Lang         string   `default:"fr" placeholder:"CODE" help:"La langue des réponses ; fr par défaut."`
	Languages    string   `placeholder:"DOSSIER" help:"Un dossier de langues, en plus de celles du programme."`
	Direct       bool     `help:"Répond comme dans un message direct : sans préfixe, et toujours."`
	JSON         bool     `name:"json" help:"Répond en JSON, un objet par ligne lue."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (askCommand) Help() string {
	return `
Chaque ligne reçoit la réponse qu’elle aurait dans un salon ; une ligne qui n’est pas pour le robot
n’en reçoit pas. Aucun serveur Matrix et aucune configuration ne sont nécessaires. Exemples :
  bot ask '!sill gimp'
  bot ask --direct --sill sill.json 'retoucher des photos'
  bot ask --repositories depots.csv '!depot carte langage:python'

Avec --repositories seul, le catalogue n’est pas lu.
Avec --json : {"input", "command", "found": [{"kind", "id", "name"}], "shape", "text", "html"}.
État de sortie : 0, ou 1 si le catalogue ne se lit pas.`
}

// reply is the JSON that «bot ask --json» prints for one asked line.
type reply struct {
	Input string `json:"input"`
	// Command is in canonical French words; empty for an ignored line.
	Command string  `json:"command"`
	Found   []found `json:"found"`
	// Shape is card, list, maybe, instead, suggestions, none, info, help or ignored.
	Shape commands.Shape `json:"shape"`
	Text  string         `json:"text"`
	HTML  string         `json:"html"`
}

// found is a software or a repository in the answer, in the JSON of «bot ask --json».
type found struct {
	Kind string `json:"kind"` // software or repository
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Run prints the bot's answer to each line in the arguments, or else to each line of
// the standard input as it comes; for a line that is not for the bot, only --json
// prints a reply. The error means that the languages, the catalogue or the list of
// repositories cannot be used, that reading, answering or printing fails, or that ctx
// ended.
func (c askCommand) Run(ctx context.Context, std stdio) (err error) {
	if err := speak(c.Languages, c.Lang); err != nil {
		return err
	}
	getter := fetch.New(fetch.Options{UserAgent: userAgent()})
	defer getter.Close()
	var state catalogue.State
	if c.SILL == "" && c.Repositories == "" {
		c.SILL = catalogue.PublicSILL
	}
	if c.SILL != "" {
		file, asOf, err := catalogue.Load(ctx, getter, c.SILL)
		if err != nil {
			return unreadable(theCatalogue, err)
		}
		state.Catalogue = catalogue.New(file.Entries, asOf)
	}
	var repositories commands.Repositories
	if c.Repositories != "" {
		known, err := loadRepositories(ctx, getter, c.Repositories)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, known.Close()) }()
		repositories = known
	}
	settings := defaults(PresetMatrix)
	about := commands.About{RunBy: "bot ask", Contact: "bot --help", PurgeAfter: settings.Questions.PurgeAfter}
	answerer := commands.NewAnswerer(commands.Parts{About: about, Zone: settings.Timezone, Catalogue: func() catalogue.State { return state }, Repositories: repositories})
	answer := func(line string) error {
		a, err := answerer.Answer(ctx, commands.Line{Text: line, Lang: c.Lang, Prefix: settings.Prefix, Direct: c.Direct})
		if err != nil {
			return fmt.Errorf("answer %q: %w", line, err)
		}
		return c.print(std.out, line, a)
	}
	if len(c.Lines) == 0 {
		return eachLine(ctx, std.in, answer)
	}
	for _, line := range c.Lines {
		if err := answer(line); err != nil {
			return err
		}
	}
	return nil
}

func (c askCommand) print(w io.Writer, line string, a commands.Answer) error {
	r := reply{Input: line, Command: a.Command, Shape: cmp.Or(a.Shape, commands.Ignored), Found: make([]found, len(a.Found)), HTML: a.HTML}
	for i, f := range a.Found {
		r.Found[i] = found{Kind: f.Kind, ID: f.ID, Name: f.Name}
	}
	if a.HTML != "" {
		r.Text = matrix.PlainText(a.HTML, c.Lang)
	}
	if c.JSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	if r.Text == "" {
		return nil
	}
	_, err := fmt.Fprintf(w, "%s\n\n", r.Text)
	return err
}

// eachLine calls do for each line of in as it comes, without its line end, until the
// input ends; then it returns nil. It ends early with the first error of do, an error
// of reading in, or the cause of ctx; a read that is under way then goes on in the
// background.
func eachLine(ctx context.Context, in io.Reader, do func(line string) error) error {
	lines := make(chan string)
	var failed error
	go func() { // a read cannot be interrupted, so the goroutine ends with the process
		defer close(lines)
		r := bufio.NewReader(in)
		for {
			line, err := r.ReadString('\n')
			if line != "" {
				select {
				case lines <- strings.TrimRight(line, "\r\n"):
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					failed = fmt.Errorf("read standard input: %w", err)
				}
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case line, more := <-lines:
			if !more {
				return failed
			}
			if err := do(line); err != nil {
				return err
			}
		}
	}
}
