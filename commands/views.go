package commands

import (
	"slices"
	"time"

	"heraut/catalogue"
	"heraut/locale"
	"heraut/search"
)

// What the templates of the catalogue are given.

// entry is a software as templates show it.
type entry struct {
	*catalogue.Software
	// product is the replaced or comparable one that was asked for, if any; it
	// is named first.
	product string
}

func entries(all []*catalogue.Software) []entry {
	out := make([]entry, len(all))
	for i, s := range all {
		out[i] = entry{Software: s}
	}
	return out
}

// HasStatus tells that the State says something of it beyond listing it.
func (e entry) HasStatus() bool {
	return e.Withdrawn != nil || e.Recommended || e.Observed || e.InSupport || e.FromState
}

// ReplacedNames are the names of the products it replaces.
func (e entry) ReplacedNames() []string { return e.names(e.Replaces) }

// SimilarNames are the names of comparable programs.
func (e entry) SimilarNames() []string { return e.names(e.Similar) }

// names puts what was asked for first, then what is in the catalogue.
func (e entry) names(all []catalogue.Similar) []string {
	rank := func(s catalogue.Similar) int {
		switch {
		case s.Name == e.product:
			return 0
		case s.ID != "":
			return 1
		}
		return 2
	}
	sorted := slices.SortedStableFunc(slices.Values(all), func(a, b catalogue.Similar) int { return rank(a) - rank(b) })
	out := make([]string, len(all))
	for i, s := range sorted {
		out[i] = s.Name
	}
	return out
}

// source is the age of the data, which every answer says.
type source struct {
	AsOf time.Time
	Old  bool
}

func (a *Answerer) source(s catalogue.State) source {
	return source{
		AsOf: s.Catalogue.AsOf().In(a.zone),
		Old:  s.Every > 0 && s.Stale(time.Now()),
	}
}

// card, users and providers are about one software.
type (
	card struct {
		entry
		source
		Others []string // names of what else was found
	}
	users struct {
		card
		Shown []catalogue.Organization
		More  int
	}
	providers struct {
		card
		Shown []catalogue.Provider
		More  int
	}
)

// instead is what takes the place of a product: the first of Total.
type instead struct {
	search.Result
	Asked bool   // what takes its place was asked for by the command
	Query string // what was asked for
	Items []entry
	Total int
	source
}

// choice is a numbered list: the first of Total matches.
type choice struct {
	Query string
	Items []entry
	Total int
	source
}

// comparison is of Items; More were asked for too.
type comparison struct {
	Items []entry
	More  int
	source
}

// AnyStatus and the others tell that the line about it is worth its place.
func (c comparison) AnyStatus() bool { return slices.ContainsFunc(c.Items, entry.HasStatus) }

// AnyPlatforms is one of them.
func (c comparison) AnyPlatforms() bool {
	return slices.ContainsFunc(c.Items, func(e entry) bool { return len(e.Platforms) > 0 })
}

// AnyUse is one of them.
func (c comparison) AnyUse() bool {
	return slices.ContainsFunc(c.Items, func(e entry) bool { return len(e.Organizations) > 0 })
}

// AnyProduct is one of them.
func (c comparison) AnyProduct() bool {
	return slices.ContainsFunc(c.Items, func(e entry) bool { return len(e.Replaces)+len(e.Similar) > 0 })
}

// news are the entries that came and went last.
type news struct {
	Referenced, Withdrawn []entry
	source
}

// first cuts a list and tells how many are left out.
func first[T any](all []T, n int) (shown []T, more int) {
	n = min(n, len(all))
	return all[:n], len(all) - n
}
