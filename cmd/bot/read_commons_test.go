package main

import (
	"os"
	"strings"
	"testing"
)

// Each kind of catalogue is recognised, and nothing that is shown calls it the SILL.
func TestReadOtherCatalogues(t *testing.T) {
	for kind, want := range map[string]struct {
		file, text string
		entries    int
	}{
		"comptoir":   {"comptoir.json", "Référencé dans le catalogue comptoir\u00a0: Nuage", 2},
		"betagouv":   {"betagouv.json", "Projet abandonné\u00a0: Vieille idée", 2},
		"etabli":     {"etabli.json", "Retiré du catalogue etabli\u00a0: Trombinoscope", 2},
		"dpga":       {"dpga.json", "Référencé dans le catalogue dpga\u00a0: Registry X", 1},
		"italia":     {"italia-1.json", "Projet abandonné\u00a0: Vecchio", 2},
		"publiccode": {"publiccode.yml", "Référencé dans le catalogue publiccode\u00a0: Cantine", 1},
	} {
		data, err := os.ReadFile("../../commons/testdata/" + want.file)
		if err != nil {
			t.Fatal(err)
		}
		r, raw := readJSON(t, string(data))
		if r.Kind != kind || len(r.Entries) != want.entries || strings.Contains(raw, "SILL") {
			t.Errorf("%s: %s", kind, raw)
		}
		found := false
		for _, e := range r.Entries {
			found = found || strings.Contains(e.Text, want.text)
		}
		if !found {
			t.Errorf("%s: %q is not in %+v", kind, want.text, r.Entries)
		}
	}
}
