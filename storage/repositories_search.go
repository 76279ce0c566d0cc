package storage

import (
	"context"
	"fmt"
	"strings"

	"heraut/catalogue"
	"heraut/filter"
)

// wordColumn is a column of the full-text index of repositories: the field of a filter
// that it serves, and the weight of a match in it.
type wordColumn struct {
	field  filter.Field
	name   string
	weight int // the weight of a match in that column
}

// wordColumns are the columns of the table, in its order, except the rules.
var wordColumns = []wordColumn{
	{filter.Name, "name", 10},
	{filter.Organization, "organization", 4},
	{filter.Topic, "topics", 4},
	{filter.Description, "description", 2},
	{filter.Ministry, "ministry", 2},
	{filter.Language, "language", 1},
	{filter.License, "license", 0},
	{filter.Platform, "platform", 0},
	{filter.Fork, "fork", 0},
	{filter.Archived, "archived", 0},
}

// anyRule is a rule that every repository has.
const anyRule = "any"

// maxRanked is the largest number of matches that are ranked. Words with more matches
// say too little to justify the time.
const maxRanked = 4000

const (
	byRank     = "bm25(repository_words, 10, 4, 4, 2, 2, 1, 0, 0, 0, 0, 0)" // the weights of wordColumns
	byActivity = "0"
)

// SearchRepositories returns at most limit repositories that the filter f accepts, and
// the number of all that it accepts. The best matches come first, then those with the
// latest activity; activity alone counts if the filter has no words to rank by or
// accepts more than maxRanked.
func (d *DB) SearchRepositories(ctx context.Context, f *filter.Filter, limit int) (found []catalogue.Repository, total int, err error) {
	query := ftsQuery(f)
	err = d.db.QueryRow(ctx, "SELECT count(*) FROM repository_words WHERE repository_words MATCH $1", query).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("count the repositories for %s: %w", f, err)
	}
	rank := byActivity
	if total <= maxRanked && hasWords(f.Expr()) {
		rank = byRank
	}
	rows, err := d.db.Query(ctx, `
		WITH best AS (
			SELECT r.id, `+rank+` AS score, coalesce(nullif(r.pushed_at, 0), r.updated_at) AS active
			FROM repository_words JOIN repository r ON r.id = repository_words.rowid
			WHERE repository_words MATCH $1 ORDER BY score, active DESC, r.id DESC LIMIT $2)
		SELECT `+repositoryColumns+` FROM best JOIN repository USING (id) ORDER BY score, active DESC, id DESC`, query, limit)
	found, err = collect(rows, err, scanRepository)
	if err != nil {
		return nil, 0, fmt.Errorf("search the repositories for %s: %w", f, err)
	}
	return found, total, nil
}

// hasWords reports whether the filter's expression e has words by which some
// repositories rank above others: a test of the name, of a topic or of the description
// that is not under a «not».
func hasWords(e filter.Expr) bool {
	for _, t := range e.Tests {
		if t.Field == filter.Name || t.Field == filter.Topic || t.Field == filter.Description {
			return true
		}
	}
	if e.Op == filter.Not {
		return false
	}
	for _, arg := range e.Args {
		if hasWords(arg) {
			return true
		}
	}
	return false
}

// ftsQuery returns the filter, with the rules that exclude repositories by default, as
// a query of SQLite's full-text search (FTS5).
func ftsQuery(f *filter.Filter) string {
	return without(ftsExpr(f.Expr()), []string{"rules : (" + strings.Join(f.Rules(), " OR ") + ")"})
}

// everything matches every repository.
const everything = "rules : " + anyRule

func ftsExpr(e filter.Expr) string {
	switch e.Op {
	case filter.Has:
		return ftsTerm(e.Tests)
	case filter.Not:
		return without(everything, []string{ftsExpr(e.Args[0])})
	case filter.Or:
		var parts []string
		for _, arg := range e.Args {
			parts = append(parts, ftsExpr(arg))
		}
		return "(" + strings.Join(parts, " OR ") + ")"
	}
	// A conjunction; an empty one matches everything.
	wanted := []string{everything}
	var excluded []string
	for _, arg := range e.Args {
		if arg.Op == filter.Not {
			excluded = append(excluded, ftsExpr(arg.Args[0]))
		} else {
			wanted = append(wanted, ftsExpr(arg))
		}
	}
	if len(wanted) > 1 {
		wanted = wanted[1:]
	}
	return without("("+strings.Join(wanted, " AND ")+")", excluded)
}

// without returns an FTS5 query for the rows that expr finds and none of excluded
// finds. NOT has two operands in FTS5, so expr may not be empty.
func without(expr string, excluded []string) string {
	if len(excluded) == 0 {
		return expr
	}
	return "(" + expr + " NOT (" + strings.Join(excluded, " OR ") + "))"
}

// ftsTerm returns an FTS5 query for the rows that pass one of the tests of a filter's
// term; a query without results if no test is about an indexed field. A test for words
// that begin alike also searches the whole word, so that exact matches rank higher.
func ftsTerm(tests []filter.Test) string {
	var phrases []string
	columns := map[string]string{} // by phrase
	add := func(phrase string, f filter.Field) {
		if columns[phrase] == "" {
			phrases = append(phrases, phrase)
		}
		columns[phrase] += " " + columnOf(f)
	}
	for _, t := range tests {
		if columnOf(t.Field) == "" {
			continue // a field without a column, such as the region
		}
		phrase := `"` + strings.Join(t.Words, " ") + `"`
		if t.Open {
			add(phrase+" *", t.Field)
		}
		add(phrase, t.Field)
	}
	if len(phrases) == 0 {
		return without(everything, []string{everything})
	}
	for i, phrase := range phrases {
		phrases[i] = "{" + columns[phrase] + " } : " + phrase
	}
	return "(" + strings.Join(phrases, " OR ") + ")"
}

func columnOf(f filter.Field) string {
	for _, c := range wordColumns {
		if c.field == f {
			return c.name
		}
	}
	return ""
}
