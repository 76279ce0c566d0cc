package search

import (
	"encoding/binary"
	"sort"
)

// stemTable reads a table of stems that is part of the program. Its data stays in the
// program's file until it is read, so it costs no heap memory. All numbers are
// little-endian: n+1 of four bytes give the offset of each name among the names, which
// are in alphabetical order.
type stemTable struct {
	data         string
	n            int // of stems
	names, texts int // where the offsets and the names begin
}

// number returns the uint32 at an offset of the data.
func (t *stemTable) number(at int) uint32 {
	return binary.LittleEndian.Uint32([]byte(t.data[at : at+4]))
}

// name returns the stem with that number in the table.
func (t *stemTable) name(id int) string {
	return t.data[t.texts+int(t.number(t.names+4*id)) : t.texts+int(t.number(t.names+4*id+4))]
}

// find returns the number of a stem in the table; false if the table does not hold it.
func (t *stemTable) find(stem string) (int, bool) {
	i := sort.Search(t.n, func(i int) bool { return t.name(i) >= stem })
	return i, i < t.n && t.name(i) == stem
}
