package commands

import (
	"context"
	"regexp"
	"strconv"

	"heraut/catalogue"
	"heraut/search"
)

const (
	maxListed   = 6 // in a list to choose from, or of organisations or providers
	maxFound    = 20
	maxNearest  = 3
	maxCompared = 3
	someNews    = 3 // of each kind, so that they fit in eight lines
	maxNews     = 10
)

// search answers the command !sill, or one of its subcommands about one software, such
// as utilisateurs, with the software that fits its words: one software in the form that
// the command shows, a list, or suggestions. It also answers questions about the
// services, comparisons and searches with filters; without words it explains the
// command. It returns the zero Answer for a line that may be talk and that isMeant
// rejects.
func (a *Answerer) search(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	if answer, found, err := a.howTo(r); found || err != nil {
		return answer, err
	}
	if r.state.Catalogue == nil {
		return a.loading(r)
	}
	if r.command.searches {
		if answer, found, err := a.impliedComparison(r); found || err != nil {
			return answer, err
		}
	}
	if found, ok := search.For(r.state.Catalogue).Faceted(r.args); ok {
		return a.faceted(r, found)
	}
	result := search.For(r.state.Catalogue).Search(r.args)
	if len(result.Matches) == 0 && a.byName("aide").isCalled(r.args) {
		return a.explain(ctx, r, r.command)
	}
	if r.talk && !isMeant(r, result) {
		return Answer{}, nil
	}
	return a.show(r, result)
}

// faceted answers a search with filters, such as «licence:gpl», of which found is the
// result. It says if there is no such filter or the catalogue does not record that
// fact. For an unknown filter in a line that may be talk it returns the zero Answer.
func (a *Answerer) faceted(r request, found search.Faceted) (Answer, error) {
	switch {
	case found.Unknown != "" && r.talk:
		return Answer{}, nil
	case found.Unknown != "":
		return a.message(r, "unknown-facet", struct {
			Prefix, Name string
			Facets       []string
		}{r.Prefix, found.Unknown, search.FacetNames()})
	case found.Unrecorded != "":
		return a.message(r, "unrecorded-facet", struct {
			Name string
			source
		}{found.Unrecorded, a.source(r.state)})
	case found.Shape == search.List:
		return a.chooseOf(r, "choice", r.args, software(found.Matches), found.Total)
	}
	return a.show(r, found.Result)
}

// isMeant reports whether the bot answers a line that may be talk, of which result is
// the search: the search found more than guesses, or it has guesses and the line asks
// for something. It returns false if the search has no match, even if the line asks for
// something. Of a line that only begins with the bot's name (Casual), the best match
// must be by name.
func isMeant(r request, result search.Result) bool {
	switch {
	case len(result.Matches) == 0:
		return false
	case r.Casual:
		return result.Matches[0].By == search.ByName
	}
	return result.Shape != search.Maybe || search.IsRequest(r.args)
}

// show answers with the result of a search. It chooses the kind of message: one
// software in the form that the command shows, a list, guesses, substitutes for a
// product, or a sentence that the search found nothing.
func (a *Answerer) show(r request, result search.Result) (Answer, error) {
	all := software(result.Matches)
	switch result.Shape {
	case search.Card:
		r.product = result.Matches[0].Product
		for _, s := range all[1:] {
			r.others = append(r.others, s.Name)
		}
		answer, err := r.command.show(a, r, all[0])
		answer.Found = found(all)
		return answer, err
	case search.List:
		return a.choose(r, "choice", r.args, all)
	case search.Maybe:
		return a.choose(r, "maybe", r.args, all)
	case search.Instead:
		return a.instead(r, result)
	}
	return a.none(r, r.args, false, result.Nearest)
}

// instead answers with the software of result that replaces a product: several as a
// list, a single one as a card after the sentence that says so. It takes the query from
// r.product.
func (a *Answerer) instead(r request, result search.Result) (Answer, error) {
	all := software(result.Matches)
	shown, _ := first(all, maxListed)
	view := instead{Result: result, Asked: r.command.name() == "sill remplace", Query: r.product, Items: entries(shown), Total: len(all), source: a.source(r.state)}
	r.product = ""
	if view.Product == "" {
		view.Product = r.args
	}
	answer, err := a.message(r, "instead", view)
	if err != nil || len(all) > 1 {
		answer.Found = found(all)
		answer.list = listOf(r, shown)
		return answer, err
	}
	r.product = result.Matches[0].Product
	card, err := r.command.show(a, r, all[0])
	card.HTML, card.Shape, card.Found = answer.HTML+card.HTML, Instead, found(all)
	return card, err
}

// listOf returns the meaning of the numbers in a list of the software shown: the
// request's command for each.
func listOf(r request, shown []*catalogue.Software) *list {
	l := &list{command: r.command.name()}
	for _, s := range shown {
		l.ids = append(l.ids, s.ID)
	}
	return l
}

// preposition matches the word before a product's name: « alternative à Photoshop ».
var preposition = regexp.MustCompile(`^(?i:(?:à|a|au|aux|de|du|to|for|of)\s+|d['’])`)

