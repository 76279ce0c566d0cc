package commands

import (
	"slices"
	"strings"

	"heraut/search"
	"heraut/text"
)

// Words of courtesy. A line of such words alone asks for nothing, so it is not a
// search.
var (
	greetings = []string{"bonjour", "bonsoir", "salut", "coucou", "hello", "hi", "hey"}
	courtesy  = strings.Fields(`
		merci beaucoup bien infiniment pour l d la le votre ton cette info infos aide reponse
		ok oui non accord super parfait genial top bravo tres de rien au revoir bonne journee soiree
		a tous toutes heraut ca va comment allez vous tu
		thanks thank you so much great perfect bye yes no there everyone how are good morning evening`)
)

// withoutGreeting returns s without its leading greeting, and whether it has one.
func withoutGreeting(s string) (string, bool) {
	w := text.Words(s)
	if len(w) == 0 || !slices.Contains(greetings, w[0]) {
		return s, false
	}
	_, rest := cutWord(s)
	return rest, true
}

// onlyCourtesy reports whether s contains only words of courtesy, such as greetings
// and thanks.
func onlyCourtesy(s string) bool {
	return !slices.ContainsFunc(text.Words(s), func(w string) bool { return !slices.Contains(courtesy, w) })
}

// isThanks reports whether a line says nothing but thanks, greetings or good-byes.
func isThanks(s string) bool { return onlyCourtesy(s) || search.IsCourtesy(s) }
