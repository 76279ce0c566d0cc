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
	// Asked are the stems and senses of its question (search.Terms), Told those of its
	// answer and of what the programs in the answer are used for.
	Asked, Told []string
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
	// minEvidence is the evidence (match) that one of the results must have, lessEvidence
	// what each must have. These values and those below did best on half of our own
	// paraphrases and off-topic questions (testdata).
	minEvidence, lessEvidence = 0.63, 0.36
	// subjectEvidence and matchEvidence weigh the nearness of the subjects and the
	// weight of the common words in the evidence; the share of the text's words counts
	// fully.
	subjectEvidence, matchEvidence = 0.3, 0.2
	// everyday is the frequency (search.Frequency) from which a word weighs less;
	// everydayCost is how much less for each unit above it.
	everyday     = 4.5
	everydayCost = 6
	// nearTells is the value of a word of near meaning; a word of the text has 1. In an
	// answer of manyWords different words, a near word counts 1/(1+farTells) of that: a
	// long answer holds some word near to any.
	nearTells = 0.8
	minNear   = 0.1
	farTells  = 0.3
	manyWords = 50
	// subjectTells is the value of the same subject, as a multiple of the weight of a
	// word that no known question holds. answerTells is the weight of the answer's
	// subject; the question's has 1.
	subjectTells = 1.3
	answerTells  = 1.2
	// likenessTells is the share of Likeness in the order of results.
	likenessTells = 0.35
)

// Similar returns the known questions in library that resemble a text, best first, at
// most 3; nil if there are none. It leaves out those for which the function may returns
// false, and poor matches. For a text without meaningful words it reads nothing and
// returns nil.
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
	var good []match
	for _, c := range candidates {
		if m := l.match(c); m.evidence >= lessEvidence {
			good = append(good, m)
		}
	}
	slices.SortStableFunc(good, func(a, b match) int { return cmp.Compare(b.score, a.score) })
	return firstGood(good, may), nil
}

// firstGood returns the first matches for which may returns true, at most maxSimilar;
// nil if none of them has the evidence minEvidence. Of an answered question and an FAQ
// entry with the same question, it returns only the first.
func firstGood(matches []match, may func(Known) bool) (found []Known) {
	evidence := 0.0
	for _, m := range matches {
		twice := slices.ContainsFunc(found, func(k Known) bool { return k.Question == m.Question && k.Kept != m.Kept })
		if twice || !may(m.Known) {
			continue
		}
		evidence = max(evidence, m.evidence)
		if found = append(found, m.Known); len(found) == maxSimilar {
			break
		}
	}
	if evidence < minEvidence {
		return nil
	}
	return found
}

// likening is the comparison of the words of one text with those of known questions.
type likening struct {
	search.TextTerms
	stems   []string // each once
	subject search.Subject
	near    map[string][]search.NearStem // of each stem
	terms   []string                     // all that a candidate may hold

	holding map[string]int // how many known questions hold each term
	all     int            // how many there are
}

func newLikening(text string) *likening {
	l := &likening{TextTerms: search.Terms(text), near: map[string][]search.NearStem{}}
	l.stems = slices.Compact(slices.Sorted(slices.Values(l.Stems)))
	l.subject = search.SubjectOf(l.stems)
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
// comparison: more the rarer it is, less for everyday words.
func (l *likening) weight(stem string) float64 {
	w := l.rarity(stem)
	if f := search.Frequency(stem); f > everyday {
		w /= 1 + everydayCost*(f-everyday)
	}
	return w
}

// match is a known question that has words in common with a text.
type match struct {
	Known
	score float64 // orders matches: higher for a better one
	// evidence grows with the probability that the question resembles the text: 0 if they
	// have no word in common, about 1 or more if they have all.
	evidence float64
}

// match compares the text with a known question, and returns the question with its
// score and its evidence; both are 0 if the question holds no word of the text, none of
// near meaning, and no sense in common.
func (l *likening) match(c Candidate) match {
	asked, holds := setOf(c.Asked), setOf(c.Terms)
	long := float64(len(setOf(c.Told))) / manyWords
	senses := l.common(asked, holds, 1/(1+farSense*long))
	all, common := 0.0, 0.0 // weights
	for _, s := range l.stems {
		w := l.weight(s)
		all += w
		common += w * max(l.value(s, asked, holds, 1/(1+farTells*long)), senses.said[s])
	}
	if common == 0 {
		return match{Known: c.Known}
	}
	near := l.subject.Near(search.SubjectOf(c.Asked).With(search.SubjectOf(c.Told), answerTells))
	rarest := math.Log(1 + float64(l.all))
	shared := common + senses.evidence
	return match{
		Known:    c.Known,
		score:    common + senses.score + subjectTells*rarest*near + likenessTells*c.Likeness,
		evidence: shared/(all+senses.demand) + subjectEvidence*near + matchEvidence*shared/rarest,
	}
}

// value returns how well a known question, which holds these terms, stands for a stem of
// the text, from 0 to 1: 1 if it holds the stem itself. A word of near meaning counts
// nearTells times its nearness if its question holds it (asked), and far times that if
// only its answer does.
func (l *likening) value(stem string, asked, holds map[string]bool, far float64) (best float64) {
	if holds[stem] {
		return 1
	}
	for _, n := range l.near[stem] {
		switch {
		case asked[n.Stem]:
			best = max(best, n.Nearness*nearTells)
		case holds[n.Stem]:
			best = max(best, n.Nearness*nearTells*far)
		}
	}
	return best
}

func setOf(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}
