package search

import (
	_ "embed"
	"math"
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
//go:embed vectors/subjects.bin
var subjectTable string

const subjectDimensions = 200

// subjects reads subjectTable.
var subjects = func() (t struct {
	stemTable
	weights, vectors int // the offset of each further part
}) {
	t.data, t.names = subjectTable, 8
	t.n = int(t.number(0))
	t.weights = t.names + 4*(t.n+1)
	t.vectors = t.weights + 4*t.n
	t.texts = t.vectors + t.n*subjectDimensions
	return t
}()

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
	id, ok := subjects.find(stem)
	if !ok {
		return
	}
	weight := math.Float32frombits(subjects.number(subjects.weights + 4*id))
	row := subjectTable[subjects.vectors+id*subjectDimensions:][:subjectDimensions]
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
