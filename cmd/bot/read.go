package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/fetch"
	"heraut/matrix"
	"heraut/sources"
)

type readCommand struct {
	Location    string `arg:"" name:"fichier" placeholder:"FICHIER|URL" help:"Ce qui est à lire : un fichier ou une adresse."`
	As          string `name:"as" placeholder:"GENRE" help:"Le genre de données ; par défaut il est reconnu."`
	ContentType string `name:"content-type" placeholder:"TYPE" help:"L’en-tête Content-Type, à la place de celui du serveur."`
	Lang        string `name:"lang" default:"fr" placeholder:"CODE" help:"La langue de ce qui est montré d’un webhook ; fr par défaut."`
	Discover    bool   `name:"discover" help:"Liste les flux de la page web qui est à cette adresse."`
	From        string `name:"from" placeholder:"JOUR" help:"D’un calendrier : le premier jour ; par défaut aujourd’hui."`
	To          string `name:"to" placeholder:"JOUR" help:"D’un calendrier : le dernier jour ; par défaut un an plus tard."`
	JSON        bool   `name:"json" help:"Répond en JSON, un seul objet."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (readCommand) Help() string {
	var names []string
	for _, k := range readKinds {
		names = append(names, fmt.Sprintf("  %-13s %s", k.name, k.help))
	}
	return `
Dit ce que c’est, et montre ce que liraient les salons : les annonces en français, les plus récentes
d’abord. Aucun serveur Matrix et aucune configuration ne sont nécessaires. Genres (--as) :
` + strings.Join(names, "\n") + `

Avec --discover, ce sont les flux de la page : ceux qu’elle nomme, ou ceux des endroits habituels.
Avec --json : {"kind", "generation", "title", "entries": [{"id", "title", "url", "published",
"summary", "text"}], "dropped": [{"index", "reason"}]} ; « published » est vide sans date connue.
État de sortie : 0, ou 1 si rien ne se lit.`
}

// reading is the JSON that «bot read» prints about published data; doc/contracts.md
// documents it.
type reading struct {
	Kind       string              `json:"kind"` // the name of a readKind
	Generation string              `json:"generation"`
	Title      string              `json:"title"`
	Entries    []readEntry         `json:"entries"` // newest first
	Dropped    []catalogue.Dropped `json:"dropped"`

	Calendar *calendarReading `json:"-"` // for a calendar, in place of the rest
}

// readEntry is an entry of the data in the output of «bot read», with the message by
// which the bot would announce it.
type readEntry struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	URL       string `json:"url"`
	Published string `json:"published"` // RFC 3339 in the time of Paris, or empty
	Summary   string `json:"summary"`
	Text      string `json:"text"`           // the announcement as plain text
	HTML      string `json:"html,omitempty"` // the announcement, where the text alone does not suffice

	at time.Time
}

// readInput is the data that «bot read» reads, with the options that say how to read
// them.
type readInput struct {
	command readCommand
	body    *bufio.Reader
	// contentType is the option's or the server's value; empty for a file without
	// the option. address is the URL of the data; empty for a file.
	contentType, address string
	now                  time.Time
	zone                 *time.Location
}

// readKind is a format that «bot read» can read: its names, how to recognise it, and
// the function that reads it.
type readKind struct {
	name string // for --as and in JSON
	noun string // for people
	help string
	// recognizes reports whether data that begin with start are of this kind. The
	// first kind that recognizes the data reads them.
	recognizes func(start []byte) bool
	read       func(in readInput) (reading, error)
}

// readKinds lists the kinds in the order of recognition.
var readKinds []readKind

func init() { // in init, since a variable would refer to itself through the command's help
	readKinds = []readKind{
		{
			name: "feed", noun: "Flux", help: "un flux RSS, Atom ou JSON Feed",
			recognizes: isFeed, read: readFeed,
		},
		{
			name: "calendar", noun: "Calendrier", help: "un calendrier, iCalendar ou le JSON de l’Agenda du Libre",
			recognizes: isCalendar, read: readCalendar,
		},
		{
			name: "repositories", noun: "Liste de dépôts", help: "une liste de dépôts publics, JSON ou CSV",
			recognizes: catalogue.AreRepositories, read: readRepositories,
		},
		{
			name: "webhook", noun: "Webhook", help: "une requête d’un outil, telle qu’elle serait publiée (toujours avec --as)",
			recognizes: recognizeNo, read: readWebhook,
		},
	}
	readKinds = append(readKinds, commonsKinds()...)
	readKinds = append(readKinds, readKind{
		name: "catalogue", noun: "Catalogue de logiciels", help: "un catalogue du SILL, de toute génération",
		recognizes: func([]byte) bool { return true }, read: readCatalogue,
	})
}

// errKind is the error for an --as that names no kind.
var errKind = errors.New("ce genre n’existe pas")

// Run reads the data at the address or in the file in the arguments, or with --discover
// lists the feeds of that page, and prints the entries as text or JSON. The error says
// in French that an option is wrong or why the data cannot be read.
func (c readCommand) Run(ctx context.Context, std stdio) error {
	if err := speak("", c.Lang); err != nil {
		return err
	}
	getter := fetch.New(fetch.Options{UserAgent: userAgent()})
	defer getter.Close()
	if c.Discover {
		r, err := c.discover(ctx, getter)
		if err != nil {
			return unreadable(theData, err)
		}
		return c.show(std.out, &r, "Flux de la page")
	}
	resp, err := getter.Get(ctx, c.Location, fetch.Validators{})
	if err != nil {
		return unreadable(theData, err)
	}
	defer resp.Body.Close()
	in := readInput{command: c, body: bufio.NewReaderSize(resp.Body, 64<<10), contentType: cmp.Or(c.ContentType, resp.ContentType), now: time.Now(), zone: paris()}
	if strings.Contains(c.Location, "://") {
		in.address = cmp.Or(resp.URL, c.Location)
	}
	kind, err := c.kind(in)
	if err != nil {
		return err
	}
	r, err := kind.read(in)
	if err != nil {
		return unreadable(theData, fmt.Errorf("%s: %w", fetch.Redacted(c.Location), err))
	}
	r.finish(kind.name)
	return c.show(std.out, &r, kind.noun)
}

// show writes r to w, as JSON or as text by the option --json. noun names the kind of
// data in the text, except for a calendar. The error comes from writing.
func (c readCommand) show(w io.Writer, r *reading, noun string) error {
	if c.JSON {
		return r.encode(w)
	}
	if r.Calendar != nil {
		return r.Calendar.print(w)
	}
	return r.print(w, noun)
}

// kind returns the format that the option --as names or, without it, the first one that
// recognises the beginning of the data, which stays unread. The error is a usageError
// for an unknown --as.
func (c readCommand) kind(in readInput) (readKind, error) {
	start, _ := in.body.Peek(64 << 10) // if Peek fails, the full read returns the same error
	var names []string
	for _, k := range readKinds {
		if c.As == k.name || c.As == "" && k.recognizes(start) {
			return k, nil
		}
		names = append(names, k.name)
	}
	return readKind{}, usageError{fmt.Errorf("--as %s : %w, il y a %s", c.As, errKind, strings.Join(names, ", "))}
}

// finish sets the kind of the reading, and replaces nil lists of entries and dropped
// elements with empty ones, so that JSON shows [] for them.
func (r *reading) finish(kind string) {
	r.Kind = kind
	r.Entries = append([]readEntry{}, r.Entries...)
	r.Dropped = append([]catalogue.Dropped{}, r.Dropped...)
}

// sort reorders r.Entries: the newest first, and those without a date last.
func (r *reading) sort() {
	slices.SortStableFunc(r.Entries, func(a, b readEntry) int { return b.at.Compare(a.at) })
}

// entry returns an item of a source as an entry for the output, dated at; the zero time
// means no date. Its text is the French message that would announce the item. The error
// means that this message cannot be made.
func (in readInput) entry(f sources.Fresh, at time.Time) (readEntry, error) {
	html, err := announce.Preview(f, in.now, "fr", in.zone)
	if err != nil {
		return readEntry{}, err
	}
	e := readEntry{ID: f.Key, Title: f.Title, URL: f.URL, Summary: f.Summary, Text: matrix.PlainText(html, "fr"), at: at}
	if !at.IsZero() {
		e.Published = at.In(in.zone).Format(time.RFC3339)
	}
	return e, nil
}

const (
	// shownEntries and shownDropped bound the text output; JSON holds all.
	shownEntries = 10
	shownDropped = 20
)

// print writes the entries that «bot read» found to w as text: the first shownEntries
// of them, and of the dropped elements the first shownDropped. noun names their kind.
func (r *reading) print(w io.Writer, noun string) error {
	var b strings.Builder
	fmt.Fprint(&b, noun)
	if r.Generation != "" {
		fmt.Fprintf(&b, ", génération %s", r.Generation)
	}
	fmt.Fprint(&b, ".\n")
	if r.Title != "" {
		fmt.Fprintf(&b, "Titre : %s\n", r.Title)
	}
	fmt.Fprintf(&b, "Entrées : %d. Éléments écartés : %d.\n", len(r.Entries), len(r.Dropped))
	for _, e := range r.Entries[:min(len(r.Entries), shownEntries)] {
		fmt.Fprintf(&b, "\n%s\n%s\n", cmp.Or(e.Published, "(sans date)"), e.Text)
	}
	if n := len(r.Entries) - shownEntries; n > 0 {
		fmt.Fprintf(&b, "\n… et %d de plus ; --json les donne toutes.\n", n)
	}
	if len(r.Dropped) > 0 {
		fmt.Fprintln(&b)
	}
	for _, d := range r.Dropped[:min(len(r.Dropped), shownDropped)] {
		fmt.Fprintf(&b, "Élément %d écarté (%s).\n", d.Index, d.Reason)
	}
	if n := len(r.Dropped) - shownDropped; n > 0 {
		fmt.Fprintf(&b, "… et %d éléments écartés de plus.\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
