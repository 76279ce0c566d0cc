package search

// The costs of typical slips. Any other wrong, missing or additional letter costs 1.
const (
	swapCost     = 0.75 // two neighbouring letters in the wrong order
	doubleCost   = 0.5  // a letter doubled, or a double letter written once
	neighborCost = 0.8  // a neighbouring key, or a letter of similar sound
	soundCost    = 0.5  // two letters with the sound of another one: ph and f
)

// maxTypoLetters bounds the length of words that distance compares.
const maxTypoLetters = 40

// letters is a bit set of the letters and digits in a folded word, with a second bit
// for a letter that occurs more than once. One wrong letter changes at most two bits,
// so comparing two sets rules out most words that cannot be slips of each other.
type letters uint64

// soundless marks words without a pair of letters that may sound like another
// letter.
const soundless letters = 1 << 63

func lettersOf(s string) letters {
	var set letters
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			once := letters(1) << (c - 'a')
			set |= once | set&once<<26
		case '0' <= c && c <= '9':
			set |= 1 << (52 + c - '0')
		default:
			set |= 1 << 62
		}
	}
	return set
}

func (set letters) has(c byte) bool { return 'a' <= c && c <= 'z' && set&(1<<(c-'a')) != 0 }

// typoTarget is the class of a word that a person may have meant and typed with an
// error: a word of a text, a part of a word of a name in camel case, a word of a name,
// or a whole name. The more the words of a class resemble ordinary words, the smaller
// an error must be to count.
type typoTarget uint8

const (
	textWord typoTarget = iota
	namePart            // a part of a word in camel case
	nameWord            // a word of a name with several words
	wholeName
)

// typoBudget returns the largest distance at which a word still counts as a typing
// error in a target of that class; 0 if no typing error counts. length is the number of
// letters of the word or of the target, whichever is shorter.
func typoBudget(target typoTarget, length int) float32 {
	limits := &typoBudgets[target]
	return limits[min(length, len(limits)-1)]
}

var typoBudgets = [...][13]float32{
	textWord:  {6: 0.75, 0.8, 1, 1, 1, 1, 1.6},
	namePart:  {6: 1, 1, 1.6, 1.6, 1.6, 1.6, 2},
	nameWord:  {4: 0.75, 0.8, 1, 1, 1.6, 1.6, 1.6, 1.6, 2},
	wholeName: {3: 0.75, 1, 1, 1.6, 1.8, 2, 2, 2, 2, 3},
}

// distance returns the cost of the slips between two folded words if it is at most
// budget; a larger result only means that the cost exceeds budget, or that a word is
// longer than maxTypoLetters. It is the restricted Damerau-Levenshtein distance with
// the costs above.
func distance(a, b string, budget float32) float32 {
	over := budget + 1
	if len(a) > maxTypoLetters || len(b) > maxTypoLetters {
		return over
	}
	var columns [maxTypoLetters]slipCosts
	for j := range len(b) {
		columns[j] = slipCostsAt(b, j)
	}
	var rows [3][maxTypoLetters + 1]float32
	before, last, row := &rows[0], &rows[1], &rows[2]
	bestLast := float32(0)
	for j := range len(b) {
		last[j+1] = last[j] + columns[j].gap
	}
	// Each letter of difference in length costs at least doubleCost, so only a band
	// along the diagonal matters.
	band := int(budget/doubleCost) + 1
	for i := 1; i <= len(a); i++ {
		at := slipCostsAt(a, i-1)
		from, to := max(1, i-band), min(len(b), i+band)
		row[from-1] = over
		if from == 1 {
			row[0] = last[0] + at.gap
		}
		best := row[from-1]
		for j := from; j <= to; j++ {
			column := &columns[j-1]
			d := min(last[j-1]+changeCost(a[i-1], b[j-1]), row[j-1]+column.gap)
			if j < i+band {
				d = min(d, last[j]+at.gap)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+swapCost)
			}
			if at.sound != 0 && at.sound.has(b[j-1]) {
				d = min(d, before[j-1]+soundCost)
			}
			if column.sound != 0 && j > from && column.sound.has(a[i-1]) {
				d = min(d, last[j-2]+soundCost)
			}
			row[j] = d
			best = min(best, d)
		}
		// The next row builds on this one and, for pairs, on the one before.
		if best > budget && bestLast > budget {
			return over
		}
		bestLast = best
		before, last, row = last, row, before
	}
	if d := len(a) - len(b); max(d, -d) > band {
		return over
	}
	return last[len(b)]
}

// slipCosts holds the costs of typing errors at one letter of a word, as far as they do
// not depend on the word with which it is compared.
type slipCosts struct {
	gap   float32 // of leaving the letter without a counterpart
	sound letters // the letters that sound like this one and the letter before it together
}

func slipCostsAt(s string, i int) slipCosts {
	c := slipCosts{gap: 1}
	if i > 0 {
		if s[i-1] == s[i] {
			c.gap = doubleCost
		}
		c.sound = soundsAs(s[i-1], s[i])
	}
	return c
}

// hasSounds reports whether s contains a pair of letters that together may sound like
// one other letter, such as «ph».
func hasSounds(s string) bool {
	for i := 1; i < len(s); i++ {
		if soundsAs(s[i-1], s[i]) != 0 {
			return true
		}
	}
	return false
}

func changeCost(a, b byte) float32 {
	switch {
	case a == b:
		return 0
	case 'a' <= a && a <= 'z' && 'a' <= b && b <= 'z' && confused[a-'a']&(1<<(b-'a')) != 0:
		return neighborCost
	}
	return 1
}

// soundsAs returns the set of letters that sound like the letters a and b together,
// such as f for «ph»; the empty set, 0, for most pairs.
func soundsAs(a, b byte) letters {
	switch {
	case a == 'p' && b == 'h':
		return lettersOf("f")
	case a == 'q' && b == 'u', a == 'c' && b == 'k', a == 'c' && b == 'h':
		return lettersOf("kcq")
	case a == 's' && b == 's':
		return lettersOf("c")
	case a == 'a' && b == 'u':
		return lettersOf("o")
	case (a == 'a' || a == 'e') && b == 'i':
		return lettersOf("e")
	}
	return 0
}

// confused holds, for each letter, the set of letters that people easily write in
// its place.
var confused = confusions(
	[]string{"azertyuiop", "qsdfghjklm", "wxcvbn"},                                               // the French keyboard
	[]string{"qwertyuiop", "asdfghjkl", "zxcvbnm"},                                               // the English one
	[]string{"ck", "kq", "cq", "cs", "sz", "iy", "gj", "vw", "ea", "ao", "ei", "td", "pb", "mn"}, // by ear
)

func confusions(french, english, byEar []string) [26]uint32 {
	var set [26]uint32
	mark := func(a, b byte) {
		set[a-'a'] |= 1 << (b - 'a')
		set[b-'a'] |= 1 << (a - 'a')
	}
	for _, rows := range [][]string{french, english} {
		for r, row := range rows {
			for i := range len(row) {
				if i+1 < len(row) {
					mark(row[i], row[i+1])
				}
				// The key below stands half a key to the right.
				if r+1 < len(rows) {
					for _, j := range []int{i - 1, i} {
						if 0 <= j && j < len(rows[r+1]) {
							mark(row[i], rows[r+1][j])
						}
					}
				}
			}
		}
	}
	for _, pair := range byEar {
		mark(pair[0], pair[1])
	}
	return set
}
