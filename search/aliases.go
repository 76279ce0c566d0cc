package search

import (
	"strings"
	"sync"
)

// aliases lists names under which people know entries, besides the ones that the
// catalogue holds: former names, acronyms and abbreviations. Each line holds the
// name of an entry, a colon, and its aliases, written from general knowledge.
const aliases = `
7zip: 7z
Apache HTTP Server: Apache, httpd, Apache2
Apache Superset: Superset
Apache Tomcat: Tomcat
Apereo CAS: Jasig CAS
ARX Data Anonymization Tool: ARX
Auto Multiple Choice: AMC
AutoHotkey: AHK
BigBlueButton: BBB
Bitwarden Mobile: Bitwarden Android, Bitwarden iOS
cal.com: Calendso
CloudNativePG: CNPG, Cloud Native PostgreSQL
CNIL PIA (Privacy Impact Assessment): outil PIA, logiciel PIA
CodiMD: HackMD CE
Collabora Mobile: Collabora Office
Colour Contrast Analyser: CCA, Contrast Analyser, TPGi CCA
Correcteur terminologique fr (FranceTerme): FranceTerme
create-react-app: CRA
Cypress: cypress.io
DBAN (Darik's Boot and Nuke): Darik's Boot and Nuke
Draw.io Desktop: draw.io, diagrams.net, drawio, diagram.net
GitLab Community Edition: GitLab, GitLab CE
GNU Data Language: GDL
GNU Emacs: Emacs
GNU Nano: Nano
GNU Octave: Octave
GNU Privacy Guard: GPG, GnuPG
Gravitee Community Edition: Gravitee, Gravitee.io
LibreOffice (Collabora) online: Collabora Online, Collabora Online Development Edition
Limesurvey: PHPSurveyor
Mantis Bug Tracker: Mantis, MantisBT
Matomo: Piwik
Mozilla Thunderbird: Thunderbird
MuseScore Studio: MuseScore
mRemoteNG: mRemote
NAPS2: Not Another PDF Scanner
neovim: nvim
Nexus: Sonatype Nexus, Nexus Repository
NodeJS: Node.js
Noyau Linux: Linux kernel, kernel linux
Notepad++: Notepad plus plus, npp
`

// otherNames maps the squashed names of entries to their aliases.
var otherNames = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(aliases) {
		if name, others, found := strings.Cut(strings.TrimSpace(line), ": "); found {
			out[squash(name)] = strings.Split(others, ", ")
		}
	}
	return out
})
