package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"heraut/catalogue"
	"heraut/fetch"
	"heraut/filter"
	"heraut/locale"
	"heraut/matrix"
)

// The names of the data that may be unreadable.
const (
	theCatalogue    = "le catalogue"
	theRepositories = "la liste des dépôts"
	theData         = "ce qui est donné"
)

// unreadable returns an error that says in plain French why data cannot be read, and
// wraps err. what names the data in the sentence.
func unreadable(what string, err error) error {
	return fmt.Errorf("%s ne se lit pas : %w", what, reasoned(err))
}

// reasoned returns an error that says in plain French why a file or a server gives no
// data, and wraps err; err itself if the reason is not known.
func reasoned(err error) error {
	for _, reason := range reasons {
		if errors.Is(err, reason.err) {
			return fmt.Errorf("%s (%w)", reason.sentence, err)
		}
	}
	if unknown, ok := errors.AsType[*catalogue.UnknownListError](err); ok {
		return fmt.Errorf("%s (%w)", unknownList(unknown), err)
	}
	if other, ok := errors.AsType[*catalogue.SeparatorError](err); ok {
		return fmt.Errorf("ses colonnes sont séparées par des %s, et non par des virgules (%w)", separatorNames[other.Separator], err)
	}
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return fmt.Errorf("le serveur répond par l’erreur %d, vérifiez l’adresse (%w)", status.Code, err)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return fmt.Errorf("le serveur ne peut pas être joint, vérifiez l’adresse et le réseau (%w)", err)
	}
	return err
}

var separatorNames = map[rune]string{';': "points-virgules", '\t': "tabulations", '|': "barres verticales"}

// unknownList returns a French description of a list that is of another kind than
// expected, by its fields.
func unknownList(e *catalogue.UnknownListError) string {
	fields := "sans champ"
	if len(e.Fields) > 0 {
		fields = strings.Join(e.Fields, ", ")
	}
	switch e.Kind {
	case catalogue.JSONObject:
		return "c’est un objet JSON d’un autre genre, dont les champs sont : " + fields
	case catalogue.Table:
		return "c’est un tableau d’un autre genre, dont les colonnes sont : " + fields
	}
	return "c’est une liste d’un autre genre, dont les éléments ont les champs : " + fields
}

// explainFilter explains in plain French the fault of a filter and its repair: it
// returns an error with that text, which does not wrap err, if err is a filter.Error
// that the template can show; otherwise err.
func explainFilter(err error) error {
	fault, ok := errors.AsType[*filter.Error](err)
	if !ok {
		return err
	}
	html, renderErr := locale.Render("fr", "filter-fault", fault)
	if renderErr != nil {
		return err // the fault itself, in English, still helps the operator
	}
	return errors.New(matrix.PlainText(html, "fr"))
}

var reasons = []struct {
	err      error
	sentence string
}{
	{fs.ErrNotExist, "ce fichier n’existe pas"},
	{fs.ErrPermission, "ce fichier n’est pas lisible par ce compte"},
	{fetch.ErrNotFile, "ce n’est pas un fichier"},
	{fetch.ErrScheme, "ce n’est ni une adresse http ou https, ni un fichier"},
	{fetch.ErrTooLarge, "il est plus gros que ce qui est accepté"},
	{fetch.ErrTimeout, "il n’est pas arrivé en entier dans le temps accordé"},
	{fetch.ErrHTML, "c’est une page web, et non des données"},
	{catalogue.ErrEmpty, "il est vide"},
	{catalogue.ErrTooLarge, "il est plus gros que ce qui est accepté"},
	{catalogue.ErrWebPage, "c’est une page web ou du XML, et non une liste"},
	{catalogue.ErrNotText, "ce sont des données binaires, et non du texte"},
	{catalogue.ErrTruncated, "il s’arrête avant sa fin"},
	{catalogue.ErrNotJSON, "ce n’est pas du JSON correct"},
	{catalogue.ErrNotList, "c’est du JSON, mais pas une liste d’entrées"},
	{catalogue.ErrLines, "c’est un objet JSON par ligne (NDJSON), et non une liste JSON ; « jq -s . » en fait une"},
	{catalogue.ErrSingle, "c’est un seul objet JSON, et non une liste"},
	{catalogue.ErrNoTable, "ce n’est ni une liste JSON, ni un tableau CSV dont la première ligne nomme les colonnes"},
	{catalogue.ErrNoEntries, "il n’a aucune entrée utilisable"},
}
