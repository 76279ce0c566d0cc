package catalogue

import (
	"os"
	"path/filepath"
	"testing"
)

// realData opens a real catalogue, which is not part of the repository.
func realData(tb testing.TB, name string) *os.File {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "sill", name))
	if err != nil {
		tb.Skip("needs the real catalogues in ../shared/data: ", err)
	}
	tb.Cleanup(func() { f.Close() })
	return f
}

func TestReadRealCatalogues(t *testing.T) {
	tests := map[string]struct {
		entries    int
		generation Generation
	}{
		"sill-2022-05-10-shortkeys.json":            {240, Gen0a},
		"sill-2026-09-partial-selected-fields.json": {269, GenPlain},
		"sill-rows-2022-01-27.json":                 {232, GenRows},
		"compiled-public-2024-11-12-fork.json":      {38, GenB2},
		"compiled-public-2024-10-01-fork.json":      {7, GenB2},
		"compiled-public-2024-07-fork.json":         {5, GenB2},
		"compiled-public-2024-02-hal-fork.json":     {1, GenB2},
		"compiled-public-2025-06-fork.json":         {1, GenB2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := Read(realData(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Entries) != tt.entries || len(f.Dropped) != 0 || f.Generation != tt.generation {
				t.Errorf("got %d entries, generation %s, dropped %v; want %d, %s and none",
					len(f.Entries), f.Generation, f.Dropped, tt.entries, tt.generation)
			}
		})
	}
}
