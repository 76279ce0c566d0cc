package relay

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"heraut/chat"
	"heraut/search"
)

// Known is a question with a known answer: an answered question, or an FAQ entry.
type Known struct {
	Number int64 // the question's, or the entry's if Kept
	Kept   bool

	Question, Answer string // plain
	At               time.Time
	// Audience is the audience that read it or, for an FAQ entry, may read it: a room
	// with a wider one does not see it.
	Audience chat.Audience
	// Origin is the room in which an answered question was asked.
	Origin chat.RoomID
}

// Candidate is a known question that holds some of the terms of a search.
type Candidate struct {
	Known
	Terms []string // the terms that it holds
	// Likeness grows with the weight of its terms and with its shortness. Among few
	// questions it says nothing, since a term that most of them hold has no weight.
	Likeness float64
}

// Library searches the known questions.
type Library interface {
	// Lookup returns the questions that hold any of the terms, the likest first, at
	// most limit.
	Lookup(ctx context.Context, terms []string, limit int) ([]Candidate, error)
	// Spread returns how many questions hold each of the terms, and how many there are
	// in all.
	Spread(ctx context.Context, terms []string) (holding map[string]int, all int, err error)
}

const (
	// maxSimilar limits how many similar questions are shown.
	maxSimilar = 3
	// maxCandidates limits how many candidates are considered: some may not be shown.
	maxCandidates = 200
	// minLikeness is the least Likeness of a result, as a share of the weight of the
	// question's words. With our own paraphrases (testdata) a lower value finds no
	// more, and a higher one finds less.
	minLikeness = 0.3
	// minCover is the share of a question's words that suffices for a result.
	minCover = 0.5
	// weakTells is the weight of a word that says how rather than what; other words
	// weigh 1.
	weakTells = 0.25
)

// Similar returns the known questions that resemble a text, best first, at most 3. It
// skips those that may refuses, and prefers no result to a poor one.
func Similar(ctx context.Context, library Library, text string, may func(Known) bool) ([]Known, error) {
	t := search.Terms(text)
	terms := slices.Concat(t.Stems, t.Senses)
	slices.Sort(terms)
	terms = slices.Compact(terms)
	if len(terms) == 0 {
		return nil, nil
	}
	holding, all, err := library.Spread(ctx, terms)
	if err != nil {
		return nil, fmt.Errorf("weigh a question's words: %w", err)
	}
	candidates, err := library.Lookup(ctx, terms, maxCandidates)
	if err != nil {
		return nil, fmt.Errorf("look for similar questions: %w", err)
	}
	weight := func(term string) float64 {
		if t.Weak[term] {
			return weakTells
		}
		return 1
	}
	words, rarity := 0.0, 0.0
	for _, s := range slices.Compact(slices.Sorted(slices.Values(t.Stems))) {
		words += weight(s)
		rarity += weight(s) * math.Log(1+float64(all)/(1+float64(holding[s])))
	}
	var found []Known
	for _, c := range candidates {
		twice := slices.ContainsFunc(found, func(k Known) bool { return k.Question == c.Question && k.Kept != c.Kept })
		cover := 0.0
		for _, term := range c.Terms {
			cover += weight(term)
		}
		if c.Likeness < minLikeness*rarity && cover < minCover*words || twice || !may(c.Known) {
			continue
		}
		if found = append(found, c.Known); len(found) == maxSimilar {
			break
		}
	}
	return found, nil
}
