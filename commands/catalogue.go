package commands

import (
	"context"
	"errors"
	"fmt"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/rooms"
	"heraut/text"
)

// Catalogue is the interface of the catalogue's refresher for the command «catalogue
// accepter». The refresher holds back a new version that has suspiciously few or many
// entries; Accept puts that version to use.
type Catalogue interface {
	// Accept returns catalogue.ErrNothingHeld if the bot holds no version back.
	Accept(ctx context.Context) (catalogue.Held, error)
}

// catalogueView is the data of the message for !bot catalogue.
type catalogueView struct {
	Prefix string
	// Name is that of a catalogue other than the SILL.
	Name     string
	Entries  int // in force; 0 without a catalogue
	Source   source
	Held     *catalogue.Held // nil if the bot holds none back
	Accepted bool            // this command accepted Held
	Nothing  bool            // there was no version to accept
}

// catalogue answers !bot catalogue with the size of the catalogue in use, the SILL or
// the one that the first argument names, and of a version that is held back, if any.
// With the argument «accepter», the bot uses that version at once; if there is none,
// the answer says so.
func (a *Answerer) catalogue(ctx context.Context, r request) (Answer, error) {
	view := catalogueView{Prefix: r.Prefix}
	state, acceptHeld := a.current(), a.admin.Catalogue.Accept
	word, rest := cutWord(r.args)
	if shelf, ok := a.otherCatalogue(word); ok {
		view.Name, state, acceptHeld = shelf.Name, shelf.Current(), shelf.Accept
		r.args = rest
	} else if text.Fold(word) == commons.SILL {
		r.args = rest
	}
	word, rest = cutWord(r.args)
	accept := text.Fold(word) == "accepter" || text.Fold(word) == "accept"
	if r.args != "" && (!accept || rest != "") {
		return a.explain(ctx, r, r.command)
	}
	view.Held = state.Held
	if c := state.Catalogue; c != nil {
		view.Entries, view.Source = c.Len(), a.source(state)
	}
	if !accept {
		return a.message(r, "bot-catalogue", view)
	}
	held, err := acceptHeld(ctx)
	if errors.Is(err, catalogue.ErrNothingHeld) {
		view.Nothing = true
		return a.message(r, "bot-catalogue", view)
	} else if err != nil {
		return Answer{}, err
	}
	view.Held, view.Accepted = &held, true
	answer, err := a.message(r, "bot-catalogue", view)
	change := rooms.Change{What: rooms.Catalogue, Before: fmt.Sprint(held.Before), After: fmt.Sprint(held.After)}
	answer.change = a.logged(r, change, func(context.Context) error { return nil })
	return answer, err
}

// labels returns the names of the catalogues that s holds, as messages show them; none
// if that is the SILL alone, or if s holds none yet.
func labels(s catalogue.State) []string {
	if s.Catalogue == nil {
		return nil
	}
	return s.Catalogue.Labels()
}
