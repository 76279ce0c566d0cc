package catalogue

// phraseBonus is what it is worth, in addition, that all words of a query stand
// together and in order in one keyword or in the description.
const phraseBonus = 0.4

// stemIDs returns the stems of words, -1 for those unknown.
func (ix *index) stemIDs(words []string) []int32 {
	out := make([]int32, len(words))
	for i, w := range words {
		id, ok := ix.stemAt[stem(w)]
		if !ok {
			id = -1
		}
		out[i] = id
	}
	return out
}

// run returns the share of the neighbouring pairs in stems that are neighbours,
// in the same order, somewhere in d.
func (d *document) run(stems []int32) float32 {
	best := 0
	for _, phrase := range d.phrases {
		pairs := 0
		for i := 1; i < len(stems); i++ {
			if follows(phrase, stems[i-1], stems[i]) {
				pairs++
			}
		}
		best = max(best, pairs)
	}
	return float32(best) / float32(len(stems)-1)
}

func follows(phrase []int32, a, b int32) bool {
	for i := 1; i < len(phrase); i++ {
		if phrase[i-1] == a && phrase[i] == b {
			return true
		}
	}
	return false
}
