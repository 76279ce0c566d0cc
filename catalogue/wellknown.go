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
Photoshop, Adobe Photoshop, Lightroom: retouche photo, traitement d'images
Illustrator, Adobe Illustrator, CorelDRAW: dessin vectoriel, images vectorielles, graphisme vectoriel
InDesign, Adobe InDesign, QuarkXPress, Microsoft Publisher: publication assistée par ordinateur, mise en page
Adobe Premiere, Premiere Pro, Final Cut, iMovie: montage vidéo, édition de vidéo
Adobe Audition, Pro Tools: édition de son, enregistrement audio
Acrobat, Adobe Acrobat, Acrobat Pro: fusion de fichiers PDF, manipulation de PDF, PDF
Acrobat Reader, Adobe Reader: lecteur de PDF, visualisation de PDF
Office, Microsoft Office, Pack Office, Office 365, Microsoft 365: suite bureautique
Word, Microsoft Word: suite bureautique, traitement de texte
Excel, Microsoft Excel: suite bureautique, tableur
PowerPoint, Microsoft PowerPoint, Keynote: suite bureautique, présentation
Google Docs: éditeur de texte collaboratif, rédaction collaborative, partage de notes
Google Sheets, Airtable: tableur collaboratif
Google Forms, Microsoft Forms, SurveyMonkey, Typeform: questionnaire en ligne, sondage
OneNote, Evernote, Notion: prise de notes, partage de notes
Outlook, Microsoft Outlook: client de messagerie, courrielleur
Gmail: webmail, messagerie
Microsoft Exchange: messagerie collaborative, serveur de messagerie
Zoom, Teams, Microsoft Teams, Skype, Webex, Google Meet: visioconférence, webconférence
Slack, WhatsApp, Messenger, Telegram: messagerie instantanée, messagerie collaborative
Dropbox, OneDrive, Google Drive, iCloud, SharePoint: partage de fichiers
WeTransfer: transfert de fichiers, partage de fichiers
Google Chrome, Chrome, Internet Explorer, Microsoft Edge: navigateur web
Google Calendar, Calendly: prise de rendez-vous, agenda
Google Analytics: statistiques de fréquentation
Google Maps, Mapbox: cartographie en ligne, cartographie
ArcGIS, MapInfo: système d'information géographique
Trello, Microsoft Planner, Asana: gestion de tâches, kanban
Jira: suivi de tickets, gestion de projet
Microsoft Project: gestion de projet
Confluence: wiki
Doodle: sondage de dates, prise de rendez-vous
Microsoft Visio, Lucidchart: diagramme, schéma
WinRAR, WinZip: compression de fichiers, compression
YouTube, Vimeo, Dailymotion: hébergement de vidéos
Twitter, Facebook: réseau social, microblogue
Windows Media Player, QuickTime, iTunes: lecteur multimédia, lecteur vidéo
Camtasia, Snagit: capture vidéo, capture d'écran
LastPass, Dashlane, 1Password: gestionnaire de mots de passe
BitLocker: chiffrement de disques
Norton, McAfee, Kaspersky: antivirus
TeamViewer, AnyDesk: bureau à distance, prise de contrôle à distance
VMware, Hyper V: virtualisation de serveurs, machines virtuelles, hyperviseur
Windows, Microsoft Windows, macOS: distribution linux, système d'exploitation
Oracle, Oracle Database, SQL Server, Microsoft SQL Server, Microsoft Access: base de données
Active Directory: annuaire, gestion des identités
Okta: authentification unique, SSO
Power BI, Tableau Software, Qlik, Business Objects: business intelligence, datavisualisation
Splunk: gestion des logs
ServiceNow, EasyVista: gestion de parc, gestion des incidents
GitHub, Bitbucket: forge logicielle, plateforme de développement, forge
MATLAB: calcul numérique
SAS, SPSS, Stata: statistiques
Blackboard: plateforme d'apprentissage
JAWS: lecteur d'écran
AutoCAD: dessin assisté par ordinateur
Maya, 3ds Max, Cinema 4D: modélisation 3D
Sibelius: partitions de musique
Antidote: correction grammaticale
DocuSign: signature électronique
Mailchimp: liste de diffusion
Norton Ghost, Acronis: sauvegarde et restauration, sauvegarde
SAP, Salesforce: ERP, CRM
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
