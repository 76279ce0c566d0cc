package commands

import (
	"context"
	"errors"
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// Repositories is the store of the public code repositories that the bot knows.
type Repositories interface {
	// SearchRepositories returns at most limit repositories that the filter accepts,
	// best first, and the total number of those.
	SearchRepositories(ctx context.Context, f *filter.Filter, limit int) (found []catalogue.Repository, total int, err error)
	// RepositoriesAsOf returns the time of the last news about them from a source;
	// zero if the bot knows no repository.
	RepositoriesAsOf(ctx context.Context) (time.Time, error)
}

// repositories is the data of the message with the first of Total repositories that a
// search found.
type repositories struct {
	Prefix string
	Query  string
	Items  []catalogue.Repository
	Total  int
	AsOf   time.Time
}

// depot answers the command !depot with the public repositories that the filter in its
// arguments accepts. It explains a wrong filter, and says if none fits or the bot knows
// no repository yet.
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
	if a.parts.Repositories != nil {
		if data.AsOf, err = a.parts.Repositories.RepositoriesAsOf(ctx); err != nil {
			return Answer{}, err
		}
	}
	if data.AsOf.IsZero() {
		return a.message(r, "no-repositories", nil)
	}
	data.AsOf = data.AsOf.In(a.zone)
	all, total, err := a.parts.Repositories.SearchRepositories(ctx, accepts, maxFound)
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
