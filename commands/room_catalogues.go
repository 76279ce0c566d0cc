package commands

import (
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commons"
	"heraut/rooms"
	"heraut/text"
)

// chosenCatalogues returns the short names of the catalogues in which the room
// searches, without those that the bot does not know; nil if only in the SILL.
func (a *Answerer) chosenCatalogues(room chat.RoomID) []string {
	if a.parts.Library == nil {
		return nil
	}
	names := strings.Split(a.admin.Book.Of(room).Catalogues, ",")
	known := slices.DeleteFunc(names, func(name string) bool { return !a.parts.Library.Has(name) })
	if len(known) == 0 || len(known) == 1 && known[0] == commons.SILL {
		return nil
	}
	return known
}

// stateOf returns the catalogue in which a room searches, made of those that the room
// chose, or the SILL if it chose none. Its field Catalogue is nil until the bot has
// read one.
func (a *Answerer) stateOf(room chat.RoomID) catalogue.State {
	if names := a.chosenCatalogues(room); names != nil {
		return a.parts.Library.State(names)
	}
	return a.current()
}

// labelsOf returns the names of the catalogues in which a room searches, as messages
// show them; none for the SILL alone.
func (a *Answerer) labelsOf(room chat.RoomID) []string {
	if names := a.chosenCatalogues(room); names != nil {
		return a.parts.Library.Labels(names)
	}
	return nil
}

// commonsState returns a catalogue of all software that administrations built; the
// empty State if the SILL is the bot's only catalogue.
func (a *Answerer) commonsState() catalogue.State {
	if a.parts.Library == nil {
		return catalogue.State{}
	}
	return a.parts.Library.Commons()
}

// otherCatalogue returns the catalogue with that short name, in upper or lower case. It
// returns false if there is none, and for the SILL.
func (a *Answerer) otherCatalogue(name string) (s commons.Shelf, ok bool) {
	name = text.Fold(name)
	if a.parts.Library == nil || name == commons.SILL {
		return s, false
	}
	return a.parts.Library.Shelf(name)
}

// catalogueNames returns the short names of all catalogues from which a room may
// choose; nil if the SILL is the only one.
func (a *Answerer) catalogueNames() []string {
	if a.parts.Library == nil {
		return nil
	}
	var names []string
	for _, s := range a.parts.Library.Shelves() {
		names = append(names, s.Name)
	}
	return names
}

// readCatalogues sets s.Catalogues to the catalogues that a person typed, separated by
// commas or spaces, each once. It returns false if typed names none, or if there is no
// catalogue of one of the names; in the latter case s stays as it is.
func (a *Answerer) readCatalogues(typed string, s *rooms.Settings) bool {
	known := a.catalogueNames()
	var names []string
	for name := range strings.FieldsFuncSeq(text.Fold(typed), func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.Contains(known, name) {
			return false
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	s.Catalogues = strings.Join(names, ",")
	return len(names) > 0
}

// loading answers that the room's catalogue has not been read yet.
func (a *Answerer) loading(r request) (Answer, error) {
	return a.message(r, "loading", struct{ Catalogues []string }{a.labelsOf(r.Room)})
}
