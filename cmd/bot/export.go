package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/storage"
)

type exportCommand struct {
	configured
	What   string `arg:"" name:"quoi" enum:"faq,questions,bilan,settings,opml" placeholder:"faq|questions|bilan|settings|opml" help:"Les réponses gardées dans la FAQ, les questions posées, leur bilan, tous les réglages, ou la liste des flux suivis."`
	Format string `enum:"md,json,html,csv" default:"md" placeholder:"md|json|html|csv" help:"Le format : md, json ou html pour la FAQ (md par défaut), csv ou json pour les questions et leur bilan (csv par défaut). Les réglages sont en YAML."`
	Tokens bool   `name:"avec-jetons" help:"Pour les réglages : écrit aussi les jetons des adresses et les codes des visios."`
	Days   int    `name:"jours" default:"30" placeholder:"30" help:"Pour le bilan : le nombre de jours qu’il couvre."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (exportCommand) Help() string {
	return `
Écrit sur la sortie standard, aussi pendant que le robot fonctionne. La FAQ est écrite entière, sans
noms : relisez-la avant de la publier, car elle dit aussi ce qui n’était montré qu’à des salons privés.
Le format html en fait une page à publier telle quelle. Les questions sont celles que le robot garde
encore, avec leur état et leurs dates, sans le nom ni l’identifiant de personne, mais avec leur texte.
Le bilan compte celles des derniers jours (--jours), par thème, et les recherches restées sans résultat
que trois personnes au moins ont faites.
Les réglages sont ceux du fichier et ceux faits depuis les salons, réunis en un fichier qui peut servir
de config.yaml. Aucun mot de passe n’y est écrit. L’adresse des alertes, les codes des visios et les
jetons reconnus dans les autres adresses y deviennent SECRET-A-REMPLIR, que « check » refuse tant que
vous n’avez pas remis leur valeur ; --avec-jetons les écrit. Relisez ce fichier avant de le donner : un
jeton dans le chemin d’une adresse, ou parmi les arguments d’alert.command, y reste.
La liste des flux (OPML) sert aux lecteurs de flux : leurs adresses y sont entières, avec les jetons
qu’elles contiennent.
État de sortie : 0, 2 la configuration est fausse, 1 tout autre cas.`
}

// Run prints the data that c.What names (the FAQ, questions, the report on questions,
// settings or feeds) to the standard output; c.Format applies to all but settings and
// feeds. The error means that the configuration is wrong, the database cannot be read,
// c.Format is not possible for these data, or writing fails.
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
	switch c.What {
	case "settings":
		return exportSettings(ctx, config, db, c.Tokens, std.out)
	case "opml":
		return exportOPML(ctx, config, db, std.out)
	case "questions":
		return c.exportQuestions(ctx, config, db, std.out)
	case "bilan":
		return c.exportReport(ctx, config, db, std.out)
	}
	return c.exportFAQ(ctx, config, db, std.out)
}

func (c exportCommand) exportFAQ(ctx context.Context, config *Config, db *storage.DB, w io.Writer) error {
	entries, err := db.Entries(ctx)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		return faqAsJSON(w, entries, config.Timezone)
	case "html":
		return faqAsHTML(w, entries, config)
	case "csv":
		return &wrongFormat{"la FAQ", "md, json ou html"}
	}
	return faqAsMarkdown(w, entries, config.Timezone)
}

// wrongFormat is the error for a --format in which some data cannot be exported. It
// names the formats in which they can.
type wrongFormat struct{ what, formats string }

func (e *wrongFormat) Error() string {
	return fmt.Sprintf("--format : pour %s, prenez %s", e.what, e.formats)
}

// exportedEntry is an entry of the FAQ in the JSON of «bot export faq».
type exportedEntry struct {
	Number   int64         `json:"number"`
	Question string        `json:"question"`
	Answer   string        `json:"answer"`
	Kept     string        `json:"kept"` // a day, "2026-09-03"
	Audience chat.Audience `json:"audience"`
	// Confirmed is the day when an expert last said that it still holds; Helped, how many
	// questions closed when it was suggested.
	Confirmed string `json:"confirmed,omitempty"`
	Helped    int    `json:"helped,omitempty"`
}

func faqAsJSON(w io.Writer, entries []relay.Entry, zone *time.Location) error {
	all := make([]exportedEntry, len(entries)) // encodes an empty list as []
	for i, e := range entries {
		all[i] = exportedEntry{e.Number, e.Question, e.Answer, dayOf(e.KeptAt, zone), e.Audience, dayOf(e.ConfirmedAt, zone), e.Helped}
	}
	return writeJSON(w, all)
}

// dayOf returns the day of t in zone as "2026-09-03"; empty for the zero time.
func dayOf(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

// writeJSON writes a value to w as indented JSON, without escaping the signs of HTML.
func writeJSON(w io.Writer, value any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(value)
}

func faqAsMarkdown(w io.Writer, entries []relay.Entry, zone *time.Location) error {
	if _, err := fmt.Fprintln(w, "# Questions et réponses"); err != nil {
		return err
	}
	for _, e := range entries {
		_, err := fmt.Fprintf(w, "\n## %d. %s\n\n%s\n\n*%s*\n%s\n", e.Number, markdownLine(e.Question), markdownText(e.Answer),
			strings.Join(entryFacts(e, zone), ", "), audienceComment(e.Audience))
		if err != nil {
			return err
		}
	}
	return nil
}

// entryFacts returns French phrases about an entry of the FAQ: always the day when it
// was kept, as "2026-09-03" in zone, then the day of its confirmation and how often it
// helped, if any.
func entryFacts(e relay.Entry, zone *time.Location) []string {
	facts := []string{dayOf(e.KeptAt, zone)}
	if day := dayOf(e.ConfirmedAt, zone); day != "" {
		facts = append(facts, "confirmée le "+day)
	}
	switch {
	case e.Helped == 1:
		facts = append(facts, "1 question close avec elle")
	case e.Helped > 1:
		facts = append(facts, fmt.Sprintf("%d questions closes avec elle", e.Helped))
	}
	return facts
}

// audienceComment returns a Markdown comment, which readers do not see, with the words
// that an import reads back into the audience a: which rooms may be shown an entry. It
// says «closed» if no flag is set.
func audienceComment(a chat.Audience) string {
	var ways []string
	for _, way := range audienceWays(&a) {
		if *way.is {
			ways = append(ways, way.name)
		}
	}
	return "<!-- audience: " + cmp.Or(strings.Join(ways, " "), "closed") + " -->"
}

// audienceWays returns pointers to the flags of the audience a, each with the name that
// exports use for it. An import sets the flags through them.
func audienceWays(a *chat.Audience) []struct {
	name string
	is   *bool
} {
	return []struct {
		name string
		is   *bool
	}{{"clear", &a.Clear}, {"public", &a.Public}, {"externals", &a.Externals}, {"elsewhere", &a.Elsewhere}}
}

// markdownSigns puts a backslash before the signs of Markdown in a text.
var markdownSigns = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`)

func markdownLine(s string) string {
	return markdownSigns.Replace(strings.Join(strings.Fields(s), " "))
}

// markdownText returns a text as Markdown in which each line is a paragraph, with a
// backslash before the signs of markup in markdownSigns and, at the start of a line,
// before those of markdownStart and of a list's number. It leaves out empty lines and
// repeated spaces.
func markdownText(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = markdownLine(line); line != "" {
			line = markdownStart.Replace(line[:1]) + line[1:]
			lines = append(lines, listNumber.ReplaceAllString(line, `$1\$2$3`))
		}
	}
	return strings.Join(lines, "\n\n")
}

// markdownStart puts a backslash before the signs that, at its start, make a line of
// Markdown a list item, mark a heading or begin code. markdownText applies it to first
// characters alone.
var markdownStart = strings.NewReplacer("-", `\-`, "+", `\+`, "=", `\=`, "~", `\~`)

// listNumber matches the start of a line that Markdown takes for an item of a numbered
// list, such as «1.» or «12)» (CommonMark 0.31, section 5.2).
var listNumber = regexp.MustCompile(`^(\d{1,9})([.)])( |$)`)
