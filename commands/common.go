package commands

import (
	"context"
	"slices"
	"time"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/search"
)

// common is the data of the message that lists software that administrations built.
type common struct {
	Query string
	Items []commonEntry
	Total int
	// Guess means that no entry surely answers.
	Guess bool
	source
	Credits []string
}

// commonEntry is a software in the list of what administrations built.
type commonEntry struct{ entry }

// Asleep reports whether the project has shown no activity for three years
// (commons.IsAsleep); false if its activity is unknown.
func (e commonEntry) Asleep() bool { return commons.IsAsleep(e.Software, time.Now()) }

// common answers with software that administrations built for the need in the
// arguments; a project without activity for three years stands two places lower, and
// withdrawn software comes last. Without arguments, the answer explains the command. If
// no software fits, or the catalogues of such software are not read yet, the answer
// says so.
func (a *Answerer) common(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	r.state = a.commonsState()
	if r.state.Catalogue == nil {
		return a.message(r, "loading", struct{ Catalogues []string }{[]string{""}})
	}
	engine := search.For(r.state.Catalogue)
	result := engine.Search(r.args)
	facets, faceted := engine.Faceted(r.args)
	if faceted {
		if facets.Unknown != "" {
			return a.faceted(r, facets)
		}
		result = facets.Result
	}
	if len(result.Matches) == 0 {
		return a.message(r, "commun-none", struct {
			Prefix, Query string
			Asks          bool
		}{r.Prefix, r.args, r.asks})
	}
	all := software(commons.Rank(result.Matches, func(m search.Match) *catalogue.Software { return m.Software }, time.Now()))
	shown, _ := first(all, maxListed)
	view := common{Query: r.args, Total: max(len(all), facets.Total), Guess: result.Shape == search.Maybe, source: a.source(r.state)}
	for _, s := range shown {
		view.Items = append(view.Items, commonEntry{entry{Software: s}})
	}
	view.Credits = a.credits(shown...)
	answer, err := a.message(r, "commun", view)
	answer.Found, answer.list = found(all), listOf(r, shown)
	return answer, err
}

// credits returns the lines that the licences of some catalogues ask to show, for the
// catalogues from which the given software come; none if the SILL is the bot's only
// catalogue.
func (a *Answerer) credits(all ...*catalogue.Software) []string {
	if a.parts.Library == nil {
		return nil
	}
	var labels []string
	for _, s := range all {
		if !slices.Contains(labels, s.Catalogue) {
			labels = append(labels, s.Catalogue)
		}
	}
	return a.parts.Library.Credits(labels)
}
