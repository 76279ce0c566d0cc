package relay_test

import (
	"testing"

	"heraut/relay"
)

// BenchmarkSimilar measures one suggestion among 500 known questions.
func BenchmarkSimilar(b *testing.B) {
	db, _ := library(b)
	texts := []string{
		"Comment compiler et livrer une version à chaque modification du dépôt ?",
		"Ouvrir des PDF avec un programme léger", "Quelle est la recette du gratin dauphinois ?",
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := relay.Similar(b.Context(), db, texts[i%len(texts)], anybody); err != nil {
			b.Fatal(err)
		}
	}
}
