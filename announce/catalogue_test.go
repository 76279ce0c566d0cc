package announce_test

import (
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/sources"
)

// TestOtherCatalogue watches a catalogue besides the SILL: rooms learn of new, withdrawn,
// vanished and abandoned entries, and of new versions of the software that they name.
func TestOtherCatalogue(t *testing.T) {
	n := newNewsroom(t)
	state := &catalogue.State{}
	s := sources.Settings{Name: "italia", Kind: sources.Catalogue, Every: 2 * time.Hour}
	source, err := sources.New(s, nil, func() catalogue.State { return *state })
	if err != nil {
		t.Fatal(err)
	}
	n.runners["italia"] = n.announcer.NewRunner(s, source)
	entry := func(id, name, version string) catalogue.Software {
		return catalogue.Software{ID: "italia:" + id, Name: name, Catalogue: "Developers Italia", Latest: &catalogue.Version{Number: version}}
	}
	mensa, chiuso, vecchio := entry("1", "Mensa", "1.0"), entry("2", "Chiuso", "1.0"), entry("3", "Vecchio", "1.0")
	n.watch(salon, "italia", "", "immediat", "mensa ou -nom:chiuso", "immediat") // names nothing that is wanted
	n.watch(n.english, "italia", "nom:mensa", "immediat")
	state.Catalogue = softwares(mensa, chiuso, vecchio)
	n.after(0, "italia")
	n.after(time.Hour, "italia")
	n.want()

	nuovo := entry("4", "Nuovo", "0.1")
	vecchio.Withdrawn = &catalogue.Withdrawal{Abandoned: true}
	state.Catalogue = softwares(mensa, vecchio, nuovo) // Chiuso is gone from the list
	n.after(time.Hour, "italia")
	n.want(
		"Projet abandonné : Vecchio",
		"Référencé dans le catalogue Developers Italia : Nuovo",
		"Retiré du catalogue Developers Italia : Chiuso",
	)
	mensa.Latest = &catalogue.Version{Number: "2.0"}
	nuovo.Latest = &catalogue.Version{Number: "0.2"}
	state.Catalogue = softwares(mensa, vecchio, nuovo)
	n.after(time.Hour, "italia")
	if got := n.said(n.english); len(got) != 1 || got[0] != "New version: Mensa 2.0" {
		t.Errorf("the room that names the software reads %q", got)
	}
	mensa.Latest = &catalogue.Version{Number: "3.0"}
	state.Catalogue = softwares(mensa, vecchio, nuovo)
	n.after(time.Hour, "italia")
	n.want() // the other room's filters name none
}
