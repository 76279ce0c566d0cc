package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"heraut/catalogue"
	"heraut/fetch"
)

type catalogueCommand struct {
	Location string `arg:"" name:"fichier" placeholder:"FICHIER|URL" help:"Le catalogue : un fichier ou une adresse."`
	JSON     bool   `name:"json" help:"Répond en JSON."`
}

// Help is what kong adds to the one-line help.
func (catalogueCommand) Help() string {
	return `
Dit de quel genre et de quelle génération est le catalogue, combien d’entrées il a, et quels
éléments en ont été écartés, avec la raison. Toutes les générations publiées du SILL sont lues.
État de sortie : 0, ou 1 si le catalogue ne se lit pas.`
}

// summary is what the command tells about a catalogue.
type summary struct {
	Kind       string               `json:"kind"` // software
	Generation catalogue.Generation `json:"generation"`
	Entries    int                  `json:"entries"`
	Dropped    []catalogue.Dropped  `json:"dropped"`
}

// Run tells what the catalogue is.
func (c catalogueCommand) Run(ctx context.Context, std stdio) error {
	getter := fetch.New(fetch.Options{UserAgent: userAgent()})
	defer getter.Close()
	file, _, err := catalogue.Load(ctx, getter, c.Location)
	if err != nil {
		return unreadable(err)
	}
	s := summary{Kind: "software", Generation: file.Generation, Entries: len(file.Entries), Dropped: file.Dropped}
	if c.JSON {
		s.Dropped = append([]catalogue.Dropped{}, s.Dropped...) // a list even when empty
		return json.NewEncoder(std.out).Encode(s)
	}
	return s.print(std.out)
}

func (s summary) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "Catalogue de logiciels, génération %s.\nEntrées : %d. Éléments écartés : %d.\n", s.Generation, s.Entries, len(s.Dropped)); err != nil {
		return err
	}
	for _, dropped := range s.Dropped {
		if _, err := fmt.Fprintf(w, "Élément %d écarté (%s).\n", dropped.Index, dropped.Reason); err != nil {
			return err
		}
	}
	return nil
}
