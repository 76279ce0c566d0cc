package locale

import (
	"slices"
	"strings"
	"unicode"

	"heraut/text"
)

// article is an article of the language, such as «la », and the names of services that
// take it. The space between the two, if there is one, belongs to the article.
type article struct {
	Article string `yaml:"article"`
	// Nouns are the folded nouns that begin such a name.
	Nouns []string `yaml:"nouns"`
	// Acronyms is the first letter of acronyms that take the article; empty: none do.
	Acronyms string `yaml:"acronyms"`
}

// by returns name, the name of whoever runs something, cut to limit characters and with
// its article, so that it follows "par" or "by": « la DINUM », « le ministère de la
// Culture ». A name takes no article if the language's words do not tell which.
func (g grammar) by(limit int, name string) string {
	name = short(limit, name)
	word, _, _ := strings.Cut(name, " ")
	folded := text.Fold(word)
	for _, a := range g.Articles {
		if slices.Contains(a.Nouns, folded) || a.Acronyms != "" && isAcronym(word, a.Acronyms) {
			return a.Article + name
		}
	}
	return name
}

// isAcronym reports whether a word of 3 to 8 characters is an acronym that begins with
// the letter: DINUM, DGFiP, DSI. Its second and last letters must be capitals.
func isAcronym(word, letter string) bool {
	runes := []rune(word)
	return len(runes) >= 3 && len(runes) <= 8 && string(runes[0]) == letter && unicode.IsUpper(runes[1]) && unicode.IsUpper(runes[len(runes)-1])
}
