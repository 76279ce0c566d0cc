package storage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPersonalSentences requires the sentence of each kind of data in both languages:
// without it, «!mes-donnees» fails for the people of whom such data are kept.
func TestPersonalSentences(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		path := filepath.Join("..", "locale", lang, "personal-data.html")
		sentences, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range personalTables {
			if !strings.Contains(string(sentences), `{{define "datum `+table.kind+`"}}`) {
				t.Errorf("%s lacks the sentence of %q", path, table.kind)
			}
		}
	}
}
