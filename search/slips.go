package search

import (
	"math/bits"
	"slices"
	"strings"
)

// slipIndex finds the texts that a word may be with a typing error. It groups them by
// length and keeps the set of letters of each, which rules out nearly all of them
// quickly.
type slipIndex struct {
	items  []slipItem
	starts []uint32 // of the items of each length
}

type slipItem struct {
	set    letters
	id     int32
	first  byte
	target typoTarget
}

// of returns the texts of that length, which is at most maxTypoLetters.
func (x *slipIndex) of(length int) []slipItem { return x.items[x.starts[length]:x.starts[length+1]] }

// slipBuilder collects texts by their length, while a slipIndex is built.
type slipBuilder [maxTypoLetters + 1][]slipItem

func (b *slipBuilder) add(text string, id int32, target typoTarget) {
	if len(text) == 0 || len(text) > maxTypoLetters {
		return
	}
	set := lettersOf(text)
	if !hasSounds(text) {
		set |= soundless
	}
	b[len(text)] = append(b[len(text)], slipItem{set, id, text[0], target})
}

func (b *slipBuilder) index() slipIndex {
	x := slipIndex{starts: make([]uint32, 0, len(b)+1)}
	for _, items := range b {
		x.starts = append(x.starts, uint32(len(x.items)))
		x.items = append(x.items, items...)
	}
	x.starts = append(x.starts, uint32(len(x.items)))
	x.items = slices.Clip(x.items)
	return x
}

// slip is a correction of a word that may have a typing error: the number under which
// slipBuilder.add received the correct text, and the cost of the error (distance).
type slip struct {
	id   int32
	cost float32
}

// find appends to out the texts that word may be with a typing error, each with the
// cost of that error, and returns out. It leaves out texts whose class is below least.
// The function text returns the text with a number. find finds nothing for an empty
// word, or for one longer than maxTypoLetters.
func (x *slipIndex) find(word string, least typoTarget, text func(id int32) string, out []slip) []slip {
	if len(word) == 0 || len(word) > maxTypoLetters {
		return out
	}
	set := lettersOf(word)
	spare := 1 // for soundless, or else for the letter of the same sound
	if hasSounds(word) {
		spare++
	}
	for n := max(1, len(word)-maxGap); n <= min(maxTypoLetters, len(word)+maxGap); n++ {
		limits := limitsFor(len(word), n)
		items := x.of(n)
		for i := range items {
			it := &items[i]
			if it.target < least {
				continue
			}
			limit := &limits[it.target]
			budget, most := limit.budget, limit.bits
			if it.first != word[0] {
				budget, most = limit.otherFirst, limit.otherBits
			}
			if bits.OnesCount64(uint64(set^it.set)) > most+spare {
				continue
			}
			t := text(it.id)
			if n != len(word) && min(n, len(word)) == 3 && it.target == wholeName && t[n-1] == word[len(word)-1] && it.first == word[0] {
				budget = 1 // a letter missing inside, as in gmp
			}
			if budget == 0 {
				continue
			}
			if d := distance(word, t, budget); d <= budget && isSlip(word, t, d) {
				out = append(out, slip{it.id, d})
			}
		}
	}
	return out
}

// realWord is the frequency from which a word is meant as it is: only some of its slips
// count.
const realWord = 3.3

// isSlip reports whether word may be target with a typing error of that cost. If word
// is a word of French or English itself (its frequency is at least realWord), it counts
// only if the error costs at most swapCost, such as two letters that changed places or
// a double letter written once, if one is the beginning of the other, or if word is
// another form of target.
func isSlip(word, target string, cost float32) bool {
	if frequency(stem(word)) < realWord || cost <= swapCost || strings.HasPrefix(word, target) || strings.HasPrefix(target, word) {
		return true
	}
	return stem(word) == stem(target) && word[len(word)-1] == target[len(target)-1]
}

// maxGap bounds the difference in length between a slip and its text.
const maxGap = 3

// slipLimit holds how much two words may differ if one of them is to count as the other
// with a typing error: in the cost of the error, and in their sets of letters. There
// are stricter limits for two words whose first letters differ.
type slipLimit struct {
	budget, otherFirst float32
	bits, otherBits    int
}

// limitsFor returns the limits for words of a and b letters, for each class of
// target.
func limitsFor(a, b int) [wholeName + 1]slipLimit {
	var out [wholeName + 1]slipLimit
	length := min(a, b)
	for target := range out {
		l := &out[target]
		l.budget = typoBudget(typoTarget(target), length)
		switch {
		case typoTarget(target) == textWord && length < 8:
		case length == 4:
			l.otherFirst = min(l.budget, neighborCost)
		case length > 4:
			l.otherFirst = min(l.budget, 1)
		}
		l.bits, l.otherBits = maxBits(l.budget), maxBits(l.otherFirst)
		if length == 3 {
			l.bits = 1
		}
	}
	return out
}

// maxBits returns the largest number of bits by which the sets of letters of two words
// can differ if the distance between the words is at most budget. A wrong letter
// changes two bits. The result is negative if budget is 0.
func maxBits(budget float32) int {
	if budget == 0 {
		return -2
	}
	return 2 * int(budget/neighborCost)
}
