package announce_test

import (
	"errors"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/sources"
)

// sillRoom returns a newsroom with a room that watches a catalogue, and the state that
// the test may change.
func sillRoom(t *testing.T) (*newsroom, *catalogue.State) {
	t.Helper()
	n := newNewsroom(t)
	state := &catalogue.State{}
	s := sources.Settings{Name: "sill", Kind: sources.SILL, Every: 2 * time.Hour}
	source, err := sources.New(s, nil, func() catalogue.State { return *state })
	if err != nil {
		t.Fatal(err)
	}
	n.runners["sill"] = n.announcer.NewRunner(s, source)
	n.watch(salon, "sill", "", "immediat")
	return n, state
}

func softwares(all ...catalogue.Software) *catalogue.Catalogue {
	return catalogue.New(all, time.Time{})
}

func TestSILL(t *testing.T) {
	n, state := sillRoom(t)
	at := func(day int) time.Time { return time.Date(2026, time.August, day, 12, 0, 0, 0, time.UTC) }
	gimp := catalogue.Software{ID: "33", Name: "GIMP", Recommended: true, Referenced: at(1)}
	vlc := catalogue.Software{ID: "12", Name: "VLC", Referenced: at(2), Description: catalogue.Localized{FR: "Lit presque tous les formats de vidéo. Et plus."}}
	gone := catalogue.Software{ID: "7", Name: "Vieux", Referenced: at(1), Withdrawn: &catalogue.Withdrawal{Time: at(3)}}
	state.Catalogue = softwares(gimp, vlc, gone)
	n.after(0, "sill")
	n.after(time.Hour, "sill")
	n.want()

	vlc.Recommended = true
	gimp.Withdrawn = &catalogue.Withdrawal{Reason: "Remplacé par un autre", LastRecommendedVersion: "2.10", Time: at(5)}
	krita := catalogue.Software{ID: "90", Name: "Krita", Recommended: true, Referenced: at(4), License: "GPL-3.0",
		Description: catalogue.Localized{FR: "Peinture numérique."}}
	late := catalogue.Software{ID: "91", Name: "Inconnu", Referenced: at(1), Withdrawn: &catalogue.Withdrawal{Time: at(6)}}
	state.Catalogue = softwares(gimp, vlc, gone, krita, late)
	n.after(time.Hour, "sill")
	n.want(
		"Référencé au SILL : Krita | Peinture numérique. | Licence : GPL-3.0",
		"Retiré du SILL : GIMP | Motif : Remplacé par un autre | Dernière version recommandée : 2.10",
		"Retiré du SILL : Inconnu",
		"Recommandé par l’interministériel : VLC | Lit presque tous les formats de vidéo.",
	)
	// An event is announced once, whatever happens to the entry later.
	vlc.Name, vlc.Recommended = "VLC media player", false
	gimp.Withdrawn = nil
	state.Catalogue = softwares(gimp, vlc)
	n.after(time.Hour, "sill")
	gimp.Withdrawn = &catalogue.Withdrawal{Time: at(7)}
	vlc.Recommended = true
	state.Catalogue = softwares(gimp, vlc, gone, krita, late)
	n.after(time.Hour, "sill")
	n.want()
	if n.changesIn(func() { n.after(time.Hour, "sill") }) {
		t.Error("a catalogue without news cost a write")
	}
}

// The operators are told of a catalogue that cannot be read, as of other sources; the
// current one stays in force.
func TestSILLOutOfOrder(t *testing.T) {
	n, state := sillRoom(t)
	if err := n.try(0, "sill"); err == nil {
		t.Error("a catalogue that is not there was read")
	}
	gimp := catalogue.Software{ID: "33", Name: "GIMP"}
	state.Catalogue = softwares(gimp)
	n.after(time.Hour, "sill")
	state.Err = errors.New("out of order")
	for range 5 {
		if err := n.try(time.Hour, "sill"); !errors.Is(err, state.Err) {
			t.Errorf("got %v", err)
		}
	}
	state.Err = nil
	n.after(time.Hour, "sill")
	if len(n.notices) != 2 || n.notices[0].Works || !n.notices[1].Works {
		t.Errorf("the operators were told %v", n.notices)
	}
	n.want()
}

// A duplicate of a software in the catalogue is no news, nor is the entry that remains
// when the duplicate goes. News of both is announced once.
func TestDoublesAreNoNews(t *testing.T) {
	n, state := sillRoom(t)
	at := time.Date(2026, time.August, 1, 12, 0, 0, 0, time.UTC)
	gimp := catalogue.Software{ID: "33", Name: "GIMP", Referenced: at}
	vlc := catalogue.Software{ID: "12", OtherIDs: []string{"1012"}, Name: "VLC", Referenced: at}
	state.Catalogue = softwares(gimp, vlc)
	n.after(0, "sill")
	gimp.ID, gimp.OtherIDs = "1033", []string{"33"}
	vlc.ID, vlc.OtherIDs = "1012", nil
	state.Catalogue = softwares(gimp, vlc)
	n.after(time.Hour, "sill")
	n.want()
	krita := catalogue.Software{ID: "90", OtherIDs: []string{"1090"}, Name: "Krita", Referenced: at}
	state.Catalogue = softwares(gimp, vlc, krita)
	n.after(time.Hour, "sill")
	n.want("Référencé au SILL : Krita")
}
