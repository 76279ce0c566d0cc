package search

import (
	"cmp"
	"math/bits"
	"slices"

	"heraut/catalogue"
)

// The bounds of nearest.
const (
	maxNearest  = 3
	minLikely   = 0.65 // the least resemblance of a name, from 0 to 1
	maxNamed    = 2    // words of a query that may be a name
	maxCompared = 300  // the number of names compared in full, those with the most similar letters
)

// nearest returns at most maxNearest entries whose names look like the query, for
// suggestions after a search that found nothing. It returns none unless the query may
// be a name: one or two words that are not all ordinary ones.
func (e *Engine) nearest(q query) []*catalogue.Software {
	if len(q.words) == 0 || len(q.words) > maxNamed || q.sentence ||
		!slices.ContainsFunc(q.words, func(w string) bool { return frequency(stem(w)) < realWord }) {
		return nil
	}
	text := q.whole[len(q.whole)-1]
	text = text[:min(len(text), maxTypoLetters)]
	type candidate struct {
		doc    int32
		likely float32
	}
	var best []candidate
	for _, key := range e.index.likestLetters(text) {
		k := &e.index.keys[key]
		if k.worth < partWorth {
			continue
		}
		x := candidate{k.doc, resemblance(text, e.index.text(k.text))}
		if i := slices.IndexFunc(best, func(y candidate) bool { return y.doc == x.doc }); i >= 0 {
			best[i].likely = max(best[i].likely, x.likely)
		} else if x.likely > minLikely {
			best = append(best, x)
		}
	}
	slices.SortStableFunc(best, func(x, y candidate) int { return cmp.Compare(y.likely, x.likely) })
	var out []*catalogue.Software
	for _, x := range best[:min(len(best), maxNearest)] {
		out = append(out, e.Entry(int(x.doc)))
	}
	return out
}

// resemblance returns how alike two folded words are in their letters: 1 for equal
// ones, 0 or less for those that have nothing in common.
func resemblance(a, b string) float32 {
	n := float32(max(len(a), len(b), 1))
	return 1 - distance(a, b, n)/n
}

// likestLetters returns the numbers of about maxCompared names in the index, those of
// listed entries that share most letters with text and are not much shorter or longer.
// There may be fewer; text must not be longer than maxTypoLetters.
func (ix *index) likestLetters(text string) []int32 {
	set := lettersOf(text)
	first, last := 2*len(text)/3+1, min(3*len(text)/2+1, maxTypoLetters)
	const steps = 32
	var counts [steps + 1]int
	for n := first; n <= last; n++ {
		for i := range ix.nearNames.of(n) {
			counts[int(steps*set.likeness(ix.nearNames.of(n)[i].set))]++
		}
	}
	least := steps
	for sum := counts[least]; least > steps/3 && sum+counts[least-1] <= maxCompared; sum += counts[least] {
		least--
	}
	var out []int32
	for n := first; n <= last; n++ {
		for _, it := range ix.nearNames.of(n) {
			if int(steps*set.likeness(it.set)) >= least {
				out = append(out, it.id)
			}
		}
	}
	return out
}

// letterPairs holds which pairs of neighbouring letters occur in a word, and how many
// pairs it has.
type letterPairs struct {
	set   [1 << 10]bool // indexed by five bits of each letter
	count int
}

func pairsOf(s string) *letterPairs {
	var p letterPairs
	for i := 1; i < len(s); i++ {
		p.set[pair(s, i)] = true
	}
	p.count = max(len(s)-1, 0)
	return &p
}

func pair(s string, i int) int { return int(s[i-1]&31)<<5 | int(s[i]&31) }

// likeness returns the share, from 0 to 1, of the letter pairs of p's word and of s
// that both have; 0 if neither has any.
func (p *letterPairs) likeness(s string) float32 {
	total := p.count + len(s) - 1
	if total <= 0 {
		return 0
	}
	common := 0
	for i := 1; i < len(s); i++ {
		if p.set[pair(s, i)] {
			common++
		}
	}
	return float32(2*min(common, p.count)) / float32(total)
}

// likeness returns the share, from 0 to 1, of the letters of two words, given as sets,
// that both have.
func (a letters) likeness(b letters) float32 {
	total := bits.OnesCount64(uint64(a)) + bits.OnesCount64(uint64(b&^soundless))
	return float32(2*bits.OnesCount64(uint64(a&b))) / float32(max(total, 1))
}
