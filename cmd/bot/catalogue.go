package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"heraut/catalogue"
	"heraut/fetch"
)

type catalogueCommand struct {
	Location string `arg:"" name:"fichier" placeholder:"FICHIER|URL" help:"Le catalogue, ou la liste de dépôts : un fichier ou une adresse."`
	JSON     bool   `name:"json" help:"Répond en JSON."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (catalogueCommand) Help() string {
	return `
Dit de quel genre et de quelle génération est le catalogue, combien d’entrées il a, et quels
éléments en ont été écartés, avec la raison. Toutes les générations publiées du SILL sont lues,
et toutes celles de la liste des dépôts publics, en JSON et en CSV.
État de sortie : 0, ou 1 si le catalogue ne se lit pas.`
}

// summary is the output of «bot catalogue» about a file: its kind and format, how many
// entries can be used, and which elements cannot, with the reason.
type summary struct {
	Kind       string               `json:"kind"` // software or repository
	Generation catalogue.Generation `json:"generation"`
	Entries    int                  `json:"entries"`
	Dropped    []catalogue.Dropped  `json:"dropped"`
}

// Run reads the catalogue or list of repositories at the address or in the file in the
// arguments, and prints a summary as text or JSON. The error says in plain French why
// it cannot be read.
func (c catalogueCommand) Run(ctx context.Context, std stdio) error {
	getter := fetch.New(fetch.Options{UserAgent: userAgent()})
	defer getter.Close()
	resp, err := getter.Get(ctx, c.Location, fetch.Validators{})
	if err != nil {
		return unreadable(theCatalogue, err)
	}
	defer resp.Body.Close()
	s, err := summarize(catalogue.Text(resp.Body, resp.ContentType))
	if err != nil {
		return unreadable(theCatalogue, fmt.Errorf("%s: %w", fetch.Redacted(c.Location), err))
	}
	if c.JSON {
		s.Dropped = append([]catalogue.Dropped{}, s.Dropped...) // encodes an empty list as []
		return json.NewEncoder(std.out).Encode(s)
	}
	return s.print(std.out)
}

// summarize reads a catalogue of software, or a list of repositories if r begins like
// one, to its end, and returns a summary of it. The error means that it cannot be read;
// the summary is of no use then.
func summarize(r io.Reader) (summary, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	// If Peek fails, the full read returns the same error.
	if start, _ := in.Peek(64 << 10); catalogue.AreRepositories(start) {
		file, err := catalogue.ReadRepositories(in, func(catalogue.Repository) error { return nil })
		return summary{"repository", file.Generation, file.Entries, file.Dropped}, err
	}
	file, err := catalogue.Read(in)
	return summary{"software", file.Generation, len(file.Entries), file.Dropped}, err
}

func (s summary) print(w io.Writer) error {
	kind := "Catalogue de logiciels"
	if s.Kind == "repository" {
		kind = "Liste de dépôts"
	}
	if _, err := fmt.Fprintf(w, "%s, génération %s.\nEntrées : %d. Éléments écartés : %d.\n", kind, s.Generation, s.Entries, len(s.Dropped)); err != nil {
		return err
	}
	for _, dropped := range s.Dropped {
		if _, err := fmt.Fprintf(w, "Élément %d écarté (%s).\n", dropped.Index, dropped.Reason); err != nil {
			return err
		}
	}
	return nil
}