// replacing answers with the free software that replaces the product in the arguments
// or, if the product is free itself, with comparable software. It says if there is
// none, but is silent about a line that may be talk.
func (a *Answerer) replacing(ctx context.Context, r request) (Answer, error) {
	product := preposition.ReplaceAllString(r.args, "")
	if product == "" {
		return a.explain(ctx, r, r.command)
	}
	c := r.state.Catalogue
	if c == nil {
		return a.loading(r)
	}
	result := search.For(c).Replacing(product)
	if all := comparable(c, product); result.Shape == search.None && len(all) > 0 {
		result = search.Result{Shape: search.Instead, Product: product, Libre: true, Listed: true, Said: true}
		for _, s := range all {
			result.Matches = append(result.Matches, search.Match{Software: s})
		}
	}
	switch {
	case result.Shape == search.Instead:
		r.product = product
		return a.instead(r, result)
	case r.talk:
		return Answer{}, nil
	}
	return a.message(r, "none-replacing", struct {
		Prefix, Query string
		Catalogues    []string
	}{r.Prefix, product, c.Labels()})
}

// comparable returns the entries that the catalogue c lists as similar to the software
// of that name, without withdrawn entries; none if no software has that name.
func comparable(c *catalogue.Catalogue, name string) (all []*catalogue.Software) {
	s, ok := search.For(c).Resolve(name)
	if !ok {
		return nil
	}
	for _, similar := range s.Similar {
		if other, ok := c.ByID(similar.ID); ok && other.Withdrawn == nil {
			all = append(all, other)
		}
	}
	return all
}

// choose answers with a numbered list of all, software to choose from, made by the
// template of that name for the query. It shows the first maxListed.
func (a *Answerer) choose(r request, template, query string, all []*catalogue.Software) (Answer, error) {
	return a.chooseOf(r, template, query, all, len(all))
}

// chooseOf answers with a numbered list of all, software to choose from, made by the
// template of that name for the query. It shows the first maxListed. total is how many
// the search found: all are the first of them, or all of them.
func (a *Answerer) chooseOf(r request, template, query string, all []*catalogue.Software, total int) (Answer, error) {
	shown, _ := first(all, maxListed)
	answer, err := a.message(r, template, choice{query, entries(shown), total, a.source(r.state)})
	answer.Found = found(all)
	answer.list = listOf(r, shown)
	return answer, err
}

// none answers that nothing was found for the query, with the first of nearest as
// suggestions. name says that the query was a name. For a line that may be talk it
// returns the zero Answer.
func (a *Answerer) none(r request, query string, name bool, nearest []*catalogue.Software) (Answer, error) {
	if r.talk {
		return Answer{}, nil
	}
	data := struct {
		Query      string
		Name       bool
		Nearest    []string
		Catalogues []string
	}{Query: query, Name: name, Catalogues: labels(r.state)}
	shown, _ := first(nearest, maxNearest)
	for _, s := range shown {
		data.Nearest = append(data.Nearest, s.Name)
	}
	answer, err := a.message(r, "none", data)
	if len(data.Nearest) > 0 {
		answer.Shape = Suggestions
	}
	return answer, err
}

// news answers with the software that the catalogue last added and withdrew: as many of
// each as the argument says, at most maxNews, or someNews. With arguments that are no
// number, the line is a search instead: «!sill new relic».
func (a *Answerer) news(ctx context.Context, r request) (Answer, error) {
	n := someNews
	if r.args != "" {
		asked, err := strconv.Atoi(r.args)
		if err != nil {
			_, r.args = cutWord(r.text)
			r.command = a.byName(r.command.topic)
			return r.command.answer(a, ctx, r)
		}
		n = min(max(asked, 1), maxNews)
	}
	c := r.state.Catalogue
	if c == nil {
		return a.loading(r)
	}
	referenced, withdrawn := c.Newest(n), c.LastWithdrawn(n)
	answer, err := a.message(r, "new", news{entries(referenced), entries(withdrawn), a.source(r.state)})
	answer.Found = found(append(referenced, withdrawn...))
	return answer, err
}

// users and providers answer about one software.

func (a *Answerer) users(r request, s *catalogue.Software) (Answer, error) {
	shown, more := first(s.Organizations, maxListed)
	return a.message(r, "users", users{card{entry: entry{s, r.product}, source: a.source(r.state)}, shown, more, !r.state.Catalogue.TellsUsers()})
}

func (a *Answerer) providers(r request, s *catalogue.Software) (Answer, error) {
	shown, more := first(s.Providers, maxListed)
	return a.message(r, "providers", providers{card{entry: entry{s, r.product}, source: a.source(r.state)}, shown, more})
}

func software(matches []search.Match) []*catalogue.Software {
	all := make([]*catalogue.Software, len(matches))
	for i, m := range matches {
		all[i] = m.Software
	}
	return all
}

func found(all []*catalogue.Software) []Found {
	shown, _ := first(all, maxFound)
	out := make([]Found, len(shown))
	for i, s := range shown {
		out[i] = Found{Kind: "software", ID: s.ID, Name: s.Name}
	}
	return out
}
