package search

import "testing"

// Everyday words that share their stem with the word of a need express none.
func TestEverydayWordsAreNoNeeds(t *testing.T) {
	for _, text := range []string{
		"La visio ne marche pas", "Un marché de maintenance", "Que reste-t-il à faire ?", "Porter le projet", "Les ports ouverts",
		"Conserver les courriels", "L’adresse du dépôt", "Les chiffres du budget", "Terminer un projet", "Un niveau élevé",
		"On voit mal", "Un incident grave", "L’accord du ministère", "Faute de temps", "Qui indique cela ?", "Reporter un bogue",
		"S’inspirer de ce projet", "Adapter le logiciel", "Comparer deux logiciels", "Une réaction", "Rentrer dans le dépôt",
		"La banque de données", "La route à suivre", "Une plage d’adresses", "Une amende",
	} {
		needs().said(contentStems(text), func(senses []string, places []int) {
			if len(places) == 1 {
				t.Errorf("%s: %v", text, senses)
			}
		})
	}
}
