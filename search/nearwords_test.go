package search

import "testing"

func TestShrinkMemory(t *testing.T) {
	before, ok := vocabulary.find("photo")
	if err := ShrinkMemory(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, still := vocabulary.find("photo"); !ok || !still || after != before || frequency("photo") == 0 {
		t.Errorf("«photo» is word %d before and %d after", before, after)
	}
}
