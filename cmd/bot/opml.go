package main

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/net/html/charset"

	"heraut/sources"
	"heraut/storage"
	words "heraut/text"
)

// opml is a file in OPML 2.0 (opml.org), the format in which feed readers exchange
// lists of feeds.
type opml struct {
	XMLName  xml.Name  `xml:"opml"`
	Version  string    `xml:"version,attr"`
	Title    string    `xml:"head>title"`
	Outlines []outline `xml:"body>outline"`
}

// outline is an element of an OPML file: a feed, or a group of feeds.
type outline struct {
	Text     string    `xml:"text,attr"`
	Title    string    `xml:"title,attr,omitempty"`
	Type     string    `xml:"type,attr,omitempty"`
	URL      string    `xml:"xmlUrl,attr,omitempty"`
	Outlines []outline `xml:"outline"`
}

// exportOPML writes an OPML file to w with the feeds that rooms watch, in a group for
// each room, followed by the configuration's feeds that no room watches. The error
// comes from the database or w.
func exportOPML(ctx context.Context, config *Config, db *storage.DB, w io.Writer) error {
	e := exporter{config: config, sources: slices.Clone(config.Sources), names: map[string]bool{}}
	if err := e.read(ctx, db); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	list := opml{Version: "2.0", Title: "Flux suivis par Héraut"}
	watched := map[string]bool{} // by address
	for _, room := range e.rooms {
		group := outline{Text: cmp.Or(room.title, room.Room.Room)}
		for _, watch := range room.Watches {
			i := slices.IndexFunc(e.sources, func(s Source) bool { return s.Name == watch.Source && s.Kind == string(sources.Feed) })
			if i < 0 {
				continue
			}
			feed, err := feedOutline(ctx, db, e.sources[i], watch.Label)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(group.Outlines, func(o outline) bool { return o.URL == feed.URL }) {
				group.Outlines = append(group.Outlines, feed)
			}
			watched[feed.URL] = true
		}
		if group.Outlines != nil {
			list.Outlines = append(list.Outlines, group)
		}
	}
	for _, s := range config.Sources {
		if s.Kind == string(sources.Feed) && !watched[s.URL] {
			feed, err := feedOutline(ctx, db, s, "")
			if err != nil {
				return err
			}
			list.Outlines = append(list.Outlines, feed)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if err := out.Encode(list); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

// feedOutline returns a feed as an element of OPML, with the first of these that is not
// empty as its name: the room's label, the feed's own title in db, the source's name.
// The error comes from the database.
func feedOutline(ctx context.Context, db *storage.DB, s Source, label string) (outline, error) {
	title := ""
	for _, name := range []string{s.Name, s.URL} { // the store has a room's feed under its address
		state, err := db.Source(ctx, name)
		if err != nil {
			return outline{}, err
		}
		title = cmp.Or(title, sources.FeedTitle(state.State))
	}
	return outline{Text: cmp.Or(label, title, s.Name), Type: "rss", URL: s.URL}, nil
}

type importCommand struct {
	configured
	What   string `arg:"" name:"quoi" enum:"opml,faq" placeholder:"opml|faq" help:"Une liste de flux, ou des réponses de la FAQ."`
	File   string `arg:"" name:"fichier" placeholder:"FICHIER" help:"Le fichier, ou - pour l’entrée standard."`
	ForAll bool   `name:"pour-tous" help:"Montre à tous les salons les réponses dont le fichier ne dit pas le public."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (importCommand) Help() string {
	return `
Lit une liste de flux, telle que les lecteurs de flux l’écrivent, et écrit ce qu’il faut ajouter à
config.yaml pour que les salons puissent les suivre : rien n’est changé.
Avec faq, lit des questions et leurs réponses en Markdown ou en JSON, comme « export faq » les écrit, et
les ajoute à la FAQ, aussi pendant que le robot fonctionne. Ce qui y est déjà n’est ni doublé ni changé.
En Markdown, une question est un titre « ## … », et sa réponse le texte qui suit. Sans public écrit dans
le fichier, une réponse n’est montrée qu’aux salons chiffrés, privés et sans externes du serveur, ou à
tous avec --pour-tous. Un fichier qui ne se lit pas en entier n’est pas importé du tout.
État de sortie : 0, 2 la configuration est fausse, 1 le fichier est illisible.`
}

// Run reads c.File, or the standard input for «-». If c.What is opml, it writes the
// lines to add to the configuration; if it is faq, it adds the entries of the file to
// the FAQ. The error means that the file cannot be read, or comes from importOPML or
// importFAQ.
func (c importCommand) Run(ctx context.Context, std stdio, env environment) (err error) {
	in := std.in
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		in = file
	}
	if c.What == "faq" {
		return c.importFAQ(ctx, in, std, env)
	}
	return importOPML(in, std.out)
}

// importedSource is a feed of an OPML file in the form of the configuration's sources.
type importedSource struct {
	Name string `yaml:"name"`
	Kind string `yaml:"kind"`
	URL  string `yaml:"url"`
}

// importOPML reads an OPML file, a list of feeds, from in and writes the feeds to w as
// the section «sources» of config.yaml. It takes feed:// for https://. It leaves out
// feeds whose address is not http or https, and lists these addresses in comments. It
// returns an error in French if in cannot be read as OPML or holds no feed with such an
// address, or else the error of writing to w.
func importOPML(in io.Reader, w io.Writer) error {
	var list opml
	decoder := xml.NewDecoder(in)
	decoder.Strict, decoder.Entity, decoder.CharsetReader = false, xml.HTMLEntity, charset.NewReaderLabel
	if err := decoder.Decode(&list); err != nil {
		return fmt.Errorf("ce n’est pas une liste de flux (OPML) : %w", err)
	}
	var all []importedSource
	comments := yaml.CommentMap{}
	refused := collectFeeds(list.Outlines, &all, comments)
	if len(all) == 0 {
		return errors.New("cette liste ne contient aucun flux : un attribut xmlUrl est attendu")
	}
	written, err := yaml.MarshalWithOptions(map[string]any{"sources": all}, yaml.WithComment(comments))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "# À ajouter sous « sources », dans config.yaml. Les salons suivent ensuite un flux par son nom :\n"+
		"# « !veille ajouter %s », ou sous « rooms » : watches: [{source: %s}].\n%s", all[0].Name, all[0].Name, written)
	for _, address := range refused {
		if err == nil {
			_, err = fmt.Fprintf(w, "# Laissé de côté, ce n’est pas une adresse http : %s\n", strings.Join(strings.Fields(address), " "))
		}
	}
	return err
}

// collectFeeds adds the feeds of outlines, and of groups within them, to all, each
// address once, and a comment with each feed's title to comments. refused are the
// addresses that cannot be those of feeds.
func collectFeeds(outlines []outline, all *[]importedSource, comments yaml.CommentMap) (refused []string) {
	for _, o := range outlines {
		address, ok := sources.FeedAddress(o.URL)
		address = strings.Replace(address, "feed://", "https://", 1)
		switch {
		case o.URL == "":
		case !ok:
			refused = append(refused, o.URL)
		case !slices.ContainsFunc(*all, func(s importedSource) bool { return s.URL == address }):
			title := strings.Join(strings.Fields(cmp.Or(o.Title, o.Text)), " ")
			comments[fmt.Sprintf("$.sources[%d]", len(*all))] = []*yaml.Comment{yaml.HeadComment(" " + cmp.Or(title, address))}
			*all = append(*all, importedSource{sourceName(title, *all), string(sources.Feed), address})
		}
		refused = append(refused, collectFeeds(o.Outlines, all, comments)...)
	}
	return refused
}

// maxSourceName bounds the characters of a generated name.
const maxSourceName = 30

// sourceName returns a name for a source made from a title, in lower case with hyphens
// and of at most maxSourceName characters, or «flux» if that is no valid name. If
// others have that name, sourceName adds a hyphen and a number.
func sourceName(title string, others []importedSource) string {
	base := strings.Trim(words.Truncate(strings.Join(words.Words(title), "-"), maxSourceName), "-")
	if !shortName.MatchString(base) {
		base = "flux"
	}
	name := base
	for n := 2; slices.ContainsFunc(others, func(s importedSource) bool { return s.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}
