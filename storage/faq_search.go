package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/relay"
)

// The columns of known_words, by how much it tells that a word is found there:
// what was asked tells most, and another way to say a thing least.
const knownRank = "bm25(known_words, 2, 1, 0.5)"

// saveWords has a known question found by its words, in place of its former ones.
func (d *DB) saveWords(ctx context.Context, id int64, question, answer string) error {
	if err := d.removeWords(ctx, id); err != nil {
		return err
	}
	q, a := catalogue.Terms(question), catalogue.Terms(answer)
	senses := slices.Concat(q.Senses, a.Senses)
	slices.Sort(senses)
	_, err := d.db.Exec(ctx, "INSERT INTO known_words (rowid, question, answer, senses) VALUES ($1, $2, $3, $4)",
		id, strings.Join(q.Stems, " "), strings.Join(a.Stems, " "), strings.Join(slices.Compact(senses), " "))
	if err != nil {
		return fmt.Errorf("index a known question: %w", err)
	}
	return nil
}

func (d *DB) removeWords(ctx context.Context, id int64) error {
	if _, err := d.db.Exec(ctx, "DELETE FROM known_words WHERE rowid = $1", id); err != nil {
		return fmt.Errorf("forget the words of a known question: %w", err)
	}
	return nil
}

// Lookup implements relay.Library.
func (d *DB) Lookup(ctx context.Context, terms []string, limit int) ([]relay.Candidate, error) {
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = `"` + strings.ReplaceAll(t, `"`, "") + `"`
	}
	rows, err := d.db.Query(ctx, `
		WITH best AS (
			SELECT rowid AS id, question || ' ' || answer || ' ' || senses AS words, `+knownRank+` AS score
			FROM known_words WHERE known_words MATCH $1 ORDER BY score, rowid LIMIT $2)
		SELECT best.words, faq.number, faq.question, faq.answer, faq.audience, faq.kept_at
		FROM best JOIN faq ON faq.number = -best.id ORDER BY score, id`, strings.Join(quoted, " OR "), limit)
	return collect(rows, err, func(scan scanFunc) (c relay.Candidate, err error) {
		var words string
		c.Kept = true
		err = scanKnown(scan, &c.Known, &words)
		c.Terms = held(terms, words)
		return c, err
	})
}

// held are those of the terms that stand among the words.
func held(terms []string, words string) (found []string) {
	all := strings.Fields(words)
	for _, t := range terms {
		if slices.Contains(all, t) {
			found = append(found, t)
		}
	}
	return found
}

// Spread implements relay.Library.
func (d *DB) Spread(ctx context.Context, terms []string) (holding map[string]int, all int, err error) {
	if err := d.db.QueryRow(ctx, "SELECT count(*) FROM known_words").Scan(&all); err != nil {
		return nil, 0, err
	}
	holding = make(map[string]int, len(terms))
	for _, t := range terms {
		var n int
		if err := d.db.QueryRow(ctx, "SELECT coalesce(sum(doc), 0) FROM known_vocabulary WHERE term = $1", t).Scan(&n); err != nil {
			return nil, 0, err
		}
		holding[t] = n
	}
	return holding, all, nil
}
