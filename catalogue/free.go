package catalogue

import "strings"

// knownFree holds the squashed names of programs that are free, whatever a list claims:
// Wikidata often lacks the licence, and the SILL's program then calls them proprietary.
// Compiled by hand, without products that have a free and a proprietary edition under
// one name.
var knownFree = func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(knownFreeNames) {
		for name := range strings.SplitSeq(line, ",") {
			set[squash(strings.TrimSpace(name))] = true
		}
	}
	delete(set, "")
	return set
}()

const knownFreeNames = `
7-Zip, 7zip, Ada, AbiWord, Apache Ant, Apache HTTP Server, Apache Kafka, Apache Maven, Apache OpenOffice, Apache Solr, Apache Subversion, Apache Tomcat
Arduino IDE, Ardour, Asterisk, Audacity, AutoHotkey, Avidemux, AWStats, Bash, BigBlueButton, BIND, Blender, BleachBit, BookStack, BorgBackup
Bugzilla, Calibre, Ceph, CherryTree, Chromium, CiviCRM, ClamAV, Clonezilla, Code::Blocks, Collabora Online, Conda, Cryptomator, curl, Cyberduck
Darktable, DBeaver Community, Debian, Delta Chat, Dia, digiKam, Diaspora, Discourse, Django, DokuWiki, Dolibarr, Docker Engine, Drupal
Eclipse, Element, Emacs, Etherpad, Evince, Evolution, F-Droid, Fedora, FFmpeg, FileZilla, Firefox, Flameshot, FontForge, Framadate, FreeBSD, FreeCAD
FreeMind, Freeplane, FusionInventory, GanttProject, Geany, GeoServer, GIMP, Git, Gitea, GLPI, GNOME, GNU Octave, GNU Privacy Guard, GnuPG
Godot, Grafana, Greenshot, Grist, gzip, HandBrake, HedgeDoc, Hugo, ImageMagick, Inkscape, Jenkins, Jitsi, Jitsi Meet, JMeter, Joomla, Joomla!, Joplin, Jupyter
Kanboard, KDE, Kdenlive, KeePass, KeePassXC, Keycloak, Kodi, Koha, Krita, Kubernetes, LaTeX, LibreOffice, LibreOffice Calc, LibreOffice Draw, LibreOffice Impress, LibreOffice Writer
LimeSurvey, Linux, LMMS, Logseq, Lutece, LyX, MantisBT, MariaDB, Mastodon, Matomo, Matrix, Maxima, MediaWiki, Mercurial, Mozilla Firefox, Mozilla Thunderbird
MPlayer, mpv, MuseScore, Nagios Core, NetBeans, Nextcloud, nginx, Node.js, Notepad++, NVDA, OBS Studio, OCS Inventory, Okular, OpenLDAP, OpenOffice, OpenOffice.org, OpenShot
OpenSSH, OpenSSL, OpenStreetMap, OpenVPN, ownCloud, PDFsam Basic, PeaZip, PeerTube, Penpot, Perl, PHP, phpList, phpMyAdmin, Pidgin, Plone, PostGIS, PostgreSQL
PrestaShop, ProFTPD, ProjectLibre, Prometheus, PSPP, PuTTY, Python, QGIS, R, Redmine, Rocket.Chat, Roundcube, Ruby, SageMath, Samba, Scilab, Scribus, Shotcut, Signal
SOGo, SPIP, SQLite, Stellarium, SuiteCRM, Sumatra PDF, Sympa, Syncthing, TeXstudio, Thunderbird, Thunar, Tor, Transmission, TYPO3, Ubuntu, uBlock Origin, UltraVNC, uMap
VeraCrypt, Vim, VLC, VLC media player, VSCodium, Wekan, WinMerge, WinSCP, Wireshark, WordPress, XFCE, XWiki, Zettlr, zlib, Zotero, Zulip
`
