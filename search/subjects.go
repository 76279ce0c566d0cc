package search

import (
	_ "embed"
	"encoding/binary"
	"math"
	"sort"
)

// subjectTable holds, for the stems of words that describe software in French, a
// vector of what they are about, as vectors/subjects.py writes them: stems that occur
// in the same descriptions have near vectors. All numbers are little-endian:
//
//	uint32            n, the number of stems
//	uint32            the dimensions of a vector: subjectDimensions
//	uint32 × (n+1)    the offset of each name among the names
//	float32 × n       the weight of each stem: its rarity by the length of its vector
//	int8 × n × dims   the vectors
//	                  names, in alphabetical order
//
// As with nearWords, the data costs no heap memory.
//
//go:embed vectors/subjects.bin
var subjectTable string

const subjectDimensions = 200

// subjectLayout gives the number of stems in subjectTable and the offset of each part.
var subjectLayout = func() (l struct{ n, names, weights, vectors, texts int }) {
	l.n, l.names = int(subjectNumber(0)), 8
	l.weights = l.names + 4*(l.n+1)
	l.vectors = l.weights + 4*l.n
	l.texts = l.vectors + l.n*subjectDimensions
	return l
}()

func subjectNumber(at int) uint32 {
	return binary.LittleEndian.Uint32([]byte(subjectTable[at : at+4]))
}

// subjectName returns the stem with that number in subjectTable.
func subjectName(id int) string {
	l := &subjectLayout
	return subjectTable[l.texts+int(subjectNumber(l.names+4*id)) : l.texts+int(subjectNumber(l.names+4*id+4))]
}

// Subject is what a text is about, as a vector of length 1. The zero value is that of
// a text without known words.
type Subject [subjectDimensions]float32

// SubjectOf returns what the stems of a text (Terms) are about. Each counts once, by
// its rarity; stems that the program's table does not hold count for nothing.
func SubjectOf(stems []string) (s Subject) {
	seen := make(map[string]bool, len(stems))
	for _, stem := range stems {
		if seen[stem] {
			continue
		}
		seen[stem] = true
		s.add(stem)
	}
	return s.unit()
}

// add adds the weighed vector of a stem, if the table holds it.
func (s *Subject) add(stem string) {
	l := &subjectLayout
	id := sort.Search(l.n, func(i int) bool { return subjectName(i) >= stem })
	if id == l.n || subjectName(id) != stem {
		return
	}
	weight := math.Float32frombits(subjectNumber(l.weights + 4*id))
	row := subjectTable[l.vectors+id*subjectDimensions:][:subjectDimensions]
	for i := range s {
		s[i] += weight * float32(int8(row[i]))
	}
}

// unit returns s with the length 1; the zero value stays.
func (s Subject) unit() Subject {
	length := float32(math.Sqrt(s.Near(s)))
	if length == 0 {
		return s
	}
	for i := range s {
		s[i] /= length
	}
	return s
}

// With returns the subject of a text that has two parts, of which the second, other,
// counts weight times as much as the first.
func (s Subject) With(other Subject, weight float32) Subject {
	for i := range s {
		s[i] += weight * other[i]
	}
	return s.unit()
}

// Near returns how near two subjects are: the cosine, from -1 to 1, and 0 where one is
// the zero value.
func (s Subject) Near(other Subject) float64 {
	sum := float32(0)
	for i := range s {
		sum += s[i] * other[i]
	}
	return float64(sum)
}
