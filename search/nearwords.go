package search

import (
	_ "embed"
	"encoding/binary"
	"slices"
	"sort"
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
// The data stays in the program's file until it is read, so it costs no heap memory.
//
//go:embed vectors/nearwords.bin
var nearWords string

// wordTable reads the table of words that are near in meaning, which is part of the
// program.
type wordTable struct {
	n                           int
	names, starts, zipfs, nears int // the offset of each part
	texts                       int
}

var vocabulary = func() wordTable {
	n := int(number(0))
	t := wordTable{n: n, names: 4, starts: 4 + 4*(n+1), zipfs: 4 + 8*(n+1)}
	t.nears = t.zipfs + n
	t.texts = t.nears + 3*int(number(t.starts+4*n))
	return t
}()

func number(at int) uint32 { return binary.LittleEndian.Uint32([]byte(nearWords[at : at+4])) }

// name returns the stem with that number in the table.
func (t *wordTable) name(id int) string {
	return nearWords[t.texts+int(number(t.names+4*id)) : t.texts+int(number(t.names+4*id+4))]
}

// find returns the number of a stem in the table; false if the table does not hold it.
func (t *wordTable) find(stem string) (int, bool) {
	i := sort.Search(t.n, func(i int) bool { return t.name(i) >= stem })
	return i, i < t.n && t.name(i) == stem
}

// eachNear calls do for each stem that is near in meaning to the one with that number,
// the nearest first. cosine says how near, at most 1.
func (t *wordTable) eachNear(id int, do func(stem string, cosine float32)) {
	from, to := int(number(t.starts+4*id)), int(number(t.starts+4*id+4))
	for at := t.nears + 3*from; at < t.nears+3*to; at += 3 {
		other := int(nearWords[at]) | int(nearWords[at+1])<<8
		do(t.name(other), float32(nearWords[at+2])/255)
	}
}

// ordinary is the frequency from which a word counts as everyday language.
const ordinary = 4.9

// properWord is the frequency from which a word does not count as a slip of a name.
const properWord = 4.4

// allProper reports whether all words are common in French or English, with a frequency
// of at least properWord: such a word is hardly a name with a typing error. It is false
// if there are no words.
func allProper(words []string) bool {
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return frequency(stem(w)) < properWord })
}

// frequency returns how common a stem's words are in French or English: the decimal
// logarithm of their number in a billion words, 0 for an unknown stem. Words from
// about 4.5 on are ordinary.
func frequency(stem string) float32 {
	id, ok := vocabulary.find(stem)
	if !ok {
		return 0
	}
	return float32(nearWords[vocabulary.zipfs+id]) / 20
}
