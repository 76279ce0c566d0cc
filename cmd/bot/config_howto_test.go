package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestOperatorsHowTo replaces the French answers by a file beside the configuration.
func TestOperatorsHowTo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, filepath.Join(dir, "reponses.yaml"), "- {title: Chez nous, asked: [devenir référent], answer: Demandez à Camille}\n")
	write(t, file, minimal+"howto: {fr: reponses.yaml}\n")
	config, _, err := loadConfig(file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	books, err := config.HowTo.Books()
	if err != nil {
		t.Fatal(err)
	}
	if e, found := books["fr"].Find("comment devenir référent"); !found || e.Title != "Chez nous" {
		t.Errorf("found %v, %+v", found, e)
	}
	if _, replaced := books["en"]; replaced {
		t.Error("the English answers are replaced")
	}

	write(t, filepath.Join(dir, "reponses.yaml"), "- {title: Chez nous, asked: [référent], answer: x}\n")
	if _, _, err := loadConfig(file, noEnv); err == nil || !strings.Contains(err.Error(), "less than two words") {
		t.Errorf("a wrong file: %v", err)
	}
}
