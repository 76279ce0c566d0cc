package locale

import (
	"slices"
	"strings"
	"unicode"

	"heraut/text"
)

// The nouns that begin the names of services, by gender. Those with a vowel are elided.
var (
	feminine  = strings.Fields("direction sous-direction mission delegation prefecture sous-prefecture mairie region metropole ville commune communaute cour caisse division cellule chambre bibliotheque fondation federation")
	masculine = strings.Fields("ministere secretariat service departement bureau conseil centre pole groupe laboratoire rectorat comite commissariat tribunal syndicat")
	elided    = strings.Fields("agence academie association administration autorite ecole equipe institut institution office observatoire etablissement universite inspection etat")
)

// by returns the name of an organisation with its article, cut to limit characters, as
// it follows "par" or "by": « la DINUM », « le ministère de la Culture ».
func (g grammar) by(limit int, name string) string {
	name = short(limit, name)
	return g.article(name) + name
}

// frenchArticle returns the French article before an organisation's name, with its
// space: «le », «la » or «l’». It is empty for a name that takes none. An acronym that
// begins with D stands for a «direction», which is feminine.
func frenchArticle(name string) string {
	word, _, _ := strings.Cut(name, " ")
	switch folded := text.Fold(word); {
	case slices.Contains(feminine, folded), isDirection(word):
		return "la "
	case slices.Contains(masculine, folded):
		return "le "
	case slices.Contains(elided, folded):
		return "l’"
	}
	return ""
}

// englishArticle returns "the " before an organisation's name that begins with a
// common noun, such as «ministère»; empty for others.
func englishArticle(name string) string {
	word, _, _ := strings.Cut(name, " ")
	if folded := text.Fold(word); slices.Contains(feminine, folded) || slices.Contains(masculine, folded) || slices.Contains(elided, folded) {
		return "the "
	}
	return ""
}

// isDirection reports whether a word is an acronym that begins with D: DINUM, DGFiP,
// DSI.
func isDirection(word string) bool {
	runes := []rune(word)
	return len(runes) >= 3 && len(runes) <= 8 && runes[0] == 'D' && unicode.IsUpper(runes[1]) && unicode.IsUpper(runes[len(runes)-1])
}
