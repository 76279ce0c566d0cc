package main

import (
	"strings"
	"testing"
)

var faultTests = map[string]struct {
	config string
	want   string // without the "config.yaml:" in front of each line
}{
	"empty": {"", `
1: about.run_by : cette valeur est obligatoire ; dites qui exploite le robot, par exemple "DINUM"
1: about.contact : cette valeur est obligatoire ; dites à qui écrire, par exemple "floss@example.org"
1: matrix.homeserver : donnez l’adresse du serveur, par exemple https://matrix.example.org
1: matrix.user : donnez le compte du robot, par exemple "@heraut:example.org"`},

	"several at once, in the order of the file": {`
preset: tchapp
about: {run_by: "DI\nNUM"}
matrx: 1
matrix:
  homeserver: matrix.example.org
  user: "@heraut"
  password: a
  password_file: b
every: 1h
operators:
  - camille
  - "@a:b c"
answer_within: 0s
`, `
2: preset : « tchapp » n’est pas possible ; choisissez matrix ou tchap
3: about.run_by : une seule ligne est attendue, sans caractère de contrôle
3: about.contact : cette valeur est obligatoire ; dites à qui écrire, par exemple "floss@example.org"
4: matrx : clé inconnue ; celles qui vont ici sont preset, about, matrix, state, language, languages, timezone, prefix, links, operators, bots, answer_within, pace, limits, invitations, fetch, network, http, webhooks, log, alert, catalogue, catalogues, quiet, sources, visio, rooms, relays, questions, howto, reactions
6: matrix.homeserver : « matrix.example.org » n’est pas une adresse complète ; commencez par https://
7: matrix.user : « @heraut » n’est pas un identifiant complet ; écrivez par exemple "@heraut:example.org"
8: matrix.password : le mot de passe est donné deux fois ; gardez password ou password_file
10: every : clé inconnue ; celles qui vont ici sont preset, about, matrix, state, language, languages, timezone, prefix, links, operators, bots, answer_within, pace, limits, invitations, fetch, network, http, webhooks, log, alert, catalogue, catalogues, quiet, sources, visio, rooms, relays, questions, howto, reactions
12: operators : « camille » n’est pas un identifiant complet ; écrivez par exemple "@camille:example.org"
13: operators : « @a:b c » n’est pas un identifiant complet ; écrivez par exemple "@camille:example.org"
14: answer_within : la durée est trop courte ; 1s au moins`},

	"questions": {minimal + `
questions: {remind_after: soon, list: parfois, keep: 1h, files: {carry: true, max_mib: 500}}
`, `
4: questions.remind_after : « soon » : une durée est attendue, par exemple « 15m », « 2h » ou « 7d » (unités : s, m, h, d)
4: questions.files.max_mib : un nombre de 1 à 100 est attendu, par exemple 10
4: questions.keep : la durée est trop courte ; 1d au moins, par exemple 90d
4: questions.list : « parfois » : un jour et une heure sont attendus, par exemple "jeudi 11:00" ou "quotidien 09:00", ou "" pour ne rien lister`},

	"reminders far away": {minimal + `
questions: {remind_after: 20000h}
`, `
4: questions.remind_after : la durée est trop longue ; 1000h ouvrées au plus, par exemple 8h`},

	"general settings": {minimal + `
language: de
timezone: Paris
prefix: "!!!"
links: javascript:alert(1)
bots: ["bot-*"]
pace: {per_second: -1, burst: 0}
limits: {person: 20, room: 0/m}
invitations: {servers: [https://example.org]}
fetch: {allow_private: ["a b"]}
http: {listen: 8480}
log: {level: loud, format: xml}
catalogue: {sill: {url: "ftp://example.org/sill.json", every: 500ms, max_loss: 0.2}}
state: ""
`, `
4: language : « de » n’est pas possible ; choisissez fr ou en
5: timezone : « Paris » n’est pas un fuseau horaire connu ; écrivez par exemple Europe/Paris
6: prefix : « !!! » : un ou deux signes de ponctuation sont attendus, par exemple "!"
7: links : « javascript:alert(1) » n’est pas une adresse complète ; commencez par https://
8: bots : « bot-* » ne peut désigner aucun compte ; commencez par @, par exemple "@bot-*"
9: pace.per_second : un nombre de 0 (sans limite) à 1000 est attendu
9: pace.burst : un nombre de 1 à 1000 est attendu
10: limits.person : « 20 » : un nombre par unité de temps est attendu, par exemple « 20/m » (unités : s, m, h, d), ou « 0 » pour ne rien limiter
10: limits.room : « 0/m » : un nombre par unité de temps est attendu, par exemple « 20/m » (unités : s, m, h, d), ou « 0 » pour ne rien limiter
11: invitations.servers : « https://example.org » n’est pas un nom de serveur ; écrivez par exemple example.org ou "*.example.org"
12: fetch.allow_private : « a b » n’est ni un nom d’hôte (forge.example.org), ni une adresse (10.1.2.3), ni un réseau (10.1.0.0/16)
13: http.listen : « 8480 » : une adresse et un port sont attendus, par exemple 127.0.0.1:8480, ou "" pour ne rien ouvrir
14: log.level : « loud » n’est pas possible ; choisissez debug, info, warn ou error
14: log.format : « xml » n’est pas possible ; choisissez console ou json
15: catalogue.sill.max_loss : « 0.2 » : un pourcentage entier de 0% à 100% est attendu, par exemple « 20% »
15: catalogue.sill.url : « ftp://example.org/sill.json » : une adresse http ou https complète est attendue, par exemple https://code.gouv.fr/feed/feed.xml
15: catalogue.sill.every : la durée est trop courte ; 1s au moins
16: state : un chemin est attendu`},

	"shapes": {minimal + `
prefix: [a]
language:
answer_within:
operators: "@camille:example.org"
pace: 3
log: [info]
limits: {person: {a: 1}}
state: *anchor
preset: matrix
preset: tchap
rooms: 1
relays: [1]
pace:
  burst: many
  per_second: fast
`, `
4: prefix : une seule valeur est attendue, ni liste ni clés
5: language : une valeur vide n’est pas possible ; choisissez fr ou en
6: answer_within : cette clé est vide ; donnez-lui une valeur, ou retirez-la
7: operators : une liste est attendue, entre crochets ou avec un tiret devant chaque valeur
8: pace : des clés sont attendues ici : per_second, burst
9: log : des clés sont attendues ici : level, format
10: limits.person : une seule valeur est attendue, ni liste ni clés
11: state : une valeur qui commence par !, & ou * s’écrit entre guillemets, par exemple prefix: "!"
13: preset : cette clé est déjà donnée ligne 12 ; gardez une seule des deux
14: rooms : une liste est attendue, entre crochets ou avec un tiret devant chaque valeur
15: relays : des clés sont attendues ici : name, from, to, themes, may_widen
16: pace : cette clé est déjà donnée ligne 8 ; gardez une seule des deux`},

	"numbers": {minimal + `
pace: {per_second: NaN, burst: 1.5}
answer_within: 15
relays: [{name: a, from: ["#a:b"], to: "#c:b", may_widen: yes}]
`, `
4: pace.burst : « 1.5 » : un nombre entier est attendu
4: pace.per_second : un nombre de 0 (sans limite) à 1000 est attendu
5: answer_within : « 15 » : une durée est attendue, par exemple « 15m », « 2h » ou « 7d » (unités : s, m, h, d)
6: relays.may_widen : « yes » : true ou false est attendu`},

	"sources, rooms and relays": {minimal + `
sources:
  - {name: Dépôts, kind: rss, url: https://example.org, every: 0s}
  - {name: a, kind: feed, url: feed.xml}
  - {name: a, kind: ecosystems, url: "https://example.org", settle: -1s}
rooms:
  - room: bluehats
  - room: "#a:example.org"
    language: de
    watches:
      - {source: depots, rhythm: "hebdo jeudi 25:00"}
      - {source: a, filter: "langag:go"}
      - {source: a, filter: "carte (eau", rhythm: }
  - {room: "#a:example.org", prefixe: "?", prefix: "/", quiet: lundi, moderator: 0}
relays:
  - {name: libre, from: ["#a:example.org"], to: "#a:example.org"}
`, `
5: sources.name : « Dépôts » : un nom court est attendu, en minuscules sans accent, par exemple depots
5: sources.kind : « rss » n’est pas possible ; choisissez ecosystems, repositories, sill, catalogue, feed ou calendar
5: sources.every : la durée est trop courte ; 1s au moins
6: sources.url : « feed.xml » : une adresse http ou https complète est attendue, par exemple https://code.gouv.fr/feed/feed.xml
7: sources.settle : « -1s » : une durée est attendue, par exemple « 15m », « 2h » ou « 7d » (unités : s, m, h, d)
7: sources.name : « a » est déjà pris ; donnez un autre nom
9: rooms.room : « bluehats » n’est ni une adresse de salon ("#salon:example.org") ni un identifiant de salon ("!abc:example.org")
11: rooms.language : « de » n’est pas possible ; choisissez fr ou en
13: rooms.watches.rhythm : « hebdo jeudi 25:00 » : un rythme est attendu : immediat, "quotidien 09:00" ou "hebdo jeudi 11:00"
13: rooms.watches.source : « depots » n’est le nom d’aucune source ; prenez un nom donné sous sources
14: rooms.watches.filter : « langag:go » : Filtre incompris, caractère 1 : « langag » n’est pas un champ. Les champs sont organisation, ministere, plateforme, langage, licence, sujet, nom, description, region, fork et archive. Par exemple : langage:go
15: rooms.watches.filter : « carte (eau » : Filtre incompris, caractère 7 : cette parenthèse n’est pas fermée. Par exemple : carte eau
15: rooms.watches.rhythm : cette clé est vide ; donnez-lui une valeur, ou retirez-la
16: rooms.prefixe : clé inconnue ; celles qui vont ici sont room, language, prefix, role, quiet, moderator, visio, catalogues, watches
16: rooms.room : « #a:example.org » est déjà dans la liste ; gardez une seule des deux entrées
16: rooms.prefix : les messageries gardent « / » pour leurs propres commandes ; prenez par exemple "!"
16: rooms.quiet : « lundi » : une ou deux plages, weekends, feries et des dates sont attendus, par exemple "20:00-08:00 weekends feries", ou aucun
16: rooms.moderator : un niveau de 1 à 100 est attendu ; les modérateurs d’un salon ont d’ordinaire 50
18: relays.to : un salon ne peut pas se relayer vers lui-même ; donnez un autre salon`},

	"no mapping": {"- a\n", `
1: des clés sont attendues ici : preset, about, matrix, state, language, languages, timezone, prefix, links, operators, bots, answer_within, pace, limits, invitations, fetch, network, http, webhooks, log, alert, catalogue, catalogues, quiet, sources, visio, rooms, relays, questions, howto, reactions`},

	"unquoted user id": {minimal + "operators: [@camille:example.org]\n", `
3: une valeur qui commence par « @ » s’écrit entre guillemets, par exemple "@camille:example.org"`},
	"unquoted exclamation mark": {minimal + "prefix: !\nlanguage: fr\n", `
3: prefix : une valeur qui commence par !, & ou * s’écrit entre guillemets, par exemple prefix: "!"`},
	"unquoted alias": {minimal + "rooms:\n- room: #bluehats:example.org\n", `
4: rooms.room : une valeur vide n’est ni une adresse de salon ("#salon:example.org") ni un identifiant de salon ("!abc:example.org")`},
	"tabulation": {"about:\n\trun_by: x\n", `
2: une tabulation en tête de ligne ; en YAML, décalez les lignes avec des espaces`},
	"unclosed quotes": {"about:\n  run_by: \"x\n", `
2: la syntaxe YAML est fausse, colonne 11 (could not find end character of double-quoted text) ; vérifiez l’alignement, les guillemets et les crochets de cette ligne et de celle d’avant`},
	"two documents": {minimal + "---\n" + minimal, `
3: un seul document YAML est attendu ; retirez cette ligne et celles qui la suivent`},
	"a second document that is empty": {minimal + "---", `
3: un seul document YAML est attendu ; retirez cette ligne et celles qui la suivent`},
	"a second document after the end of the first": {minimal + "...\n" + minimal, `
4: un seul document YAML est attendu ; retirez cette ligne et celles qui la suivent`},
	"a remote folder for the state": {minimal + "catalogue: {sill: {url: \"https:///sill.json\"}}\n", `
3: catalogue.sill.url : « https:///sill.json » : une adresse http ou https complète est attendue, par exemple https://code.gouv.fr/feed/feed.xml`},
	"a homeserver’s web client": {strings.Replace(minimal, "https://matrix.example.org/", "https://user:pass@app.example.org/#/login", 1), `
2: matrix.homeserver : « https://user:pass@app.example.org/#/login » : retirez de l’adresse ce qui n’est pas le serveur et le chemin`},
}

func TestFaults(t *testing.T) {
	for name, test := range faultTests {
		t.Run(name, func(t *testing.T) {
			_, _, err := readConfig("config.yaml", []byte(test.config), noEnv)
			if err == nil {
				t.Fatal("no fault is found")
			}
			got := "\n" + strings.ReplaceAll("\n"+err.Error(), "\nconfig.yaml:", "\n")[1:]
			if got != test.want {
				t.Errorf("got%s\nwant%s", got, test.want)
			}
		})
	}
}
