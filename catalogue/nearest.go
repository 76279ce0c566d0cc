package catalogue

import (
	"cmp"
	"math/bits"
	"slices"
)

// What nearest looks for.
const (
	maxNearest = 3
	minLikely  = 0.25 // how like a name must be, from 0 to 1
	minLetters = 0.6  // and how like its letters, which is quicker to tell
)

// nearest returns at most maxNearest entries whose names look most like what
// was typed, to be offered after a miss.
func (c *Catalogue) nearest(q query) []*Software {
	if len(q.words) == 0 {
		return nil
	}
	type candidate struct {
		doc    int32
		likely float32
	}
	var best []candidate
	add := func(doc int32, likely float32) {
		if i := slices.IndexFunc(best, func(x candidate) bool { return x.doc == doc }); i >= 0 {
			best[i].likely = max(best[i].likely, likely)
		} else {
			best = append(best, candidate{doc, likely})
		}
		slices.SortStableFunc(best, func(a, b candidate) int { return cmp.Compare(b.likely, a.likely) })
		best = best[:min(len(best), maxNearest)]
	}
	text := q.whole[len(q.whole)-1]
	text = text[:min(len(text), maxTypoLetters)]
	pairs, set := pairsOf(text), lettersOf(text)
	for n := 2*len(text)/3 + 1; n <= min(3*len(text)/2+1, maxTypoLetters); n++ {
		for _, it := range c.index.nearNames.byLength[n] {
			least := float32(minLikely)
			if len(best) == maxNearest {
				least = best[maxNearest-1].likely
			}
			if set.likeness(it.set) < max(least, minLetters) {
				continue
			}
			k := &c.index.keys[it.id]
			if l := pairs.likeness(k.text); l > least {
				add(k.doc, l)
			}
		}
	}
	var out []*Software
	for _, b := range best {
		out = append(out, &c.entries[b.doc])
	}
	return out
}

// letterPairs counts the pairs of neighbouring letters in a word.
type letterPairs struct {
	set   [1 << 10]bool // by five bits of each letter
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

// likeness is the share of the pairs in both words that they have in common.
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

// likeness is the same of the letters.
func (a letters) likeness(b letters) float32 {
	total := bits.OnesCount64(uint64(a)) + bits.OnesCount64(uint64(b))
	return float32(2*bits.OnesCount64(uint64(a&b))) / float32(max(total, 1))
}
