package relay

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"heraut/chat"
	"heraut/search"
)

// Known is a question with its answer, by experts or from the FAQ, that may be
// suggested for a similar question.
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
	Helped int // of an FAQ entry: Entry.Helped
}

// KeptNumbers returns the numbers of those known questions that are entries of the
// FAQ.
func KeptNumbers(all []Known) (numbers []int64) {
	for _, k := range all {
		if k.Kept {
			numbers = append(numbers, k.Number)
		}
	}
	return numbers
}

// Candidate is a known question that contains some of the words of a search, before it
// is ranked.
type Candidate struct {
	Known
	Terms []string // the terms that it holds
	// Likeness grows with the weight of its terms and with its shortness. Among few
	// questions it says nothing, since a term that most of them hold has no weight.
	Likeness float64
}

// Library is the part of KnowledgeStore that searches the known questions: answered
// ones and entries of the FAQ.
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
	maxCandidates = 300
	// minCover is the share of a question's words, by weight, that a result holds. The
	// values below and this one are those that did best on every second of our own
	// paraphrases and off-topic questions (testdata).
	minCover = 0.3
	// weakTells is the weight of a word that says how rather than what; other words
	// weigh 1.
	weakTells = 0.25
	// everyday is the frequency (search.Frequency) from which a word weighs less;
	// everydayCost is how much less for each unit above it.
	everyday     = 4.5
	everydayCost = 1.5
	// inAnswer is the value of a word that stands in the answer alone, nearTells that of
	// a word of near meaning; a word in the question has 1.
	inAnswer  = 0.7
	nearTells = 0.8
	minNear   = 0.1
	// senseTells is the value of a sense in common, beyond the words.
	senseTells = 0.6
	// lengthCost makes shorter questions better; likenessTells is the share of Likeness
	// in the order of results.
	lengthCost    = 0.02
	likenessTells = 0.5
)

// Similar returns the known questions in library that resemble a text, best first, at
// most 3. It leaves out those for which the function may returns false, and poor
// matches. It returns nil for a text without meaningful words.
func Similar(ctx context.Context, library Library, text string, may func(Known) bool) ([]Known, error) {
	l := newLikening(text)
	if len(l.terms) == 0 {
		return nil, nil
	}
	var err error
	if l.holding, l.all, err = library.Spread(ctx, l.terms); err != nil {
		return nil, fmt.Errorf("weigh a question's words: %w", err)
	}
	candidates, err := library.Lookup(ctx, l.terms, maxCandidates)
	if err != nil {
		return nil, fmt.Errorf("look for similar questions: %w", err)
	}
	type scored struct {
		Known
		score float64
	}
	var good []scored
	for _, c := range candidates {
		if score, ok := l.score(c); ok {
			good = append(good, scored{c.Known, score})
		}
	}
	slices.SortStableFunc(good, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var found []Known
	for _, c := range good {
		twice := slices.ContainsFunc(found, func(k Known) bool { return k.Question == c.Question && k.Kept != c.Kept })
		if twice || !may(c.Known) {
			continue
		}
		if found = append(found, c.Known); len(found) == maxSimilar {
			break
		}
	}
	return found, nil
}

// likening is the comparison of the words of one text with those of known questions.
type likening struct {
	search.TextTerms
	stems []string                     // each once
	near  map[string][]search.NearStem // of each stem
	terms []string                     // all that a candidate may hold

	holding map[string]int // how many known questions hold each term
	all     int            // how many there are
}

func newLikening(text string) *likening {
	l := &likening{TextTerms: search.Terms(text), near: map[string][]search.NearStem{}}
	l.stems = slices.Compact(slices.Sorted(slices.Values(l.Stems)))
	l.terms = slices.Concat(l.stems, l.Senses)
	for _, s := range l.stems {
		for _, n := range search.NearStems(s) {
			if n.Nearness > minNear {
				l.near[s] = append(l.near[s], n)
				l.terms = append(l.terms, n.Stem)
			}
		}
	}
	slices.Sort(l.terms)
	l.terms = slices.Compact(l.terms)
	return l
}

// rarity returns a number of at least 0 that is higher for a term which fewer known
// questions contain.
func (l *likening) rarity(term string) float64 {
	return math.Log(1 + float64(l.all)/(1+float64(l.holding[term])))
}

// weight returns how much a word of the text, given by its stem, counts in a
// comparison. Rare words count more. Everyday words count less, and so do words that
// say how rather than what.
func (l *likening) weight(stem string) float64 {
	w := l.rarity(stem)
	if l.Weak[stem] {
		w *= weakTells
	}
	if f := search.Frequency(stem); f > everyday {
		w /= 1 + everydayCost*(f-everyday)
	}
	return w
}

// score returns how well the known question c fits the text; a higher score is better.
// ok is false if c does not fit well enough to be shown.
func (l *likening) score(c Candidate) (score float64, ok bool) {
	asked := search.Terms(c.Question).Stems
	value := func(stem string) float64 {
		switch {
		case slices.Contains(asked, stem):
			return 1
		case slices.Contains(c.Terms, stem):
			return inAnswer
		}
		return 0
	}
	all := 0.0
	for _, s := range l.stems {
		best := value(s)
		for _, n := range l.near[s] {
			best = max(best, value(n.Stem)*n.Nearness*nearTells)
		}
		w := l.weight(s)
		all += w
		score += w * best
	}
	for _, sense := range l.Senses {
		if slices.Contains(c.Terms, sense) {
			score += senseTells * l.rarity(sense)
		}
	}
	return score/(1+lengthCost*float64(len(asked))) + likenessTells*c.Likeness, score >= minCover*all
}
