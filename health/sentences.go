package health

import (
	"strings"
	"text/template"
	"time"
)

// kind holds what all troubles of one state have in common: whether they stop the bot
// from working, the sentences about them in French and English, and the French
// sentence for their end.
type kind struct {
	blocks bool // the bot cannot do its work
	french *template.Template
	// english serves rooms whose language it is.
	english *template.Template
	ended   string // in French, for the log when the state ends
}

// kinds has a row for each state. A sentence says what is wrong, and what to do.
var kinds = map[State]kind{
	LoginRefused: sentence(true,
		"Le serveur refuse le compte et le mot de passe depuis {{.Since}} : vérifiez matrix.user et le mot de passe, puis relancez{{with .Link}} ; pour le changer : {{.}}{{end}}",
		"The homeserver has refused the account and its password since {{.Since}}: check matrix.user and the password, then restart{{with .Link}}; to change it: {{.}}{{end}}",
		"Le serveur accepte de nouveau le compte"),
	SessionEnded: sentence(true,
		"Le serveur a mis fin à la session du robot ({{.Since}}) : lancez « bot login », puis relancez",
		"The homeserver ended the bot’s session ({{.Since}}): run “bot login”, then restart",
		"La session est de nouveau acceptée"),
	ProcessEnded: sentence(true,
		"Le robot s’est arrêté ({{.Since}}) : son journal dit pourquoi et quoi faire, « bot doctor » aussi",
		"The bot has stopped ({{.Since}}): its log says why and what to do, and so does “bot doctor”",
		"Le robot fonctionne de nouveau"),
	AccountDeactivated: sentence(true,
		"Le compte du robot est désactivé depuis {{.Since}} : adressez-vous aux administrateurs du serveur ; le robot garde tout et reprend seul si le compte revient",
		"The bot’s account has been deactivated since {{.Since}}: ask the server’s administrators; the bot keeps everything and resumes by itself if the account comes back",
		"Le compte n’est plus désactivé"),
	AccountLocked: sentence(true,
		"Le compte du robot est bloqué depuis {{.Since}} : demandez aux administrateurs du serveur de le débloquer ; le robot garde tout et reprend seul",
		"The bot’s account has been locked since {{.Since}}: ask the server’s administrators to unlock it; the bot keeps everything and resumes by itself",
		"Le compte n’est plus bloqué"),
	AccountExpired: sentence(true,
		"Le compte du robot est expiré depuis {{.Since}} : ouvrez la boîte {{or .Link `aux lettres du compte`}} et suivez le lien du mail de renouvellement, demandé chaque jour ; le robot garde tout et reprend seul",
		"The bot’s account has been expired since {{.Since}}: open the mailbox {{or .Link `of the account`}} and follow the link of the renewal mail, which is asked for every day; the bot keeps everything and resumes by itself",
		"Le compte est renouvelé"),
	ConsentNeeded: sentence(true,
		"Le serveur demande depuis {{.Since}} d’accepter ses conditions d’utilisation : connecté au compte du robot, ouvrez {{or .Link `un client Matrix`}} et acceptez-les ; le robot reprend seul",
		"Since {{.Since}} the homeserver has asked to accept its terms: open {{or .Link `a Matrix client`}}, logged in to the bot’s account, and accept them; the bot resumes by itself",
		"Les conditions sont acceptées"),
	Quota: sentence(true,
		"Le serveur a atteint sa limite d’utilisation depuis {{.Since}} : écrivez à {{or .Link `ses administrateurs`}} ; le robot reprend seul",
		"The homeserver has reached its limit of use since {{.Since}}: write to {{or .Link `its administrators`}}; the bot resumes by itself",
		"Le serveur n’a plus atteint sa limite"),
	LoginPostponed: sentence(true,
		"La connexion attend depuis {{.Since}}{{with .Until}}, et sera essayée de nouveau à {{.}}{{end}} : trop d’essais bloqueraient le compte ; vérifiez que le serveur fonctionne et que le mot de passe est juste",
		"The login has waited since {{.Since}}{{with .Until}} and will be tried again at {{.}}{{end}}: too many attempts would lock the account; check that the server works and that the password is right",
		"La connexion a réussi"),
	RateLimited: sentence(true,
		"Le serveur demande au robot de patienter depuis {{.Since}}{{with .Until}}, jusqu’à {{.}}{{end}} : rien à faire, il essaie chaque minute ; si cela dure, demandez aux administrateurs de relever la limite du compte",
		"Since {{.Since}} the homeserver has asked the bot to wait{{with .Until}} until {{.}}{{end}}: nothing to do, it tries every minute; if this lasts, ask the administrators to raise the account’s limit",
		"Le serveur ne limite plus le robot"),
	HomeserverSilent: sentence(true,
		"Le serveur Matrix est muet depuis {{.Since}} : lancez « bot doctor », qui dit si c’est le réseau, le certificat ou le serveur ; le robot reprend seul",
		"The Matrix server has been silent since {{.Since}}: run “bot doctor”, which tells whether it is the network, the certificate or the server; the bot resumes by itself",
		"Le serveur Matrix répond de nouveau"),
	KeysReplaced: sentence(true,
		"Les clés du compte ont été remplacées ou retirées ({{.Since}}), et les messages chiffrés du robot seront refusés : mettez le nouveau code de vérification (clé de récupération) dans son fichier et relancez, ou lancez « bot login »",
		"The account’s keys were replaced or removed ({{.Since}}), and the bot’s encrypted messages will be refused: put the new recovery key into its file and restart, or run “bot login”",
		"Le compte reconnaît de nouveau cet appareil"),
	DiskFull: sentence(true,
		"Le disque de {{.Subject}} est plein depuis {{.Since}} : libérez de la place ; le robot ne perd rien et reprend seul",
		"The disk of {{.Subject}} has been full since {{.Since}}: make room; the bot loses nothing and resumes by itself",
		"Le disque n’est plus plein"),
	StateUnwritable: sentence(true,
		"Le répertoire d’état {{.Subject}} n’accepte plus d’écriture depuis {{.Since}} : vérifiez ses droits, son propriétaire et que le système de fichiers n’est pas en lecture seule",
		"The state directory {{.Subject}} has taken no writes since {{.Since}}: check its rights, its owner and that the file system is not read-only",
		"Le répertoire d’état accepte de nouveau les écritures"),
	DatabaseUnreadable: sentence(true,
		"La base {{.Subject}} ne se lit plus depuis {{.Since}} : arrêtez le robot et rétablissez la dernière sauvegarde (« Sauvegarder, restaurer » dans le guide)",
		"The database {{.Subject}} has been unreadable since {{.Since}}: stop the bot and restore the last backup (see the guide)",
		"La base se lit de nouveau"),
	QueueStuck: sentence(true,
		"Des messages ({{.Count}}) attendent d’être envoyés depuis {{.Since}} : lancez « bot doctor » ; si tout y est bon, relancez le robot, qui ne perd rien",
		"Some messages ({{.Count}}) have waited to be sent since {{.Since}}: run “bot doctor”; if all is well there, restart the bot, which loses nothing",
		"La file d’envoi avance de nouveau"),
	Starting: sentence(true,
		"Le robot démarre (depuis {{.Since}}) : aucune synchronisation n’est encore complète",
		"The bot is starting (since {{.Since}}): no sync is complete yet",
		"Le robot est prêt"),
	ClockSkewed: sentence(false,
		"L’horloge de cette machine s’écarte de celle du serveur de plus d’une minute depuis {{.Since}} : réglez-la par NTP, sans quoi des commandes seront abandonnées comme trop anciennes",
		"This machine’s clock has been more than a minute off the homeserver’s since {{.Since}}: set it by NTP, or commands will be dropped as too old",
		"L’horloge est de nouveau juste"),
	RoomsMissing: sentence(false,
		"Le robot n’est plus dans {{.Count}} salon(s) où il devrait être, depuis {{.Since}} : « !bot salons » dit lesquels ; invitez-le, ou retirez-les de la configuration",
		"The bot has not been in {{.Count}} room(s) where it should be since {{.Since}}: “!bot salons” names them; invite it, or remove them from the configuration",
		"Le robot est de nouveau dans tous ses salons"),
	RoomsClosed: sentence(false,
		"Le robot ne peut pas écrire dans {{.Count}} salon(s) depuis {{.Since}} : « !bot etat » dit lesquels ; donnez-lui le niveau qu’il faut",
		"The bot may not write in {{.Count}} room(s) since {{.Since}}: “!bot etat” names them; give it the level that it needs",
		"Le robot peut de nouveau écrire partout"),
	CatalogueOld: sentence(false,
		"Le catalogue n’a pas pu être lu ou confirmé depuis {{.Since}} : vérifiez catalogue.sill.url avec « bot doctor »",
		"The catalogue could not be read or confirmed since {{.Since}}: check catalogue.sill.url with “bot doctor”",
		"Le catalogue est de nouveau à jour"),
	SourceFailing: sentence(false,
		"La source {{.Subject}} est en panne depuis {{.Since}} : vérifiez son adresse avec « bot doctor » ; le robot essaie encore",
		"The source {{.Subject}} has failed since {{.Since}}: check its address with “bot doctor”; the bot keeps trying",
		"La source est lue de nouveau"),
	AccountOld: sentence(false,
		"Le compte du robot a plus de onze mois (depuis {{.Since}}) : sur Tchap il expire à treize ; surveillez la boîte {{or .Link `aux lettres du compte`}} et suivez le lien du mail de renouvellement",
		"The bot’s account is more than eleven months old (since {{.Since}}): on Tchap it expires at thirteen; watch the mailbox {{or .Link `of the account`}} and follow the link of the renewal mail",
		"Le compte est renouvelé"),
}

func sentence(blocks bool, french, english, ended string) kind {
	parse := func(text string) *template.Template { return template.Must(template.New("").Parse(text)) }
	return kind{blocks, parse(french), parse(english), ended}
}

// Sentence returns what is wrong and what to do, in one line, in French or, if lang is
// "en", in English. Times are in the given zone.
func (t Trouble) Sentence(lang string, zone *time.Location) string {
	tmpl, clock := kinds[t.State].french, "le 02/01 à 15:04"
	if lang == "en" {
		tmpl, clock = kinds[t.State].english, "02/01 15:04"
	}
	until := ""
	if !t.Until.IsZero() {
		until = t.Until.In(zone).Format("15:04")
	}
	var line strings.Builder
	if err := tmpl.Execute(&line, map[string]any{
		"Since": t.Since.In(zone).Format(clock), "Until": until,
		"Subject": t.Subject, "Link": t.Link, "Count": t.Count,
	}); err != nil {
		return string(t.State) // unreachable: a test renders every sentence
	}
	return line.String()
}
