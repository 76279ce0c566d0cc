package search

import (
	"testing"
	"time"
)

// No entry gets a higher score than the bound by which best leaves entries out.
func TestBounds(t *testing.T) {
	entries := invented(500)
	engines := map[string]*Engine{"invented": newEngine(entries, time.Time{}), "2026": searched(t)["2026"]}
	queries := inventedQueries(entries)[:200]
	for _, all := range writtenQueries(t) {
		queries = append(queries, all...)
	}
	bonuses := 0
	for name, e := range engines {
		if e == nil {
			continue // the catalogue is not there
		}
		for _, query := range queries {
			q := parseQuery(query)
			for _, how := range []search{{worth: searchWorth}, {worth: mentionWorth, cover: minCover}, {worth: productWorth, cover: minCoverProduct, exact: true}} {
				bonuses += checkBounds(t, name, e, q, how)
			}
		}
	}
	if bonuses == 0 {
		t.Error("no words of a query stand together anywhere")
	}
}

// checkBounds checks the bounds of all entries that a search meets, and returns how many
// of them get a bonus for words that stand together.
func checkBounds(t *testing.T, name string, e *Engine, q query, how search) int {
	t.Helper()
	s := e.index.scratch(how)
	defer s.release()
	s.words(q)
	s.keys(q)
	stems := e.index.stemIDs(q.words)
	bonuses := 0
	for _, d := range s.touched {
		h := &s.hits[d]
		h.score = s.wordScore(h)
		h.near /= max(s.nearWeight, 1)
		if !s.isEvident(h, q) {
			continue
		}
		texts := e.index.textsOf(d)
		if len(stems) > 0 && texts.phraseBonus(stems) > 0 {
			bonuses++
		}
		most := h.mostPossible(s.mostBonus(h, stems))
		if s.rank(h, q, texts, stems) && h.score > most {
			t.Errorf("%s, %q, %s: the score %v is above its bound %v", name, q.words, e.Entry(int(d)).Name, h.score, most)
		}
	}
	return bonuses
}
