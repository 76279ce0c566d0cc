package catalogue

import "strings"

// What the search knows of French and English. All words are folded.

// stopWords say nothing of what is looked for: grammar, politeness, and what
// every entry and every question has in common.
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
deux trois quatre cinq plus moins tres bien aussi autre autres meme
the an of for to and or with in on is are it i need want looking free software open source tool tools
`)

// weakWords say how, where and with what rather than what: they help when they
// match, and cost little when they do not.
var weakWords = set(`
application applications appli applis app programme programmes plateforme plateformes plate forme
systeme solution solutions service services module mode type element elements
creer creation trouver mettre prendre avoir telecharger installer aide aider obtenir
modifier ouvrir voir changer effectuer realiser manipuler
simple simplement facile facilement rapide rapidement efficace pratique complet completement
automatique automatiquement numerique numeriques electronique electroniques informatique
personnel personnelle professionnel professionnelle prive privee public publique securise securisee
commun commune interne externe local locale unique usage
petit petite gros grosse grand grande nouveau nouvelle plusieurs
fichier fichiers document documents dossier dossiers page pages interface internet
utilisateur utilisateurs agent agents equipe equipes collegue collegues administration entreprise bureau
ordinateur ordinateurs pc poste postes smartphone telephone tablette
`)

// replaceWords ask for what takes the place of the product that is named too.
var replaceWords = set(`
alternative alternatives alternatif remplacer remplace remplacant remplacants remplacement
equivalent equivalents equivalente concurrent concurrents place similaire similaires instead replace replacement
`)

// abbreviations are written out before anything else is done.
var abbreviations = map[string]string{"ms": "microsoft"}

func set(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// synonyms are ways to say the same: each line's phrases, separated by commas,
// stand for one another.
const synonyms = `
visioconference, videoconference, webconference, visiophonie, visio, conference en ligne, reunion en ligne, reunion a distance, web conference, videoconferencing
courriel, messagerie, messagerie electronique, mel
messagerie instantanee, tchat, chat, clavardage
webmail, messagerie web
mot de passe, mdp, password, coffre fort
base de donnees, bdd, sgbd, database
tableur, feuille de calcul, spreadsheet
traitement de texte, word processor
suite bureautique, traitement de texte, tableur, diaporama, office suite
systeme d'information geographique, information geographique, sig, gis, cartographie
publication assistee par ordinateur, pao, desktop publishing, mise en page
gestion de contenu, cms, content management, creation de site
environnement de developpement, ide
authentification unique, sso, single sign on
double authentification, deux facteurs, 2fa
carte mentale, carte heuristique, mind map, mindmapping, mind mapping, grapheur d'idees
sondage, enquete, questionnaire, survey
schema, diagramme, organigramme, logigramme, diagram
capture d'ecran, copie d'ecran, screenshot
lecteur d'ecran, screen reader, aveugle, malvoyant
sauvegarde, backup
chiffrement, cryptage, encryption
compression, zip
synthese vocale, text to speech, voix haute
transcription, dictee vocale, reconnaissance vocale, speech to text
dessin, graphisme, drawing
retouche, retouche photo, traitement d'images, photo editing, image editing
formation en ligne, apprentissage en ligne, e learning, elearning, lms, mooc, formation a distance, apprentissage a distance
gestion de versions, version control
supervision, surveillance, monitoring
informatique decisionnelle, business intelligence, bi
test de charge, test de performance, load testing
conteneur, container
pare feu, firewall
navigateur, browser
lecteur, visionneuse, visualiseur, reader, viewer
site web, site internet
moteur de recherche, recherche plein texte, search engine
partage de fichiers, file sharing
agenda, calendrier, calendar
gestion de projet, project management
journal, log
ticket, incident
montage video, edition video, video editing
audio, son
disque dur, disque, disk, hard drive
`
