package catalogue

import (
	"slices"
	"strings"
	"sync"
)

// wellKnown says what widely used proprietary products are for, as a need in
// plain French: the catalogue does not always say what an entry replaces. It is
// read only for products that the catalogue does not name at all. Each line
// holds the product's names, a colon, and the needs to try, best first.
const wellKnown = `
photoshop, adobe photoshop, lightroom: retouche photo, traitement d'images
illustrator, adobe illustrator, coreldraw: dessin vectoriel, images vectorielles, graphisme vectoriel
indesign, adobe indesign, quarkxpress, microsoft publisher: publication assistée par ordinateur, mise en page
adobe premiere, premiere pro, final cut, imovie: montage vidéo, édition de vidéo
adobe audition, pro tools: édition de son, enregistrement audio
acrobat, adobe acrobat, acrobat pro: fusion de fichiers PDF, manipulation de PDF, PDF
acrobat reader, adobe reader: lecteur de PDF, visualisation de PDF
office, microsoft office, pack office, office 365, microsoft 365: suite bureautique
word, microsoft word: suite bureautique, traitement de texte
excel, microsoft excel: suite bureautique, tableur
powerpoint, microsoft powerpoint, keynote: suite bureautique, présentation
google docs: éditeur de texte collaboratif, rédaction collaborative, partage de notes
google sheets, airtable: tableur collaboratif
google forms, microsoft forms, surveymonkey, typeform: questionnaire en ligne, sondage
onenote, evernote, notion: prise de notes, partage de notes
outlook, microsoft outlook: client de messagerie, courrielleur
gmail: webmail, messagerie
microsoft exchange: messagerie collaborative, serveur de messagerie
zoom, teams, microsoft teams, skype, webex, google meet: visioconférence, webconférence
slack, whatsapp, messenger, telegram: messagerie instantanée, messagerie collaborative
dropbox, onedrive, google drive, icloud, sharepoint: partage de fichiers
wetransfer: transfert de fichiers, partage de fichiers
google chrome, chrome, internet explorer, microsoft edge: navigateur web
google calendar, calendly: prise de rendez-vous, agenda
google analytics: statistiques de fréquentation
google maps, mapbox: cartographie en ligne, cartographie
arcgis, mapinfo: système d'information géographique
trello, microsoft planner, asana: gestion de tâches, kanban
jira: suivi de tickets, gestion de projet
microsoft project: gestion de projet
confluence: wiki
doodle: sondage de dates, prise de rendez-vous
microsoft visio, lucidchart: diagramme, schéma
winrar, winzip: compression de fichiers, compression
youtube, vimeo, dailymotion: hébergement de vidéos
twitter, facebook: réseau social, microblogue
windows media player, quicktime, itunes: lecteur multimédia, lecteur vidéo
camtasia, snagit: capture vidéo, capture d'écran
lastpass, dashlane, 1password: gestionnaire de mots de passe
bitlocker: chiffrement de disques
norton, mcafee, kaspersky: antivirus
teamviewer, anydesk: bureau à distance, prise de contrôle à distance
vmware, hyper v, virtualbox: virtualisation de serveurs, machines virtuelles, hyperviseur
windows, macos: système d'exploitation, distribution linux
oracle, oracle database, sql server, microsoft sql server, microsoft access: base de données
active directory: annuaire, gestion des identités
okta: authentification unique, SSO
power bi, tableau software, qlik, business objects: business intelligence, datavisualisation
splunk: gestion des logs
servicenow, easyvista: gestion de parc, gestion des incidents
github, bitbucket: forge logicielle, plateforme de développement, forge
matlab: calcul numérique
sas, spss, stata: statistiques
blackboard: plateforme d'apprentissage
jaws: lecteur d'écran
autocad: dessin assisté par ordinateur
maya, 3ds max, cinema 4d: modélisation 3D
sibelius: partitions de musique
antidote: correction grammaticale
docusign: signature électronique
mailchimp: liste de diffusion
norton ghost, acronis: sauvegarde et restauration, sauvegarde
sap, salesforce: ERP, CRM
`

// knownProduct is a name in wellKnown, and the needs that follow it.
type knownProduct struct {
	name  string // as it is written there
	key   string // squashed
	needs []query
}

var knownProducts = sync.OnceValue(func() []knownProduct {
	var out []knownProduct
	for line := range strings.Lines(strings.TrimSpace(wellKnown)) {
		names, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var needs []query
		for need := range strings.SplitSeq(rest, ", ") {
			needs = append(needs, parseQuery(need))
		}
		for name := range strings.SplitSeq(names, ", ") {
			key := squash(name)
			out = append(out, knownProduct{name: name, key: key, needs: needs})
		}
	}
	return out
})

// knownProductNamed returns the well-known product that q names.
func knownProductNamed(q query) (knownProduct, bool) {
	products := knownProducts()
	for _, text := range q.whole {
		if i := slices.IndexFunc(products, func(p knownProduct) bool { return p.key == text }); i >= 0 {
			return products[i], true
		}
	}
	return knownProduct{}, false
}

// knownProductLike returns the well-known product that q may be a slip of.
func knownProductLike(q query) (knownProduct, bool) {
	for _, text := range q.whole {
		for _, p := range knownProducts() {
			budget := typoBudget(nameWord, min(len(text), len(p.key)))
			if text[0] == p.key[0] && distance(text, p.key, budget) <= budget {
				return p, true
			}
		}
	}
	return knownProduct{}, false
}

// forKnownProduct finds what fully serves the need that a well-known product
// serves.
func (c *Catalogue) forKnownProduct(q query) []Match {
	p, ok := knownProductNamed(q)
	if !ok {
		p, ok = knownProductLike(q)
	}
	if !ok {
		return nil
	}
	for _, need := range p.needs {
		hits := c.find(need, search{worth: &searchWorth, cover: minCoverProduct})
		if len(hits) == 0 {
			continue
		}
		matches := c.matches(hits)
		for i := range matches {
			matches[i].By, matches[i].Product = ByAlternative, p.name
		}
		return matches
	}
	return nil
}
