package search

import (
	"cmp"
	"math"
	"slices"
)

// The weights of nearness in meaning and of names, and the thresholds that separate
// dropped matches, guesses and sure matches.
const (
	nearShare        = 0.7
	minEvidence      = 0.31 // the least evidence that a match answers the query
	minEvidenceOfOne = 0.34 // the same, where only one of several words supports it
	namedBonus       = 0.3  // for an entry whose name is one of the words
	keyFactor        = 2.2  // the weight of a name against words
	sureNear         = 0.75
)

// The thresholds that a match must reach.
const (
	minScore       = 0.08
	minShare       = 0.55 // of the best match's score
	minShareOfWord = 0.3  // the same, for a query of one word
	minCover       = 0.6  // of the information in the query's words
	minCoverNamed  = 0.45 // where one of them is the name

	// If the best match is withdrawn, all matches must reach this share of its score:
	// weak ones would otherwise rank before it.
	minShareWithdrawn = 0.6

	minCoverProduct = 0.75 // of a need that a well-known product serves
)

// best computes the scores of the found entries and returns the entries that are good
// enough to show, the best first, at most MaxMatches; nil if there are none. An entry
// that answers too little of the query q is a guess (hit.sure is false): best includes
// guesses, unless the search sets how.cover, the share that an entry must answer.
func (s *scratch) best(e *Engine, q query) []hit {
	stems := e.index.stemIDs(q.words)
	out := make([]hit, 0, MaxMatches)
	least := math.MinInt // the least score, in steps, with which an entry enters a full out
	var top *hit
	for _, d := range s.touched {
		h := &s.hits[d]
		h.score = s.wordScore(h)
		h.near /= max(s.nearWeight, 1)
		if !s.isEvident(h, q) || steps(h.mostPossible(s.mostBonus(h, stems))) < least || !s.rank(h, q, e.index.textsOf(d), stems) {
			continue
		}
		if top == nil || h.score > top.score {
			top = h
		}
		if h.score < minScore || steps(h.score) < least || len(out) == MaxMatches && e.compare(h, &out[MaxMatches-1]) > 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(out, h, func(a hit, b *hit) int { return e.compare(&a, b) })
		out = slices.Insert(out[:min(len(out), MaxMatches-1)], i, *h)
		if len(out) == MaxMatches && !e.ranksLast(&out[MaxMatches-1]) {
			least = steps(out[MaxMatches-1].score)
		}
	}
	if len(out) == 0 {
		return nil
	}
	worst := s.leastScore(q, top, e.ranksLast(top))
	return slices.DeleteFunc(out, func(h hit) bool { return h.score < worst || s.how.cover > 0 && !h.sure })
}

// mostPossible returns a number that the final score of the entry cannot exceed. By
// this number, best leaves out entries early. bonus is the result of mostBonus.
func (h *hit) mostPossible(bonus float32) float32 {
	words := h.score
	if h.exactly {
		words += namedBonus
	}
	words = words*(1+bonus) + h.share/2 + nearShare*h.near
	const rounding = 0.001
	return max(words, h.key*keyFactor+wordsShare*words) + rounding
}

// mostBonus returns a number that phraseBonus cannot exceed for the entry. It costs
// less: for most entries, the number of words of the query that they have tells how
// many of these can stand together. stems are the numbers of the query's words.
func (s *scratch) mostBonus(h *hit, stems []int32) float32 {
	d := &s.ix.docs[h.doc]
	has, all := int(h.answered), len(stems)
	switch {
	case all == 1 && d.others-d.description != 1:
		return 0
	case all == 1, !s.apart:
		return wholePhraseBonus
	case has < 2:
		return 0
	case has == all && d.others > d.description && s.ix.words[d.description] == stems[0]:
		return wholePhraseBonus
	}
	return phraseBonus * float32(has-1) / float32(all-1)
}

// isEvident reports whether the entry may answer the query q at all. It sets
// h.evidence.
func (s *scratch) isEvident(h *hit, q query) bool {
	h.evidence = (h.share + h.near) / 2
	if h.exactly {
		h.evidence = max(h.evidence, minEvidence)
	}
	return h.key > 0 || s.how.cover > 0 ||
		h.evidence >= minEvidence && (h.evidence >= minEvidenceOfOne || h.concepts > 1 || !s.unknown || q.sentence)
}

