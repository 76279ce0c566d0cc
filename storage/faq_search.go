package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heraut/relay"
	"heraut/search"
)

// The weights of the columns of known_words: a word or a sense in the question counts
// most, a sense in the answer least.
const knownRank = "bm25(known_words, 2, 1, 0.5)"

// knownWords holds the words under which searches find a known question (an answered
// question or an entry of the FAQ), separated by spaces. question holds the stems of the
// question, and the names of the senses that the thesaurus finds in it
// (search.TextTerms), so that synonyms find each other. answer holds the stems of the
// answer. senses holds the senses of the answer, and the stems and senses of what people
// use the programs in the answer for (search.UsesIn).
type knownWords struct{ question, answer, senses string }

func wordsOf(question, answer string) knownWords {
	q, a := search.Terms(question), search.AnswerTerms(answer)
	// Who asks need not know the program that answers.
	uses := search.Terms(strings.Join(search.UsesIn(answer), ", "))
	senses := slices.Concat(a.Senses, uses.Senses, uses.Stems)
	slices.Sort(senses)
	return knownWords{strings.Join(slices.Concat(q.Stems, q.Senses), " "), strings.Join(a.Stems, " "), strings.Join(slices.Compact(senses), " ")}
}

// indexKnown replaces the words under which searches find the known question with that
// id: the number of an answered question, or the negative number of an entry of the
// FAQ.
func (d *DB) indexKnown(ctx context.Context, id int64, question, answer string) error {
	if err := d.forgetKnown(ctx, id); err != nil {
		return err
	}
	w := wordsOf(question, answer)
	_, err := d.db.Exec(ctx, "INSERT INTO known_words (rowid, question, answer, senses) VALUES ($1, $2, $3, $4)",
		id, w.question, w.answer, w.senses)
	if err != nil {
		return fmt.Errorf("index a known question: %w", err)
	}
	return nil
}

func (d *DB) forgetKnown(ctx context.Context, id int64) error {
	if _, err := d.db.Exec(ctx, "DELETE FROM known_words WHERE rowid = $1", id); err != nil {
		return fmt.Errorf("forget the words of a known question: %w", err)
	}
	return nil
}

// indexQuestion updates the words under which searches find the question with that
// number; it removes them if the question is not answered or was withdrawn. Every
// change of a question or an answer must call it, in the same transaction.
func (d *DB) indexQuestion(ctx context.Context, number int64) error {
	var question, answer string
	err := d.db.QueryRow(ctx, "SELECT text, "+answersOf+" FROM question q WHERE q.number = $1 AND "+isKnown, number).Scan(&question, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return d.forgetKnown(ctx, number)
	case err != nil:
		return fmt.Errorf("read question %d: %w", number, err)
	}
	return d.indexKnown(ctx, number, question, answer)
}

const (
	// answersOf selects the texts of the answers to question q, in order; empty if
	// there are none.
	answersOf = `(SELECT coalesce(group_concat(text, char(10)), '') FROM (
		SELECT text FROM relayed r WHERE r.question = q.number AND r.role = 'answer' AND r.text <> '' ORDER BY r.said_at, r.rowid))`
	// isKnown is the condition that q has been answered.
	isKnown = `q.text <> '' AND q.status <> 'withdrawn'
		AND EXISTS (SELECT 1 FROM relayed r WHERE r.question = q.number AND r.role = 'answer' AND r.text <> '')`
)

// RefreshWords indexes anew each known question whose stored words differ from those
// that this version of the bot reads in it, since an earlier version indexed it. Each
// question is a transaction of its own; after an error, the questions before it stay
// indexed.
func (d *DB) RefreshWords(ctx context.Context) error {
	type known struct {
		id               int64
		question, answer string
	}
	rows, err := d.db.Query(ctx, `
		SELECT -number, question, answer FROM faq
		UNION ALL SELECT q.number, q.text, `+answersOf+` FROM question q WHERE `+isKnown)
	all, err := collect(rows, err, func(scan scanFunc) (k known, err error) {
		err = scan(&k.id, &k.question, &k.answer)
		return k, err
	})
	if err != nil {
		return fmt.Errorf("read the known questions: %w", err)
	}
	for _, k := range all {
		err := d.Do(ctx, func(ctx context.Context) error {
			var now knownWords
			err := d.db.QueryRow(ctx, "SELECT question, answer, senses FROM known_words WHERE rowid = $1", k.id).
				Scan(&now.question, &now.answer, &now.senses)
			switch {
			case errors.Is(err, sql.ErrNoRows): // deleted since
				return nil
			case err != nil || now == wordsOf(k.question, k.answer):
				return err
			case k.id > 0:
				return d.indexQuestion(ctx, k.id)
			}
			return d.indexKnown(ctx, k.id, k.question, k.answer)
		})
		if err != nil {
			return fmt.Errorf("index the known questions anew: %w", err)
		}
	}
	return nil
}

// Lookup returns at most limit known questions (answered ones and entries of the FAQ)
// that hold any of the terms, the best matches first. Each names the terms that it
// holds.
func (d *DB) Lookup(ctx context.Context, terms []string, limit int) ([]relay.Candidate, error) {
	quoted, wanted := make([]string, len(terms)), make(map[string]bool, len(terms))
	for i, t := range terms {
		wanted[t] = true
		quoted[i] = `"` + strings.ReplaceAll(t, `"`, "") + `"`
	}
	rows, err := d.db.Query(ctx, `
		WITH best AS (
			SELECT rowid AS id, question AS question_words, answer || ' ' || senses AS answer_words, `+knownRank+` AS score
			FROM known_words WHERE known_words MATCH $1 ORDER BY score, rowid LIMIT $2)
		SELECT question_words, answer_words, -score, number, kept, question, answer, audience, origin, at, helped FROM (
			SELECT score, id, question_words, answer_words, f.number, 1 AS kept, f.question, f.answer, f.audience, '' AS origin, f.kept_at AS at, f.helped
			FROM best JOIN faq f ON f.number = -id
			UNION ALL
			SELECT score, id, question_words, answer_words, q.number, 0, q.text, `+answersOf+`, q.told, q.origin, q.asked_at, 0
			FROM best JOIN question q ON q.number = id)
		ORDER BY score, id`, strings.Join(quoted, " OR "), limit)
	found, err := collect(rows, err, func(scan scanFunc) (c relay.Candidate, err error) {
		var asked, told, audience string
		var at int64
		if err = scan(&asked, &told, &c.Likeness, &c.Number, &c.Kept, &c.Question, &c.Answer, &audience, &c.Origin, &at, &c.Helped); err != nil {
			return c, err
		}
		c.Asked, c.Told, c.At = strings.Fields(asked), strings.Fields(told), fromMillis(at)
		c.Terms = held(wanted, c.Asked, c.Told)
		err = json.Unmarshal([]byte(audience), &c.Audience)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("look up known questions: %w", err)
	}
	return found, nil
}

// held returns the wanted words that occur in the lists, each once.
func held(wanted map[string]bool, lists ...[]string) (found []string) {
	for _, words := range lists {
		for _, w := range words {
			if wanted[w] && !slices.Contains(found, w) {
				found = append(found, w)
			}
		}
	}
	return found
}

// Spread returns, for each of the terms, the number of known questions in which it
// occurs, and all, the number of all known questions. A term that occurs in few
// questions says more about a question.
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
