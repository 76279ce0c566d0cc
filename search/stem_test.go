package search

import (
	"testing"
)

// Words of one family share a stem; families stay apart.
func TestStem(t *testing.T) {
	families := [][]string{
		{"chiffrer", "chiffrement", "chiffre", "chiffrees"},
		{"gerer", "gestion", "gestionnaire", "gestionnaires"},
		{"lire", "lecture", "lecteur", "lecteurs"},
		{"imprimer", "imprimante", "impression", "impressions"},
		{"corriger", "correction", "correcteur"},
		{"ecrire", "ecriture"},
		{"transcrire", "transcription"},
		{"concevoir", "conception"},
		{"wiki", "wikis"},
		{"apprendre", "apprentissage"},
		{"convertir", "conversion", "convertisseur"},
		{"rediger", "redaction"},
		{"traduire", "traduction", "traducteur"},
		{"extraire", "extraction"},
		{"supprimer", "suppression"},
		{"transferer", "transfert", "transferts"},
		{"proteger", "protection"},
		{"decouvrir", "decouverte"},
		{"produire", "production"},
		{"construire", "construction"},
		{"creer", "creation", "creations"},
		{"dessiner", "dessin", "dessins"},
		{"editer", "editeur", "edition", "editeurs", "editor", "editing"},
		{"naviguer", "navigateur", "navigation"},
		{"archive", "archives", "archiver", "archivage"},
		{"sauvegarder", "sauvegarde", "sauvegardes"},
		{"decouper", "decoupage"},
		{"fusion", "fusionner"},
		{"partition", "partitionner", "partitionnement"},
		{"collaboratif", "collaborative", "collaboration", "collaborer"},
		{"developper", "developpement", "developpeur"},
		{"planifier", "planification"},
		{"message", "messages", "messagerie"},
		{"accessible", "accessibilite"},
		{"numeriser", "numerisation"},
		{"numerique", "numeriques"},
		{"formation", "formations", "former"},
		{"format", "formats"},
		{"relation", "relations"},
		{"tableur", "tableurs"},
		{"tableau", "tableaux"},
		{"journal", "journaux"},
		{"reseau", "reseaux"},
		{"jeu", "jeux"},
		{"cours"},
		{"courrier", "courriers"},
		{"restaurant", "restaurants"},
	}
	of := map[string]string{}
	for _, family := range families {
		want := stem(family[0])
		for _, w := range family {
			if got := stem(w); got != want {
				t.Errorf("stem(%q) = %q, want %q as of %q", w, got, want, family[0])
			}
		}
		if other, taken := of[want]; taken {
			t.Errorf("%q and %q share the stem %q", other, family[0], want)
		}
		of[want] = family[0]
	}
}
