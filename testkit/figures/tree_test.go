package main

import "testing"

// The figures of a small tree are those that a person counts.
func TestFigures(t *testing.T) {
	tree := &tree{packages: map[string]*pack{}, runs: map[string][]place{}}
	source := `package a

// A is what was never seen.
type A interface{ Do(x int) bool }

// B decides.
func B(x int) bool {
	if x > 1 && x < 9 {
		return true
	}
	for range x {
		x++
	}
	switch x {
	case 1:
		return true
	default:
		return false
	}
}
`
	if err := tree.add("a/a.go", []byte(source)); err != nil {
		t.Fatal(err)
	}
	if err := tree.add("b/a.go", []byte(source)); err != nil {
		t.Fatal(err)
	}
	if err := tree.add("a/a_test.go", []byte("package a\n")); err != nil {
		t.Fatal(err)
	}
	if tree.code != 40 || tree.tests != 1 || tree.interfaces != 2 || tree.tics != 2 || len(tree.longFuncs) != 0 {
		t.Errorf("got %+v", tree)
	}
	if tree.worst != 5 || tree.worstFunc != "a/a.go B" {
		t.Errorf("complexity %d of %s", tree.worst, tree.worstFunc)
	}
	if p := tree.packages["a"]; p.files != 1 || p.exported != 2 {
		t.Errorf("package a: %+v", p)
	}
	if got := tree.repeated(); got == 0 {
		t.Error("two equal files have no repeated lines")
	}
}
