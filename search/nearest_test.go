package search

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"heraut/catalogue"
	"heraut/text"
)

// absentNames are names and words that the catalogue of 2026 does not hold.
const absentNames = `
fortnite génome genome ants minecraft audace atome ionos roblox netflix deezer pronote chorus hermes parcoursup
ameli impots cantine vacances bitcoin paris docteur drupe matrice ciment caméra gitane vectra mistral claude
perplexity tiktok instagram waze uber steam twitch overleaf prolexis reverso deepl linguee shazam vinted
leboncoin amazon orage élan ours lion marathon cuisine wikimedia sumatra foxit`

// Names that are not in the catalogue, and words of the language, get neither a card
// nor a list of entries that merely look alike.
func TestAbsentNames(t *testing.T) {
	e := searched(t)["2026"]
	if e == nil {
		t.Skip("without the SILL of 2026")
	}
	suggested := 0
	for _, name := range strings.Fields(absentNames) {
		switch r := e.Search(name); r.Shape {
		case Card, List, Instead:
			t.Errorf("«%s» gives a %s: %s", name, r.Shape, described(r.Matches))
		case Suggestions:
			t.Logf("«%s»: nearest %s", name, r.Nearest[0].Name)
			suggested++
		}
	}
	if suggested > 1 {
		t.Errorf("%d names get suggestions", suggested)
	}
}

// spoilt returns word with n random slips after its first letter.
func spoilt(r *rand.Rand, word string, n int) string {
	b := []byte(word)
	for range n {
		i := 1 + r.Intn(len(b)-1)
		letter := byte('a' + r.Intn(26))
		switch r.Intn(4) {
		case 0:
			b = slices.Delete(b, i, i+1)
		case 1:
			b[i] = letter
		case 2:
			b = slices.Insert(b, i, letter)
		case 3:
			b[i-1], b[i] = b[i], b[i-1]
		}
	}
	return string(b)
}

// Of the names with two and three slips that the search does not find, most are
// suggested, and hardly any other one is.
func TestSuggestions(t *testing.T) {
	e := searched(t)["2026"]
	if e == nil {
		t.Skip("without the SILL of 2026")
	}
	right, wrong, none := 0, 0, 0
	r := rand.New(rand.NewSource(1))
	for s := range e.All() {
		words := text.Words(s.Name)
		if len(words) != 1 || len(words[0]) < 6 {
			continue
		}
		for n := 2; n <= 3; n++ {
			result := e.Search(spoilt(r, words[0], n))
			switch {
			case result.Shape == None:
				none++
			case result.Shape != Suggestions:
			case slices.ContainsFunc(result.Nearest, func(near *catalogue.Software) bool { return near.ID == s.ID }):
				right++
			default:
				wrong++
			}
		}
	}
	t.Logf("%d right, %d wrong, %d without", right, wrong, none)
	if right < 20*wrong || right < none {
		t.Errorf("%d right suggestions, %d wrong, %d without", right, wrong, none)
	}
}
