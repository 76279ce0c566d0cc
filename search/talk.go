package search

import (
	"regexp"
	"slices"

	"heraut/text"
)

// talkWords are the words that surround a request: asking, thanking, proposing,
// saying who needs it. A query is read without them unless nothing else remains. All
// are folded.
var talkWords = set(`
savoir sais sait savez connais connaissent connaitriez connue connu dire dites disent indiquer indiquez
idee idees piste pistes retour retours avis conseil conseils conseiller conseillez conseille conseilleriez conseillerais
proposer proposez propose proposent recommander recommandez recommande recommandee recommandes suggerer suggestion suggestions
utilisez utilisent utilisons utilisee utilisees utilises utilisant emploie employez
aimerions aimeriez voudriez voudraient souhaiterais souhaiterions souhaiterait souhaitent aimerait voudront veulent voulez
cherchent recherche recherchent trouve trouver trouvez trouvons preneur preneuse
monde gens quelconque quelqun qqn qqun qq1 qqch collegue collegues copain copains communaute equipe team
bjr bsr slt cc rebonjour hello hey hi hola dear thanks thank thx cordialement amicalement salutations avance
truc trucs machin chose choses genre style type facon maniere moyen moyens sorte espece
mieux meilleur meilleure meilleurs meilleures ideal ideale top best good better great nice
savent saurait auriez aurait aurions avez avons avaient sauriez aidez aider aide
demande demandent demandes demander demandait parle parlait parlent entendu vu vue
prendre prends prend choisir choix choisit adopter mettre mets mis place placer disposer disposons
envisage envisageons compte comptons essayer essaye
existerait existent existait equivaut parait semble
svp please stp sil plait ppt
actuellement maintenant rapidement vite urgent urgence enfin voila quoi hein bah ben euh peu beaucoup trop
catastrophe probleme problemes souci soucis galere
chef cheffe direction directeur directrice boss hierarchie
someone anybody somebody everyone anyone recommend recommendation recommendations suggest suggestions know knows help
similar using used
gros grosse grosses
debute debutant debutants
faudra devrait devrions devrais doive
etre etes serais seraient sera seront
lequel celui difference differences entre
vieux vieille vieilles ancien anciens
`)

// withoutTalk returns the folded words of a request without the words of talk around it
// (talkWords), such as «conseillez» and «urgent». If nothing else remains, it returns
// all words, and talk is true.
func withoutTalk(words []string) (rest []string, talk bool) {
	rest = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return talkWords[w] })
	if len(rest) == 0 && len(words) > 0 {
		return words, true
	}
	return rest, false
}

// addressWords are words that people only use when they address others.
var addressWords = set(`
je j me m on nous vous tu te t moi mon ma mes notre nos votre vos est qui quel quelle quels quelles quoi comment pourquoi quand
bonjour bonsoir salut coucou hello bjr merci svp existe ya avez quelqu quelqun qqn
i my we our us you your does do is are anyone what which how can could
`)

// isSentence reports whether the words of a query form a sentence addressed to others:
// more than three words, one of which people only use when they address others.
func isSentence(words []string) bool {
	return len(words) > 3 && slices.ContainsFunc(words, func(w string) bool { return addressWords[text.Fold(w)] })
}

// likeWords precede a product for which people want something similar. The text is
// folded.
var likeWords = regexp.MustCompile(`\b(autres? que|plutot que|a la place d|au lieu d|comme|type|genre|similaire a|instead of|rather than|similar to)\b`)

// elsewhereWords belong to everyday life, work and general knowledge, which
// catalogues of software do not serve. An entry without such a word hardly answers a
// query that has it.
var elsewhereWords = set(`
cantine restaurant restaurants repas dejeuner dejeuners diner midi cafe gateau gateaux crepes gratin cuisine manger boire vegetarien
plat plats pizza croissant croissants pain chocolat biere aperitif apero pot menu
conge conges vacances absence absences absent absente rtt teletravail malade maladie medecin docteur mal tete grippe vaccin mutuelle
salaire salaires paie paye prime primes retraite mutation mutations concours greve syndicat echelon indice bulletin bulletins
avancement promotion notation remuneration frais deplacement deplacements
meteo neige neiger pluie parapluie soleil automne hiver printemps degres
train trains metro bus gare taxi parking stationnement voiture voitures velo trajet retard vol avion billet autoroute
match foot football rugby tennis tournoi champion gagne loto loterie
blague blagues poeme poemes chanson chansons horoscope
anniversaire noel fete fetes mariage naissance bebe deces enterrement bravo felicitations joyeux bienvenue annee
badge badges cle cles trousseau porte portes ascenseur chauffage clim climatisation etage batiment couloir accueil toilettes salle salles
passeport passeports permis conduire grise vitale electorale
president ministre ministres prefet roi reine capitale pays habitants guerre elections politique
creche nounou garde appartement loyer louer location
panne casse cassee
bancaire bancaires banque
objet perdu oublie echarpe chien chat
`)

// thanks matches thanks followed at most by their reason; request matches words that
// still ask for something. The text is folded.
var (
	thanks  = regexp.MustCompile(`\b(merci|remerci\w+|bravo|felicitations)\b.*\b(a|aux?|pour|tous|toutes?|beaucoup|encore|infiniment)\b`)
	request = regexp.MustCompile(`\?|\b(cherch\w+|recherch\w+|besoin|logiciels?|outils?|alternatives?|remplac\w+|equivalents?|solutions?|dire|indiquer|conseiller|proposer|avance)\b`)
)

// IsRequest reports whether a text asks for software, or asks anything with a question
// mark, rather than states something.
func IsRequest(said string) bool { return request.MatchString(text.Fold(said)) }

// isThanks reports whether a folded text has a word of thanks and after it words such
// as «beaucoup», «à tous» or «pour», and is no request for software or question
// (IsRequest). It is false for «merci» alone.
func isThanks(s string) bool { return thanks.MatchString(s) && !request.MatchString(s) }
