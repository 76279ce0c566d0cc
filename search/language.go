package search

import (
	"strings"
)

// The word lists for French and English. All words are folded.

// stopWords carry no information about the need: grammar, politeness, and words
// common to all entries and questions.
var stopWords = set(`
a ai as au aux avec avoir c ca ce cela ces cet cette chez ci comme comment d dans de depuis des dont du
elle elles en entre es est et etre eu eux il ils j je l la le les leur leurs lui m ma mais me mes moi mon
n ne nos notre nous on ont ou par pas pour pourquoi pourrais pourriez puis qu quand que quel quelle quelles
quelque quelques quels qui quoi s sa sans se ses si son sont sous sur t ta te tes toi ton tout toute toutes
tous tu un une vers via vos votre vous y
bonjour bonsoir merci salut coucou oui non ok va vas vais aller svp stp plait plaît
aimerais besoin cherche chercher cherchons connaissez connaitre connait existe faire fait falloir faudrait faut
permet permets permettant permette permettent permettre peut peuvent peux pouvoir recherchons souhaite souhaitons
utiliser utilise veut veux voudrais voudrait voulons serait
logiciel logiciels outil outils libre libres gratuit gratuite gratuits gratuites opensource
deux trois quatre cinq plus moins tres bien bon bonne bons bonnes aussi autre autres meme
afin alors ainsi aupres autour car celle celles celui ceux contre donc dois doit devons doivent ici
jusque jusqu lequel laquelle lesquels lesquelles lors lorsque malgre ni parmi pendant rien selon si sinon sauf
soi tant tel telle tels telles toujours travers vraiment etait etant ete fais faites font suis sommes sera
the an of for to and or with in on is are it i need want looking free software open source tool tools
about any anything something someone be been can could do does from get have has he her his how if into its like may me my our
please she should some that their them there these they this those use using was we were what when where
which who why will would you your
`)

// qualifiers say how the software should work; they may stand inside a phrase.
var qualifiers = set(`
simple simplement facile facilement rapide rapidement efficace efficacement pratique complet complete completement
automatique automatiquement securise securisee prive privee personnel personnelle professionnel professionnelle
leger legere puissant moderne ergonomique efficace souverain souveraine fiable
simple easy fast secure light lightweight
`)

// weakWords say how, where and with which means rather than name the need: they help
// when they match, and cost little when they do not.
var weakWords = set(`
application applications appli applis app programme programmes plateforme plateformes plate forme
systeme solution solutions service services module mode type element elements
creer creation trouver mettre prendre avoir telecharger installer aide aider obtenir
modifier ouvrir voir changer effectuer realiser manipuler
simple simplement facile facilement rapide rapidement efficace pratique complet completement
automatique automatiquement numerique numeriques electronique electroniques informatique
personnel personnelle professionnel professionnelle prive privee public publique securise securisee
commun commune interne externe local locale usage
petit petite gros grosse grand grande nouveau nouvelle plusieurs
site sites web website websites
fichier fichiers document documents dossier dossiers page pages interface internet
utilisateur utilisateurs agent agents equipe equipes collegue collegues administration entreprise bureau
ordinateur ordinateurs pc poste postes smartphone telephone tablette
`)

// circumstances say for whom, where and when; they cost little if the catalogue does
// not know them.
var circumstances = set(`
association associations avis ministere ministeres mairie mairies commune communes collectivite collectivites
departement departements prefecture prefectures region regions direction directions hopital hopitaux
universite universites ecole ecoles lycee lycees college colleges etablissement etablissements
citoyen citoyens usager usagers habitant habitants eleve eleves etudiant etudiants enseignant enseignants
prof profs chef secretaire secretariat cabinet cellule bibliothecaire informaticien developpeur developpeurs
lundi mardi mercredi jeudi vendredi samedi dimanche hier
avant apres jour jours semaine mois annee an ans fois temps heure aujourd hui demain
chose choses personne personnes gens monde maison travail metier metiers besoins
interministeriel etat francais francaise france souverain souveraine
team people company agency department staff student students school citizens
`)

// replaceWords ask for a substitute for the product that the query names.
var replaceWords = set(`
alternative alternatives alternatif remplacer remplace remplacant remplacants remplacement
equivalent equivalents equivalente concurrent concurrents place lieu similaire similaires substitut substituts
substituer instead replace replaces replacing replacement substitute competitor
`)

// articles may stand between a replaceWord and the product.
var articles = set("a au aux d de des du l la le les un une pour par of for the to libre gratuit gratuite open source")

// vendors and editions may stand beside a product's name.
var (
	vendors = set(`
microsoft adobe google apple cisco oracle atlassian autodesk corel esri ibm amazon norton symantec hp
jetbrains citrix broadcom salesforce meta smartbear nuance avid qlik techsmith rarlab
`)
	editions = set(`
pro professional professionnel premium standard enterprise entreprise business ultimate home famille starter
edition version cc dc online desktop cloud server plus app suite client web office365 xp
`)
)

// platformNames are products that entries name because they run on them.
var platformNames = set("windows macos ios unix")

// abbreviations maps short forms to the words that replace them before all other
// processing.
var abbreviations = map[string]string{"ms": "microsoft"}

func set(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}
