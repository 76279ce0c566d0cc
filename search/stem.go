package search

import (
	"strings"
)

// stem returns a folded French or English word without its inflection and derivation,
// so that «chiffrer», «chiffré» and «chiffrement» meet. Words of less than four
// letters, or with a digit at either end, stay, except those in irregular. It works on
// words without accents, as people type them on a phone; published stemmers do not,
// since they distinguish «é» from «e».
func stem(word string) string {
	if s, ok := irregular[word]; ok {
		return s
	}
	if len(word) < 4 || strings.Trim(word, "0123456789") != word {
		return word
	}
	w := singular(word)
	for _, f := range families {
		w = replaceEnding(w, f[0], f[1])
	}
	w = replaceSuffix(w, "ionn", "ion") // fusionner, gestionnaire
	for _, s := range suffixes {
		if base, ok := strings.CutSuffix(w, s.text); ok && len(base) >= s.min {
			w = base
			break
		}
	}
	// naviguer and navigation, publique and public
	switch {
	case strings.HasSuffix(w, "gu") && len(w) > 5:
		w = w[:len(w)-1]
	case strings.HasSuffix(w, "qu"):
		w = w[:len(w)-2] + "c"
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] {
		w = w[:n-1]
	}
	return w
}

// form returns a folded word without the endings for gender, number and the commonest
// forms of verbs.
func form(word string) string {
	w := singular(word)
	for _, s := range []string{"er", "ee", "e"} {
		if base, ok := strings.CutSuffix(w, s); ok && len(base) >= 4 {
			return base
		}
	}
	return w
}

// isInfinitive reports whether a folded word looks like a French infinitive: at least
// five letters, with an ending such as -er, but not -aire.
func isInfinitive(w string) bool {
	if len(w) < 5 || strings.HasSuffix(w, "aire") {
		return false
	}
	for _, ending := range []string{"er", "ir", "dre", "tre", "ire"} {
		if strings.HasSuffix(w, ending) {
			return true
		}
	}
	return false
}

// singular returns a folded word without its plural ending, and with -al for -aux. It
// leaves words in -us, -eux and the like as they are.
func singular(w string) string {
	switch {
	case strings.HasSuffix(w, "aux") && len(w) > 5 && !strings.HasSuffix(w, "eaux"):
		return w[:len(w)-2] + "l"
	case strings.HasSuffix(w, "eux"), strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"),
		strings.HasSuffix(w, "is") && len(w) < 5, strings.HasSuffix(w, "ours"): // avis; cours, parcours, secours
		return w
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"):
		return w[:len(w)-1]
	}
	return w
}

func replaceEnding(w, from, to string) string {
	if base, ok := strings.CutSuffix(w, from); ok {
		return base + to
	}
	return w
}

// replaceSuffix replaces from in the word w by to, if nothing follows from in w but an
// ending such as -er, -ant or -age, which it drops. It returns any other word
// unchanged.
func replaceSuffix(w, from, to string) string {
	i := strings.LastIndex(w, from)
	if i < 3 {
		return w
	}
	switch w[i+len(from):] {
	case "e", "ee", "er", "ant", "aire", "ement", "age":
		return w[:i] + to
	}
	return w
}

// stem strips at most one of the suffixes, the first that fits, and only if at least
// min letters remain.
var suffixes = []struct {
	text string
	min  int
}{
	{"issement", 4}, {"issage", 4}, {"ication", 4},
	{"ateur", 4}, {"atrice", 4}, {"ation", 4}, {"ative", 4}, {"atif", 4}, {"ature", 4}, {"ement", 4}, {"ment", 5},
	{"euse", 4}, {"eur", 4}, {"trice", 5}, {"ique", 4}, {"erie", 5},
	{"ance", 4}, {"ence", 4},
	{"age", 5}, {"ition", 5}, {"ion", 4}, {"ive", 5}, {"if", 4}, {"ite", 5}, {"ure", 4},
	{"ier", 4}, {"iere", 4}, {"iee", 4}, {"ie", 4},
	{"ing", 4}, {"ee", 4}, {"er", 4}, {"ir", 4}, {"or", 4}, {"ed", 4},
	{"elle", 4}, {"el", 5}, {"ale", 6}, {"al", 6}, {"ene", 5},
	{"e", 4},
}

// families pairs endings of verbs or of quality nouns with the endings of related
// words: transcrire, transcription; accessible, accessibilité.
var families = [][2]string{
	{"ibilite", "ible"}, {"abilite", "able"},
	{"scrire", "script"}, {"duire", "duct"}, {"struire", "struct"}, {"traire", "tract"},
	{"vertir", "vers"}, {"mettre", "miss"}, {"cevoir", "cept"},
}

// irregular holds the stems that endings alone do not yield, or that they would
// share with words of another sense.
var irregular = pairs(`
gerer gest gere gest gerez gest gerant gest
lire lect
ecrire ecrit
corriger correct corrige correct
apprendre apprent apprend apprent apprentissage apprent
imprimer impres imprime impres imprimante impres imprimantes impres
convertir convers convertit convers convertisseur convers convertisseurs convers
rediger redact
traduire traduct traduit traduct
extraire extract extrait extract
supprimer suppres supprime suppres
suivre suivi suivis suivi
transferer transfert transfere transfert transferts transfert
proteger protect protege protect
decouvrir decouvert
envoyer envoi envoie envoi envois envoi
produire product
construire construct
desinstaller desinstall
choisir choix
creer creat cree creat creation creat creations creat
jouer jeu jeux jeu
dessiner dessin dessine dessin dessins dessin
mathematiques maths mathematique maths math maths
photographie photo photographies photo photographique photo photos photo
mails mail email mail emails mail courriel mail courriels mail
tableur tableur tableurs tableur
formation formation formations formation former formation
publicite publicite publicites publicite pub publicite pubs publicite
`)

// pairs parses a text of words in pairs, each word followed by its stem, into a map.
func pairs(s string) map[string]string {
	words := strings.Fields(s)
	m := make(map[string]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}
