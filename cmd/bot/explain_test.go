package main

import (
	"errors"
	"strings"
	"testing"

	"heraut/filter"
)

// TestExplainFilter: the operator reads the fault in French or, if no template can show
// it, the fault itself.
func TestExplainFilter(t *testing.T) {
	if _, fault := filter.Parse("inconnu:go"); !strings.Contains(explainFilter(fault).Error(), "n’est pas un champ") {
		t.Errorf("got %v", explainFilter(fault))
	}
	var hidden error = (*filter.Error)(nil) // no template can show it
	if got := explainFilter(hidden); !errors.Is(got, hidden) {
		t.Error("the fault is lost")
	}
}
