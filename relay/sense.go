package relay

const (
	// senseTells is the value of a sense in common in the order of the results, for a
	// rarity of 1, beyond the words that say it.
	senseTells = 0.5
	// senseEvidence is its value in the evidence; waysEvidence is added for a sense that
	// the text says by several words, which says it more surely.
	senseEvidence, waysEvidence = 0.25, 0.8
	// senseDemand is how much of a sense's rarity a known question has to answer.
	senseDemand = 0.5
	// saidTells is the value of a word of the text that says a sense in common.
	saidTells = 0.7
	// farSense is for senses what farTells is for near words: a long answer holds many.
	farSense = 2
)

// senses is the comparison of the senses of a known question with those of a text.
type senses struct {
	score, evidence float64
	demand          float64            // of all senses of the text, weighed as evidence is
	said            map[string]float64 // the stems that say a sense in common, with their value
}

// common compares the senses of l with those of a known question: holds has all of
// them, asked those in the question itself. A common sense weighs 1 if it is in
// asked, and far if only the answer has it, each times its rarity. The result holds
// the sums of these, and the stems of l's text that say a common sense. Its demand
// counts every sense of l, common or not.
func (l *likening) common(asked, holds map[string]bool, far float64) senses {
	s := senses{said: map[string]float64{}}
	for _, sense := range l.Senses {
		rarity := l.rarity(sense)
		s.demand += senseDemand * rarity
		if !holds[sense] {
			continue
		}
		near := far
		if asked[sense] {
			near = 1
		}
		stems := l.Saying[sense]
		s.score += senseTells * near * rarity
		s.evidence += senseEvidence * near * rarity
		if len(stems) > 1 {
			s.evidence += waysEvidence * near * rarity
		}
		for _, stem := range stems {
			s.said[stem] = max(s.said[stem], saidTells*near)
		}
	}
	return s
}
