package search

import (
	_ "embed"
	"slices"
)

// nearWords holds the stems of French and English words, with their frequencies and
// the stems of near meaning, as vectors/generate.py writes them. All numbers are
// little-endian:
//
//	uint32            n, the number of stems
//	uint32 × (n+1)    the offset of each name among the names
//	uint32 × (n+1)    the offset of each stem's neighbours among the neighbours
//	uint8 × n         20 × log10 of its occurrences in a billion words
//	3 bytes each      neighbours: uint16 the stem, uint8 the cosine × 255
//	                  names, in alphabetical order
//
//go:embed vectors/nearwords.bin
var nearWords string

// wordTable is a reader of the table of words that are near in meaning, which is part
// of the program.
type wordTable struct {
	stemTable
	starts, zipfs, nears int // the offset of each further part
}

var vocabulary = func() wordTable {
	t := wordTable{stemTable: stemTable{data: nearWords, names: 4}}
	t.n = int(t.number(0))
	t.starts = t.names + 4*(t.n+1)
	t.zipfs = t.starts + 4*(t.n+1)
	t.nears = t.zipfs + t.n
	t.texts = t.nears + 3*int(t.number(t.starts+4*t.n))
	return t
}()

// eachNear calls do for each stem that is near in meaning to the one with that number,
// the nearest first. cosine says how near, at most 1.
func (t *wordTable) eachNear(id int, do func(stem string, cosine float32)) {
	from, to := int(t.number(t.starts+4*id)), int(t.number(t.starts+4*id+4))
	for at := t.nears + 3*from; at < t.nears+3*to; at += 3 {
		other := int(nearWords[at]) | int(nearWords[at+1])<<8
		do(t.name(other), float32(nearWords[at+2])/255)
	}
}

// ordinary is the frequency from which a word counts as everyday language.
const ordinary = 4.9

// properWord is the frequency from which a word does not count as a slip of a name.
const properWord = 4.4

// allProper reports whether there are words and all of them are common in French or
// English, with a frequency of at least properWord. A common word is hardly a name
// with a typing error.
func allProper(words []string) bool {
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return frequency(stem(w)) < properWord })
}

// frequency returns how common a stem's words are in French or English: the decimal
// logarithm of their number in a billion words, 0 for an unknown stem, such as those of
// many stop words. Words from properWord on are common, those from ordinary on everyday
// language.
func frequency(stem string) float32 {
	id, ok := vocabulary.find(stem)
	if !ok {
		return 0
	}
	return float32(nearWords[vocabulary.zipfs+id]) / 20
}
