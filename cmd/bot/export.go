package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"heraut/chat"
	"heraut/relay"
)

type exportCommand struct {
	configured
	What   string `arg:"" name:"quoi" enum:"faq,settings,opml" placeholder:"faq|settings|opml" help:"Les réponses gardées dans la FAQ, tous les réglages, ou la liste des flux suivis."`
	Format string `enum:"md,json" default:"md" placeholder:"md|json" help:"Le format de la FAQ ; md par défaut. Les réglages sont en YAML."`
}

// Help returns the text that kong adds to the one-line help.
func (exportCommand) Help() string {
	return `
Écrit sur la sortie standard, aussi pendant que le robot fonctionne. La FAQ est écrite entière, sans
noms : relisez-la avant de la publier, car elle dit aussi ce qui n’était montré qu’à des salons privés.
Les réglages sont ceux du fichier et ceux faits depuis les salons, réunis en un fichier qui peut servir
de config.yaml ; aucun secret n’y est écrit. La liste des flux (OPML) sert aux lecteurs de flux : leurs
adresses y sont entières, avec les jetons qu’elles contiennent.
État de sortie : 0, 2 la configuration est fausse, 1 tout autre cas.`
}

// Run writes the data that the arguments name to the standard output.
func (c exportCommand) Run(ctx context.Context, std stdio, env environment) (err error) {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	db, err := openToRead(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if c.What == "settings" {
		return exportSettings(ctx, config, db, std.out)
	}
	if c.What == "opml" {
		return exportOPML(ctx, config, db, std.out)
	}
	entries, err := db.Entries(ctx)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return faqAsJSON(std.out, entries, config.Timezone)
	}
	return faqAsMarkdown(std.out, entries, config.Timezone)
}

// exportedEntry is the format of « bot export faq --format json ».
type exportedEntry struct {
	Number   int64         `json:"number"`
	Question string        `json:"question"`
	Answer   string        `json:"answer"`
	Kept     string        `json:"kept"` // a day, "2026-09-03"
	Audience chat.Audience `json:"audience"`
}

func faqAsJSON(w io.Writer, entries []relay.Entry, zone *time.Location) error {
	all := make([]exportedEntry, len(entries)) // encodes an empty list as []
	for i, e := range entries {
		all[i] = exportedEntry{e.Number, e.Question, e.Answer, e.KeptAt.In(zone).Format(time.DateOnly), e.Audience}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(all)
}

func faqAsMarkdown(w io.Writer, entries []relay.Entry, zone *time.Location) error {
	if _, err := fmt.Fprintln(w, "# Questions et réponses"); err != nil {
		return err
	}
	for _, e := range entries {
		_, err := fmt.Fprintf(w, "\n## %d. %s\n\n%s\n\n*%s*\n", e.Number, markdownLine(e.Question), markdownText(e.Answer), e.KeptAt.In(zone).Format(time.DateOnly))
		if err != nil {
			return err
		}
	}
	return nil
}

// markdownSigns escapes the signs of Markdown.
var markdownSigns = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`)

func markdownLine(s string) string {
	return markdownSigns.Replace(strings.Join(strings.Fields(s), " "))
}

// markdownText turns each line of a text into a paragraph.
func markdownText(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = markdownLine(line); line != "" {
			lines = append(lines, markdownStart.Replace(line[:1])+line[1:])
		}
	}
	return strings.Join(lines, "\n\n")
}

// markdownStart escapes the signs that start a list or a heading line of Markdown.
var markdownStart = strings.NewReplacer("-", `\-`, "+", `\+`, "=", `\=`, "~", `\~`)
