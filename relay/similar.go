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

// Known is a question whose answer is known: an answered one, or one that was
// kept for the FAQ.
type Known struct {
	Number int64 // the question's, or the entry's if Kept
	Kept   bool

	Question, Answer string // plain
	At               time.Time
	// Audience is who has read it, or who may if it was kept: what is wider is not
	// shown it.
	Audience chat.Audience
	// Origin is the room that an answered question was asked in.
	Origin chat.RoomID
}

// Candidate is something known that holds some of the terms looked for.
type Candidate struct {
	Known
	Terms []string // those it holds
	// Likeness grows with how much its terms tell and with how short it is. Among
	// few it tells nothing: what most of them hold counts as telling nothing.
	Likeness float64
}

// Library finds what is known.
type Library interface {
	// Lookup returns what holds any of the terms, the likest first, at most limit.
	Lookup(ctx context.Context, terms []string, limit int) ([]Candidate, error)
	// Spread tells how many hold each of the terms, and how many there are in all.
	Spread(ctx context.Context, terms []string) (holding map[string]int, all int, err error)
}

const (
	// maxSimilar is how many that resemble a question are shown.
	maxSimilar = 3
	// maxCandidates is how many are looked at: some may not be shown.
	maxCandidates = 200
	// minLikeness is how like a question something must be, as a share of what the
	// question's words tell. Of our own paraphrases (testdata) a lower one finds no
	// more, and a higher one finds less.
	minLikeness = 0.3
	// minCover is which share of a question's words is enough to find.
	minCover = 0.5
	// weakTells is what a word that says how rather than what tells, as a share.
	weakTells = 0.25
)

// Similar returns what is known and resembles a text, best first, at most 3.
// What may refuses is passed over. It finds nothing rather than something unfit.
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
