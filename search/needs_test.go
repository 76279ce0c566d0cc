package search

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestNeedsFile(t *testing.T) {
	ways := 0
	for line := range strings.Lines(needsText) {
		names, said, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			t.Fatalf("not a line of needs: %q", line)
		}
		for name := range strings.SplitSeq(names, ", ") {
			if len(contentStems(name)) == 0 {
				t.Errorf("%q says nothing", name)
			}
		}
		for way := range strings.SplitSeq(said, ", ") {
			ways++
			words := strings.Fields(way)
			if len(words) == 0 || len(words) > maxWayWords {
				t.Errorf("%s: %q has %d words", names, way, len(words))
			}
			for _, word := range words {
				if !slices.ContainsFunc(strings.Split(word, "/"), func(s string) bool { return len(contentStems(s)) > 0 }) {
					t.Errorf("%s: %q: a text never holds %q", names, way, word)
				}
			}
		}
	}
	if got := len(parseNeeds().ways); got < ways || got > math.MaxUint16 {
		t.Errorf("%d ways are read of %d", got, ways)
	}
}

// Texts share a sense without a word in common.
func TestNeedsInText(t *testing.T) {
	for said, meant := range map[string]string{
		"Combien de visiteurs viennent sur notre portail ?":  "mesure d'audience",
		"Recueillir les dossiers des usagers":                "démarche en ligne",
		"Les dossiers des usagers, comment les recueillir ?": "démarche en ligne",
		"Héberger les boîtes aux lettres de nos agents":      "serveur de messagerie",
		"Le serveur ne répond plus et personne n’est alerté": "supervision",
	} {
		want := Terms(meant).Senses
		if got := Terms(said).Senses; !slices.ContainsFunc(got, func(s string) bool { return slices.Contains(want, s) }) {
			t.Errorf("%q says %q, want one of %q", said, got, want)
		}
	}
}

// The words of a way stand near each other, each by a word of its own.
func TestNeedsFromAfar(t *testing.T) {
	table := &needTable{at: map[string][]wayWord{}}
	table.add("déposer/demander dossier/demander", []string{"sense"})
	for text, want := range map[string]bool{
		"déposer un dossier": true,
		"le dossier que le demandeur, fatigué, voulait déposer hier, est rendu": true,
		"déposer ses clés, acheter du pain frais, du lait, puis un dossier":     false,
		"demander":           false,
		"demander, demander": true,
		"dossier":            false,
	} {
		got := false
		table.said(contentStems(text), func([]string, []int) { got = true })
		if got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// A word in an answer says no need, a sequence of words does; the thesaurus counts for both.
func TestNeedsInAnswer(t *testing.T) {
	for text, want := range map[string][2]bool{
		"Un rançongiciel":            {true, false},
		"La sauvegarde":              {true, true},
		"retrouver un fichier perdu": {true, true},
	} {
		backup := Terms("sauvegarde").Senses[0]
		got := [2]bool{slices.Contains(Terms(text).Senses, backup), slices.Contains(AnswerTerms(text).Senses, backup)}
		if got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
