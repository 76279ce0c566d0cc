package search

import (
	"fmt"
	"testing"
	"time"

	"heraut/catalogue"
)

// A description that says the software's licence does not make it an answer to
// questions about licences, or to the licence's words.
func TestOwnLicenceIsNoSubject(t *testing.T) {
	e := newEngine([]catalogue.Software{
		{ID: "1", Name: "Fouineur", Description: catalogue.Localized{FR: "Recherche dans des fichiers. Disponible sous licence Zorba Public. Marche hors ligne."}},
		{ID: "2", Name: "Seeker", Description: catalogue.Localized{EN: "Finds files, released under the terms of the Zorba public licence."}},
		{ID: "3", Name: "Jetons", Description: catalogue.Localized{FR: "Compte les licences des logiciels payants"}},
	}, time.Time{})
	for query, want := range map[string]string{
		"zorba public":       "[]",
		"licences":           "[Jetons]",
		"marcher hors ligne": "[Fouineur]",
		"finds files":        "[Seeker]",
	} {
		if r := e.Search(query); fmt.Sprint(names(r.Matches)) != want {
			t.Errorf("«%s»: got %v, want %s", query, names(r.Matches), want)
		}
	}
}

// A list holds what ranks above its last sure match, and no sure match in its place.
func TestListKeepsTheOrder(t *testing.T) {
	hits := []hit{{doc: 1, sure: true}, {doc: 2}, {doc: 3, sure: true}, {doc: 4}}
	got := downToSure(hits)
	if len(got) != 3 || got[1].doc != 2 {
		t.Errorf("got %d hits, want those down to the third", len(got))
	}
}

// Words that occur once in a text about something else give no match.
func TestStrayWordsOf2026(t *testing.T) {
	e := searched(t)["2026"]
	if e == nil {
		t.Skip("without the SILL of 2026")
	}
	for query, want := range map[string]string{
		"enregistrer mon écran":    "card [Captura]",
		"screen recording tool":    "card [Captura]",
		"sauvegarder mes données":  "list [BackupPC Bareos]",
		"j’ai réservé la salle 12": "none []",
	} {
		r := e.Search(query)
		if got := fmt.Sprint(r.Shape, " ", names(r.Matches)); got != want {
			t.Errorf("«%s»: got %s, want %s", query, got, want)
		}
	}
}