// rank sets in h the final score of a found entry, from the score of its words and its
// texts d, and how sure the match is. It returns false for an entry that does not
// answer the query q. stems are the numbers of the query's words. Call isEvident before.
func (s *scratch) rank(h *hit, q query, d docTexts, stems []int32) bool {
	ofOne, several := len(q.words) == 1, len(q.words) > 1
	if h.exactly {
		h.score += namedBonus
	}
	bonus := d.phraseBonus(stems)
	h.together = bonus > 0 && d.isAbout(stems)
	h.score *= 1 + bonus
	if several || h.score == 0 {
		h.score += h.share/2 + nearShare*h.near
	}
	if s.how.cover > 0 {
		h.score = s.wordScore(h) * (1 + bonus)
	}
	key := h.key
	if several && s.how.cover == 0 {
		key *= keyFactor
	}
	if key > 0 && key >= h.score {
		h.score, h.place, h.product = key+wordsShare*h.score, h.keyPlace, h.keyProduct
	}
	h.sure = h.sure || h.key > 0 || h.near >= sureNear
	if ofOne && h.key == 0 && h.place == inNamePart && s.common {
		return false // an ordinary word that is a part of a name
	}
	h.alone = ofOne
	h.common = ofOne && len(q.whole) == 1 && s.common
	return true
}

// leastScore returns the least score of an entry that is shown, which depends on the
// score of top, the best entry. topRanksLast says that top is withdrawn software, which
// is shown last.
func (s *scratch) leastScore(q query, top *hit, topRanksLast bool) float32 {
	switch {
	case topRanksLast:
		return minShareWithdrawn * top.score
	case len(q.words) > 1 && s.how.cover == 0:
		return minShare * min(top.score, 2)
	}
	return minShareOfWord * min(top.score, 1)
}

// ranksLast reports whether a found entry is withdrawn from the catalogue and the
// query does not name it.
func (e *Engine) ranksLast(h *hit) bool {
	return e.index.docs[h.doc].withdrawn && !h.isName()
}

// compare returns a negative number if the entry a is shown before the entry b, a
// positive one if it is shown after b. Withdrawn software that the query does not name
// comes last. Otherwise the entry with the higher score comes first; of scores in the
// same step (scoreSteps), the recommended entry, then the more used one, then the
// higher score.
func (e *Engine) compare(a, b *hit) int {
	x, y := &e.index.docs[a.doc], &e.index.docs[b.doc]
	return cmp.Or(
		last(e.ranksLast(a), e.ranksLast(b)),
		cmp.Compare(steps(b.score), steps(a.score)),
		last(!x.recommended, !y.recommended),
		cmp.Compare(y.people, x.people),
		cmp.Compare(b.score, a.score),
		cmp.Compare(a.doc, b.doc),
	)
}

// wordsShare is the share of the words' score in a match of the whole query as a
// name: enough to break a tie.
const wordsShare = 0.01

// namesIt is the score from which a mention counts as the catalogue naming a
// substitute.
const namesIt = 0.7

// scoreSteps is the resolution of score comparisons, in steps per unit; finer
// differences tie at first.
const scoreSteps = 50

// steps returns a score in whole steps.
func steps(score float32) int { return int(score * scoreSteps) }

// last compares two booleans for sorting, so that true comes last: it returns 1 if only
// a is true, -1 if only b is true, and 0 if they are equal.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// wordScore returns the score of the query's words in a found entry. It sets h.share,
// the share of the query that these words answer, and h.sure, which says that this
// share suffices: a match with a smaller share is only a guess. The score is 0 if the
// search demands a larger share (how.cover), or if no word of the query has a weight.
func (s *scratch) wordScore(h *hit) float32 {
	if s.weight == 0 {
		return 0
	}
	cover := h.cover / s.weight
	least := max(s.how.cover, minCover)
	if least == minCover && h.named {
		least = minCoverNamed
	}
	h.share = cover
	h.sure = cover >= least
	if s.how.cover > 0 && !h.sure {
		return 0
	}
	return h.words / s.weight * cover
}
