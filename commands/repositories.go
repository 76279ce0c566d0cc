package commands

import (
	"context"
	"errors"
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// Repositories are the public repositories that the bot knows.
type Repositories interface {
	// SearchRepositories returns at most limit of those that the filter accepts,
	// best first, and how many there are in all.
	SearchRepositories(ctx context.Context, f *filter.Filter, limit int) (found []catalogue.Repository, total int, err error)
	// RepositoriesAsOf is when a source last said anything new of them; zero if
	// none is known.
	RepositoriesAsOf(ctx context.Context) (time.Time, error)
}

// repositories is a list of the first of Total matches.
type repositories struct {
	Prefix string
	Query  string
	Items  []catalogue.Repository
	Total  int
	AsOf   time.Time
}

// depot answers with the repositories that a filter accepts.
func (a *Answerer) depot(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	accepts, err := filter.Parse(r.args)
	if fault, ok := errors.AsType[*filter.Error](err); ok {
		return a.message(r, "filter-fault", fault)
	}
	if err != nil {
		return Answer{}, err
	}
	data := repositories{Prefix: r.Prefix, Query: r.args}
	if a.known != nil {
		if data.AsOf, err = a.known.RepositoriesAsOf(ctx); err != nil {
			return Answer{}, err
		}
	}
	if data.AsOf.IsZero() {
		return a.message(r, "no-repositories", nil)
	}
	data.AsOf = data.AsOf.In(a.zone)
	all, total, err := a.known.SearchRepositories(ctx, accepts, maxFound)
	if err != nil {
		return Answer{}, err
	}
	if total == 0 {
		return a.message(r, "none-repositories", data)
	}
	data.Items, _ = first(all, maxListed)
	data.Total = total
	answer, err := a.message(r, "repositories", data)
	for _, found := range all {
		answer.Found = append(answer.Found, Found{Kind: "repository", ID: found.URL, Name: found.Name})
	}
	return answer, err
}
