package catalogue

import "math/bits"

// What the slips of a hand cost, against 1 for any other wrong, missing or
// additional letter.
const (
	swapCost     = 0.8 // two neighbouring letters in the wrong order
	doubleCost   = 0.5 // a letter doubled, or a double letter written once
	neighborCost = 0.8 // the key beside, or a letter that sounds the same
	soundCost    = 0.5 // two letters that sound as another one: ph and f
)

// maxTypoLetters bounds the words that are compared letter by letter.
const maxTypoLetters = 40

// letters is the set of letters and digits of a folded word, to rule out most
// comparisons: one slip changes at most two members.
type letters uint64

func lettersOf(s string) letters {
	var set letters
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			set |= 1 << (c - 'a')
		case '0' <= c && c <= '9':
			set |= 1 << (26 + c - '0')
		default:
			set |= 1 << 36
		}
	}
	return set
}

// far reports that the distance between two words is certainly over budget.
func (a letters) far(b letters, budget float32) bool {
	return bits.OnesCount64(uint64(a^b)) > 2*int(budget/neighborCost)
}

// typoBudget is how much two words of the length of the shorter one may differ
// while one still passes for a slip of the other.
func typoBudget(length int) float32 {
	switch {
	case length < 3:
		return 0
	case length == 3:
		return 0.8
	case length <= 5:
		return 1
	case length <= 7:
		return 1.6
	case length <= 11:
		return 2
	}
	return 3
}

// distance is the cost of the slips between two folded words, at most budget;
// beyond that the result is only known to be larger. It is the restricted
// Damerau-Levenshtein distance with the costs above.
func distance(a, b string, budget float32) float32 {
	over := budget + 1
	// Every letter that one has more costs at least doubleCost.
	if d := len(a) - len(b); float32(max(d, -d))*doubleCost > budget || len(a) > maxTypoLetters || len(b) > maxTypoLetters {
		return over
	}
	var rows [3][maxTypoLetters + 1]float32
	before, last, row := &rows[0], &rows[1], &rows[2]
	bestLast := float32(0)
	for j := 1; j <= len(b); j++ {
		last[j] = last[j-1] + gapCost(b, j-1)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = last[0] + gapCost(a, i-1)
		best := row[0]
		for j := 1; j <= len(b); j++ {
			d := last[j-1] + changeCost(a[i-1], b[j-1])
			d = min(d, last[j]+gapCost(a, i-1), row[j-1]+gapCost(b, j-1))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] && a[i-1] != a[i-2] {
				d = min(d, before[j-2]+swapCost)
			}
			if i > 1 && sameSound(a[i-2:i], b[j-1]) {
				d = min(d, before[j-1]+soundCost)
			}
			if j > 1 && sameSound(b[j-2:j], a[i-1]) {
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
	return last[len(b)]
}

// gapCost is the cost of the i-th letter of s having no counterpart.
func gapCost(s string, i int) float32 {
	if i > 0 && s[i-1] == s[i] {
		return doubleCost
	}
	return 1
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

// sameSound reports whether two letters sound as one.
func sameSound(two string, one byte) bool {
	switch two {
	case "ph":
		return one == 'f'
	case "qu", "ck", "ch":
		return one == 'k' || one == 'c' || one == 'q'
	case "ss":
		return one == 'c'
	case "au":
		return one == 'o'
	case "ai", "ei":
		return one == 'e'
	}
	return false
}

// confused are, for each letter, those easily written in its place.
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
