package commands

import (
	"context"

	"heraut/catalogue"
	"heraut/search"
)

// organization is the data of the message about the software that an administration
// uses; it shows the first of them.
type organization struct {
	search.Organization
	Query      string
	Nearest    []string // similar names, if no administration matches
	Shown      []search.Use
	More       int
	Unrecorded bool // the data do not say who uses which software
	source
}

// organization answers with the software that an administration uses; for each
// software, it says whether people of that administration can be asked about it. If
// none or several administrations match the arguments, it suggests names.
func (a *Answerer) organization(ctx context.Context, r request) (Answer, error) {
	c := r.state.Catalogue
	switch {
	case r.args == "":
		return a.explain(ctx, r, r.command)
	case c == nil:
		return a.loading(r)
	}
	found, nearest, ok := search.For(c).Organization(r.args)
	view := organization{Organization: found, Query: r.args, Nearest: nearest, Unrecorded: !c.TellsUsers(), source: a.source(r.state)}
	view.Shown, view.More = first(found.Uses, maxUses)
	answer, err := a.message(r, "organization", view)
	switch {
	case ok:
		for _, u := range found.Uses[:min(len(found.Uses), maxFound)] {
			answer.Found = append(answer.Found, Found{Kind: "software", ID: u.Software.ID, Name: u.Software.Name})
		}
	case len(nearest) > 0:
		answer.Shape = Suggestions
	default:
		answer.Shape = None
	}
	return answer, err
}

// maxUses is the number of software to show of an administration.
const maxUses = 10

// instances is the data of the message about where a web software can be used.
type instances struct {
	card
	Shown      []catalogue.Instance
	More       int
	Unrecorded bool // the data name no instance of any software
}

// instances answers with the installations of the software s that people may use. If
// there are none, it says whether the catalogue names any for other software.
func (a *Answerer) instances(r request, s *catalogue.Software) (Answer, error) {
	shown, more := first(s.Instances, maxListed)
	recorded := len(shown) > 0
	for i := 0; i < r.state.Catalogue.Len() && !recorded; i++ {
		recorded = len(r.state.Catalogue.Entry(i).Instances) > 0
	}
	return a.message(r, "instances", instances{card{entry: entry{s, r.product}, source: a.source(r.state)}, shown, more, !recorded})
}
